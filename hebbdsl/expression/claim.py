"""A claim about variants, such as `steps_to_finish(hebbian) < 0.7 * steps_to_finish(softmax)`."""

from __future__ import annotations

from dataclasses import field

from hebbdsl.expression.nodes import Expression, metrics_of
from hebbdsl.frozen import frozen


@frozen
class Claim:
    """A truth value computed from metrics of variants; judged over seeds by a comparison."""

    text: str = field(compare=False)
    expression: Expression

    @staticmethod
    def parse(text: str) -> Claim:
        """Raises: ExpressionError, with offsets into `text`."""
        from hebbdsl.expression.parsing import parse_claim

        return Claim(" ".join(text.split()), parse_claim(text))

    @property
    def variants(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(m.variant for m in metrics_of(self.expression) if m.variant))
