"""`constant`."""

from __future__ import annotations

from hebbdsl.frozen import frozen
from hebbdsl.parts.part import Schedule


@frozen(kw_only=True)
class Constant(Schedule):
    """The learning rate as given, at every step."""

    def factor(self, step: int, steps: int) -> float:
        return 1.0
