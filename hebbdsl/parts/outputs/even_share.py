"""A share of the probability spread evenly, so that no class in play is impossible."""

from __future__ import annotations

from math import log

import torch
from torch import Tensor

MASKED = -1e30
"""Stands for log 0: its exponential is 0, and unlike infinity it gives finite gradients."""

TINY = 1e-38
"""Smallest probability whose logarithm is taken."""


def log_of(probabilities: Tensor) -> Tensor:
    """Their logarithms, masked where they are 0, with finite gradients."""
    logs = probabilities.clamp(min=TINY).log()
    return torch.where(probabilities > 0, logs, MASKED)


class EvenShare:
    """Mixes ε/n into what a memory says of n classes.

    Args:
        uniform: ε.
    """

    def __init__(self, uniform: float) -> None:
        self._even = log(uniform)
        self._own = log(1 - uniform) if uniform < 1 else MASKED

    def mixed(self, found: Tensor, anything: Tensor, in_play: int) -> Tensor:
        """log of (1 − ε) p + ε/n, given log p; log 1/n where nothing is remembered."""
        # As a tensor: its logarithm as a number would compile a graph for every level.
        n = found.new_full((), in_play).log()
        mixed = torch.logaddexp(found + self._own, self._even - n)
        return torch.where(anything, mixed, -n)

    def nothing(self, like: Tensor, in_play: int) -> Tensor:
        """log 1/n in the shape of `like`, whose gradient it is given: zero."""
        return self.mixed(like, torch.zeros_like(like, dtype=torch.bool), in_play)
