"""`adagrad`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Formerly, NonNegative, Rate
from hebbdsl.parts.part import Optimizer

if TYPE_CHECKING:
    import torch


@frozen(kw_only=True)
class Adagrad(Optimizer):
    """Steps along the gradient over the root of the sum of all its squares so far.

    `weight_decay` is added to the gradient.

    Source:
        Duchi, Hazan and Singer 2011, the diagonal form.
    """

    initial_accumulator_value: Annotated[
        NonNegative, Formerly("initial_sum"), "what the sum of squares starts from"
    ] = 0.0
    epsilon: Annotated[Rate, "added to the root of the sum of squares"] = 1e-10

    @property
    def state_per_parameter(self) -> int:
        return 1

    def build(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        from hebbdsl.parts.optimizers import module

        chosen = list(parameters)
        return module.Adagrad(
            chosen,
            lr=self.learning_rate,
            initial_accumulator_value=self.initial_accumulator_value,
            eps=self.epsilon,
            weight_decay=self.weight_decay,
            fused=module.can_fuse(chosen, frozenset({"cpu"})),
        )
