"""A condition on the metrics of a run, such as `test_accuracy >= 0.6`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from hebbdsl.expression.nodes import Expression, metrics_of
from hebbdsl.frozen import frozen


@frozen
class Condition:
    """A truth value computed from metrics; `text` is what was written, spaces made single."""

    text: str = field(compare=False)
    expression: Expression

    @staticmethod
    def parse(text: str) -> Condition:
        """Raises: ExpressionError, with offsets into `text`."""
        from hebbdsl.expression.parsing import parse_condition

        return Condition(" ".join(text.split()), parse_condition(text))

    @property
    def metrics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(metric.name for metric in metrics_of(self.expression)))

    def holds(self, values: Mapping[str, float]) -> bool:
        """A comparison with a metric that is not a number yet (NaN) is false.

        Raises: KeyError when a metric of the condition is not among `values`.
        """
        from hebbdsl.expression.interpreter import truth

        return truth(self.expression, values)
