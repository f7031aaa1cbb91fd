"""`adam`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, ClassVar

from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Decay, Rate
from hebbdsl.parts.part import Optimizer

if TYPE_CHECKING:
    import torch


@frozen(kw_only=True)
class Adam(Optimizer):
    """Steps along the mean gradient over the root of its second moment, both decayed averages.

    `weight_decay` is added to the gradient.

    Source:
        Kingma and Ba 2015, algorithm 1.
    """

    decoupled_decay: ClassVar[bool] = False

    beta1: Annotated[Decay, "decay of the mean of gradients"] = 0.9
    beta2: Annotated[Decay, "decay of the mean of squared gradients"] = 0.999
    epsilon: Annotated[Rate, "added to the root of the second moment"] = 1e-8

    @property
    def state_per_parameter(self) -> int:
        return 2

    def build(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        from hebbdsl.parts.optimizers import module

        chosen = list(parameters)
        return module.Adam(
            chosen,
            lr=self.learning_rate,
            betas=(self.beta1, self.beta2),
            eps=self.epsilon,
            weight_decay=self.weight_decay,
            decoupled_weight_decay=self.decoupled_decay,
            fused=module.can_fuse(chosen),
        )
