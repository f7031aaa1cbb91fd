"""`rmsprop`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Decay, Rate
from hebbdsl.parts.part import Optimizer

if TYPE_CHECKING:
    import torch


@frozen(kw_only=True)
class Rmsprop(Optimizer):
    """Steps along the gradient over the root of a decayed mean of its square.

    `weight_decay` is added to the gradient.

    Source:
        Tieleman and Hinton 2012, lecture 6.5; epsilon stands outside the root.
    """

    alpha: Annotated[Decay, "decay of the mean of squared gradients"] = 0.99
    epsilon: Annotated[Rate, "added to the root of the mean square"] = 1e-8
    momentum: Annotated[Decay, "decay of the sum of past steps, 0 for none"] = 0.0

    @property
    def state_per_parameter(self) -> int:
        return 2 if self.momentum else 1

    def build(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        from hebbdsl.parts.optimizers import module

        return module.RMSprop(
            parameters,
            lr=self.learning_rate,
            alpha=self.alpha,
            eps=self.epsilon,
            momentum=self.momentum,
            weight_decay=self.weight_decay,
        )
