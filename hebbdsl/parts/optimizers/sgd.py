"""`sgd`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Decay
from hebbdsl.parts.part import Optimizer

if TYPE_CHECKING:
    import torch


@frozen(kw_only=True)
class Sgd(Optimizer):
    """Steps along the gradient, with momentum where it is given.

    v ← momentum · v + g; θ ← θ − learning rate · v, or with `nesterov` · (g + momentum · v).
    `weight_decay` is added to the gradient.
    """

    momentum: Annotated[Decay, "decay of the sum of past gradients, 0 for none"] = 0.0
    nesterov: Annotated[bool, "look ahead along the momentum, which must not be 0"] = False

    @property
    def state_per_parameter(self) -> int:
        return 1 if self.momentum else 0

    def errors(self) -> Iterator[Problem]:
        if self.nesterov and not self.momentum:
            yield NesterovWithoutMomentum(place=At(("nesterov",)))

    def build(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        from hebbdsl.parts.optimizers import module

        chosen = list(parameters)
        return module.SGD(
            chosen,
            lr=self.learning_rate,
            momentum=self.momentum,
            nesterov=self.nesterov,
            weight_decay=self.weight_decay,
            fused=module.can_fuse(chosen),
        )


class NesterovWithoutMomentum(Problem):
    """`nesterov` is asked of an `sgd` that has no momentum.

    Nesterov's step looks ahead along the momentum. Give a momentum, or leave `nesterov` out.

    Wrong:
        training: {optimizer: {sgd: {nesterov: true}}, steps: 100}

    Right:
        training: {optimizer: {sgd: {momentum: 0.9, nesterov: true}}, steps: 100}
    """

    code = "HEB409"
    title = "`nesterov` needs a `momentum` above 0"
    label = "nothing to look ahead along"
    hint = "give `momentum`, for example 0.9"
