"""`constant`."""

from __future__ import annotations

from dataclasses import dataclass

from hebbdsl.parts.part import Schedule


@dataclass(frozen=True, kw_only=True, slots=True)
class Constant(Schedule):
    """The learning rate as given, at every step."""

    def factor(self, step: int, steps: int) -> float:
        return 1.0
