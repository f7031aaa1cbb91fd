"""Accuracy on the held-out drawings. They write nothing: evaluating twice gives the same."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, UInt8
from torch import Tensor

from hebbdsl.expression.metric import Split
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.stored import ScoreAt, Stored, WithEntropies
from hebbdsl.program.classification.examples import ink
from hebbdsl.program.classification.program import ClassificationProgram
from hebbdsl.program.test_time import Predictor

BLOCK = 250
"""Images at once: few enough to stay in a CPU's cache."""

_PIXELS, _PASSES, _SECONDS = 200_000, 10, 0.1
"""What the speed of predictions is measured on: so many pixels, and so many passes at most, none of
which begins later than this."""


def accuracy_by_class(
    program: ClassificationProgram,
    classes: Sequence[int],
    in_play: int,
    output: OutputLayer | None = None,
) -> Mapping[Split, Float[np.ndarray, " classes"]]:
    """Which share of the drawings of each of `classes` is classified rightly among those in play.

    Each held-out split is asked for itself: no number of one depends on another's drawings. The
    host waits for the device once for all of them.
    """
    wanted = torch.as_tensor(classes, device=program.device)
    held_out = program.images.held_out
    program.model.eval()
    program.output.eval()
    asked = program.output if output is None else output
    with torch.inference_mode():
        right = [
            _classified_rightly(program, asked, images[wanted], wanted, in_play).sum(dim=1)
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
    program: ClassificationProgram,
    output: OutputLayer,
    images: UInt8[Tensor, "classes drawings 1 size size"],
    wanted: Int[Tensor, " classes"],
    in_play: int,
) -> Bool[Tensor, "classes drawings"]:
    drawings = images.shape[1]
    flat, labels = images.flatten(0, 1), wanted.repeat_interleave(drawings)
    right = [
        output.log_probabilities(h, in_play).argmax(dim=1) == asked
        for h, asked in _activations(program, flat, labels)
    ]
    return torch.cat(right).view(-1, drawings)


def _activations(
    program: ClassificationProgram,
    flat: UInt8[Tensor, "images 1 size size"],
    labels: Int[Tensor, " images"],
) -> Iterator[tuple[Float[Tensor, "block hidden"], Int[Tensor, " block"]]]:
    """Blocks of activations with their labels."""
    precision = program.setup.training.precision == "bfloat16"
    for start in range(0, len(labels), BLOCK):
        with torch.autocast(program.device.type, dtype=torch.bfloat16, enabled=precision):
            h = program.model(ink(flat[start : start + BLOCK])).float()
        yield h, labels[start : start + BLOCK]


def predictions_per_second(
    program: ClassificationProgram, in_play: int, output: OutputLayer | None = None
) -> float:
    """By the best of several short passes over some test drawings, after one that warms up."""
    images = program.images.held_out["test"][:in_play]
    drawings = max(1, min(BLOCK, _PIXELS // images[0, 0].numel()))
    classes = min(in_play, -(-drawings // images.shape[1]))
    wanted = torch.arange(classes, device=program.device)
    asked = program.output if output is None else output
    program.model.eval()
    program.output.eval()
    seconds, began = list[float](), time.perf_counter()
    with torch.inference_mode():
        while len(seconds) < 2 or (
            len(seconds) < _PASSES and time.perf_counter() - began < _SECONDS
        ):
            started = time.perf_counter()
            _classified_rightly(program, asked, images[:classes], wanted, in_play).sum().item()
            seconds.append(time.perf_counter() - started)
    program.model.train()
    program.output.train()
    return classes * images.shape[1] / min(seconds[1:])


def remember_training(program: ClassificationProgram, at: Predictor, in_play: int) -> None:
    """Show the training drawings of the classes in play to what remembers them at test time.

    The last drawings come last, so that a small memory holds as many of every class as it can.
    """
    images = program.images.train[:in_play].transpose(0, 1)
    labels = torch.arange(in_play, device=program.device).repeat(len(images))
    program.model.eval()
    with torch.no_grad():
        for h, shown in _activations(program, images.flatten(0, 1), labels):
            at.remember(h, shown, in_play)


class StoredExamples(Stored):
    """The activations of the validation drawings of all classes in play."""

    def __init__(self, program: ClassificationProgram, at: Predictor, in_play: int) -> None:
        super().__init__()
        images = program.images.held_out["validation"][:in_play]
        wanted = torch.arange(in_play, device=program.device).repeat_interleave(images.shape[1])
        program.model.eval()
        program.output.eval()
        with torch.no_grad():
            found = list(_activations(program, images.flatten(0, 1), wanted))
            self._h = torch.cat([h for h, _ in found])
            self._labels, self._in_play = wanted, in_play
            self.squared_norm = float(self._h.square().sum(dim=1).mean())
            self.trained = at.trained.label_log_probabilities(self._h, wanted, in_play)
            asked = at.needs_entropies
            self.entropies = at.trained.entropies(self._h, in_play) if asked else None

    def score_together(
        self, output: OutputLayer, settings: Sequence[float], score: ScoreAt
    ) -> None:
        """Nothing: each is asked for by itself, pictures being few."""

    @torch.no_grad()
    def _replay(self, output: OutputLayer) -> Float[Tensor, " words"]:
        return output.label_log_probabilities(self._h, self._labels, self._in_play)

    @torch.no_grad()
    def _replay_with_entropies(self, output: OutputLayer) -> WithEntropies:
        return WithEntropies(self._replay(output), output.entropies(self._h, self._in_play))
