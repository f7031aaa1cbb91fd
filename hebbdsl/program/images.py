"""The chosen images as tensors on the device, split into drawings to train on and to test on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from hebbdsl.parts.datasets.content import Content
from hebbdsl.parts.part import Dataset
from hebbdsl.program.choice import ChosenClass


@dataclass(frozen=True, eq=False, slots=True)
class Images:
    """Two views of one tensor: a byte a pixel, ink 255. The first index is the label."""

    train: UInt8[Tensor, "classes train_drawings 1 size size"]
    test: UInt8[Tensor, "classes test_drawings 1 size size"]

    def training_batch(
        self, labels: Int[Tensor, " batch"], drawings: Int[Tensor, " batch"]
    ) -> Float[Tensor, "batch 1 size size"]:
        return ink(self.train[labels, drawings])


def ink(pixels: UInt8[Tensor, ...]) -> Float[Tensor, ...]:
    """Bytes to numbers from 0 (paper) to 1 (ink)."""
    return pixels.float() / 255


def read_images(
    content: Content, dataset: Dataset, chosen: Sequence[ChosenClass], device: torch.device
) -> Images:
    """Read the chosen classes, turn them, split their drawings: the first ones are for testing."""
    distinct = sorted({one.index for one in chosen})
    place = {index: position for position, index in enumerate(distinct)}
    pixels = content.read(distinct, dataset.image_size)
    turned = np.stack(
        [np.rot90(pixels[place[one.index]], one.quarter_turns, axes=(1, 2)) for one in chosen]
    )
    facts = dataset.facts()
    tests, used = facts.test_drawings, facts.test_drawings + facts.train_drawings
    tensor = torch.from_numpy(np.ascontiguousarray(turned[:, :used])).unsqueeze(2).to(device)
    return Images(train=tensor[:, tests:], test=tensor[:, :tests])
