"""The chosen images as tensors on the device, their drawings split into what they are for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from hebbdsl.expression.metric import Split
from hebbdsl.parts.classification import CharacterSet
from hebbdsl.parts.datasets.content import LabelledContent
from hebbdsl.program.classification.classes import ChosenClass


@dataclass(frozen=True, eq=False, slots=True)
class Images:
    """Views of one tensor: a byte a pixel, ink 255. The first index is the label.

    `held_out` has the splits that nothing is trained on and that hold a drawing.
    """

    train: UInt8[Tensor, "classes train_drawings 1 size size"]
    held_out: Mapping[Split, UInt8[Tensor, "classes drawings 1 size size"]]

    def training_batch(
        self, labels: Int[Tensor, " batch"], drawings: Int[Tensor, " batch"]
    ) -> Float[Tensor, "batch 1 size size"]:
        return ink(self.train[labels, drawings])


def ink(pixels: UInt8[Tensor, ...]) -> Float[Tensor, ...]:
    """Bytes to numbers from 0 (paper) to 1 (ink)."""
    return pixels.float() / 255


def read_images(
    content: LabelledContent,
    dataset: CharacterSet,
    chosen: Sequence[ChosenClass],
    device: torch.device,
) -> Images:
    """Read the chosen classes, turn them, split their drawings.

    The first drawings of a class are for testing, the next for validation, then those to train on.
    """
    distinct = sorted({one.index for one in chosen})
    place = {index: position for position, index in enumerate(distinct)}
    pixels = content.read(distinct, dataset.image_size)
    turned = np.stack(
        [np.rot90(pixels[place[one.index]], one.quarter_turns, axes=(1, 2)) for one in chosen]
    )
    facts = dataset.facts()
    tests, held_out = facts.test_drawings, facts.test_drawings + facts.validation_drawings
    used = held_out + facts.train_drawings
    tensor = torch.from_numpy(np.ascontiguousarray(turned[:, :used])).unsqueeze(2).to(device)
    splits: dict[Split, Tensor] = {"test": tensor[:, :tests]}
    if facts.validation_drawings:
        splits["validation"] = tensor[:, tests:held_out]
    return Images(train=tensor[:, held_out:], held_out=splits)
