"""Small random rotations and shifts of training images."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from hebbdsl.frozen import frozen


@frozen
class RotateAndShift:
    """Rotates each image by up to `degrees` and shifts it by up to `pixels` each way, both uniform.

    Bilinear, paper outside the frame.
    """

    degrees: float
    pixels: float

    def __call__(
        self, images: Float[Tensor, "batch channels size size"], generator: torch.Generator
    ) -> Float[Tensor, "batch channels size size"]:
        batch, size = images.shape[0], images.shape[-1]
        draws = torch.rand(batch, 3, generator=generator, device=images.device) * 2 - 1
        angle = draws[:, 0] * math.radians(self.degrees)
        shift = draws[:, 1:] * (2 * self.pixels / size)
        cos, sin = angle.cos(), angle.sin()
        rows = torch.stack([cos, -sin, shift[:, 0], sin, cos, shift[:, 1]], dim=1)
        grid = F.affine_grid(rows.view(batch, 2, 3), list(images.shape), align_corners=False)
        return F.grid_sample(images, grid, padding_mode="zeros", align_corners=False)
