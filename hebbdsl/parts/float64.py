"""Which devices have numbers of 64 bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

WITH_FLOAT64 = frozenset({"cpu", "cuda"})
"""Kinds of devices that surely have float64. Apple's GPUs have none, nor have some of Intel's."""


def has_float64(device: torch.device) -> bool:
    return device.type in WITH_FLOAT64
