"""Which devices run a whole optimizer step as one kernel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

DEVICES = frozenset({"cpu", "cuda"})


def can_fuse(parameters: Sequence[torch.nn.Parameter], devices: frozenset[str] = DEVICES) -> bool:
    """Whether torch's fused kernels exist where these parameters live."""
    return all(p.device.type in devices and p.is_floating_point() for p in parameters)
