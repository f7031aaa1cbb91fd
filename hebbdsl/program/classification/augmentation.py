"""Small random rotations and shifts of training images."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F


def rotate_and_shift(
    images: Float[Tensor, "batch 1 size size"],
    degrees: float,
    pixels: float,
    generator: torch.Generator,
) -> Float[Tensor, "batch 1 size size"]:
    """Each image rotated by up to `degrees` and shifted by up to `pixels` each way, both uniform.

    Bilinear, paper outside the frame.
    """
    batch, size = images.shape[0], images.shape[-1]
    draws = torch.rand(batch, 3, generator=generator, device=images.device) * 2 - 1
    angle = draws[:, 0] * math.radians(degrees)
    shift = draws[:, 1:] * (2 * pixels / size)
    cos, sin = angle.cos(), angle.sin()
    rows = torch.stack([cos, -sin, shift[:, 0], sin, cos, shift[:, 1]], dim=1)
    grid = F.affine_grid(rows.view(batch, 2, 3), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="zeros", align_corners=False)
