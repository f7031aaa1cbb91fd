"""torch's optimizers without `torch._dynamo`, which they load to be kept out of compiled code.

That takes as long as loading torch. Here an optimizer is made and steps outside of what is
compiled, always: the functions inside of torch's decorators are called, which are all that acts.
"""

from __future__ import annotations

from collections.abc import Sequence
from inspect import unwrap
from typing import Any

import torch


class _Eager(torch.optim.Optimizer):
    """Before one of torch's optimizers in the order of classes."""

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        unwrap(torch.optim.Optimizer.add_param_group)(self, param_group)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        unwrap(super().step)(self, closure)


class Adagrad(_Eager, torch.optim.Adagrad):
    pass


class Adam(_Eager, torch.optim.Adam):
    pass


class RMSprop(_Eager, torch.optim.RMSprop):
    pass


class SGD(_Eager, torch.optim.SGD):
    pass


DEVICES = frozenset({"cpu", "cuda"})
"""Which run a whole step as one kernel."""


def can_fuse(parameters: Sequence[torch.nn.Parameter], devices: frozenset[str] = DEVICES) -> bool:
    """Whether torch's fused kernels exist where these parameters live."""
    return all(p.device.type in devices and p.is_floating_point() for p in parameters)
