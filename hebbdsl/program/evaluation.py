"""Accuracy on the held-out drawings. Writes nothing: evaluating twice gives the same answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Int

from hebbdsl.program.images import ink
from hebbdsl.program.program import Program

BLOCK = 250
"""Images at once: few enough to stay in a CPU's cache."""


def correct_by_class(
    program: Program, classes: Sequence[int], in_play: int
) -> Int[np.ndarray, " classes"]:
    """How many test drawings of each of `classes` are classified rightly among those in play."""
    wanted = torch.as_tensor(classes, device=program.device)
    drawings = program.images.test.shape[1]
    images = program.images.test[wanted].flatten(0, 1)
    labels = wanted.repeat_interleave(drawings)
    precision = program.setup.training.precision == "bfloat16"
    program.model.eval()
    program.output.eval()
    right = []
    with (
        torch.inference_mode(),
        torch.autocast(program.device.type, dtype=torch.bfloat16, enabled=precision),
    ):
        for start in range(0, len(labels), BLOCK):
            h = program.model(ink(images[start : start + BLOCK])).float()
            with torch.autocast(program.device.type, enabled=False):
                guess = program.output.log_probabilities(h, in_play).argmax(dim=1)
            right.append(guess == labels[start : start + BLOCK])
    program.model.train()
    program.output.train()
    return torch.cat(right).view(-1, drawings).sum(dim=1).cpu().numpy()
