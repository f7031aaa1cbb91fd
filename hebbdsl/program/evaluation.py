"""Accuracy on the held-out drawings. Writes nothing: evaluating twice gives the same answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, UInt8
from torch import Tensor

from hebbdsl.expression.metrics import Split
from hebbdsl.program.image_program import ImageProgram
from hebbdsl.program.images import ink

BLOCK = 250
"""Images at once: few enough to stay in a CPU's cache."""


def accuracy_by_class(
    program: ImageProgram, classes: Sequence[int], in_play: int
) -> Mapping[Split, Float[np.ndarray, " classes"]]:
    """Which share of the drawings of each of `classes` is classified rightly among those in play.

    Each held-out split is asked for itself: no number of one depends on another's drawings. The
    host waits for the device once for all of them.
    """
    wanted = torch.as_tensor(classes, device=program.device)
    held_out = program.images.held_out
    program.model.eval()
    program.output.eval()
    with torch.inference_mode():
        right = [
            _classified_rightly(program, images[wanted], wanted, in_play).sum(dim=1)
            for images in held_out.values()
        ]
        counts = torch.stack(right).cpu().numpy()
    program.model.train()
    program.output.train()
    return {
        split: count / images.shape[1]
        for (split, images), count in zip(held_out.items(), counts, strict=True)
    }


def _classified_rightly(
    program: ImageProgram,
    images: UInt8[Tensor, "classes drawings 1 size size"],
    wanted: Int[Tensor, " classes"],
    in_play: int,
) -> Bool[Tensor, "classes drawings"]:
    drawings = images.shape[1]
    flat, labels = images.flatten(0, 1), wanted.repeat_interleave(drawings)
    precision = program.setup.training.precision == "bfloat16"
    right = []
    with torch.autocast(program.device.type, dtype=torch.bfloat16, enabled=precision):
        for start in range(0, len(labels), BLOCK):
            h = program.model(ink(flat[start : start + BLOCK])).float()
            with torch.autocast(program.device.type, enabled=False):
                guess = program.output.log_probabilities(h, in_play).argmax(dim=1)
            right.append(guess == labels[start : start + BLOCK])
    return torch.cat(right).view(-1, drawings)
