"""Rotation and shift move ink, and keep it."""

from __future__ import annotations

import math

import torch

from hebbdsl.parts.augmentation import RotateAndShift
from hebbdsl.program.randomness import torch_generator


def _dot(row: int, column: int, size: int = 15) -> torch.Tensor:
    image = torch.zeros(1, 1, size, size)
    image[0, 0, row, column] = 1
    return image


def test_no_rotation_and_no_shift_leave_images_as_they_are() -> None:
    images = torch.rand(4, 1, 12, 12)
    torch.testing.assert_close(RotateAndShift(0, 0)(images, torch_generator(0, "a")), images)


def test_shifts_stay_within_their_bound_and_differ_between_images() -> None:
    images = _dot(7, 7).repeat(50, 1, 1, 1)
    moved = RotateAndShift(0, 3)(images, torch_generator(0, "a"))
    rows, columns = torch.meshgrid(torch.arange(15.0), torch.arange(15.0), indexing="ij")
    total = moved.sum(dim=(1, 2, 3))
    torch.testing.assert_close(total, torch.ones(50))
    offsets = torch.stack(
        [(moved[:, 0] * grid).sum(dim=(1, 2)) - 7 for grid in (rows, columns)], dim=1
    )
    assert offsets.abs().max() <= 3 + 1e-4
    assert offsets.abs().max() > 2
    assert offsets.std(dim=0).min() > 1


def test_rotation_keeps_the_distance_from_the_centre() -> None:
    images = _dot(7, 12).repeat(50, 1, 1, 1)
    turned = RotateAndShift(30, 0)(images, torch_generator(0, "a"))
    rows, columns = torch.meshgrid(torch.arange(15.0), torch.arange(15.0), indexing="ij")
    mass = turned.sum(dim=(1, 2, 3))
    y = (turned[:, 0] * rows).sum(dim=(1, 2)) / mass - 7
    x = (turned[:, 0] * columns).sum(dim=(1, 2)) / mass - 7
    torch.testing.assert_close((x**2 + y**2).sqrt(), torch.full((50,), 5.0), atol=0.2, rtol=0)
    angle = torch.rad2deg(torch.atan2(y, x))
    assert angle.abs().max() <= 30 + 2
    assert angle.std() > 30 / math.sqrt(3) * 0.7
