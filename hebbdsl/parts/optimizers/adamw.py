"""`adamw`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from hebbdsl.parts.bounds import Decay, Rate
from hebbdsl.parts.optimizers.fusion import can_fuse
from hebbdsl.parts.part import Optimizer

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, kw_only=True, slots=True)
class Adamw(Optimizer):
    """Adam whose weight decay shrinks the weights directly, by learning rate × decay a step.

    Source:
        Loshchilov and Hutter 2019, algorithm 2.
    """

    beta1: Annotated[Decay, "decay of the mean of gradients"] = 0.9
    beta2: Annotated[Decay, "decay of the mean of squared gradients"] = 0.999
    epsilon: Annotated[Rate, "added to the root of the second moment"] = 1e-8

    @property
    def state_per_parameter(self) -> int:
        return 2

    def build(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        import torch

        chosen = list(parameters)
        return torch.optim.AdamW(
            chosen,
            lr=self.learning_rate,
            betas=(self.beta1, self.beta2),
            eps=self.epsilon,
            weight_decay=self.weight_decay,
            fused=can_fuse(chosen),
        )
