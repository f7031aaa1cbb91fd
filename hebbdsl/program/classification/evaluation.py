"""Accuracy on the held-out examples. Evaluations write nothing: evaluating twice gives the same."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from hebbdsl.expression.metric import Split
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.stored import ScoreAt, Stored, WithEntropies
from hebbdsl.program.classification.examples import Examples, Numbers
from hebbdsl.program.classification.program import ClassificationProgram
from hebbdsl.program.test_time import Predictor

BLOCK = 250
"""Examples at once: few enough to stay in a CPU's cache."""

_NUMBERS, _PASSES, _SECONDS = 200_000, 10, 0.1
"""What the speed of predictions is measured on: so many numbers, and so many passes at most, none
of which begins later than this."""


def accuracy_by_class(
    program: ClassificationProgram,
    classes: Sequence[int],
    in_play: int,
    output: OutputLayer | None = None,
) -> Mapping[Split, Float[np.ndarray, " classes"]]:
    """Which share of the examples of each of `classes` is classified rightly among those in play.

    Each held-out split is asked for itself: no number of one depends on another's examples. The
    host waits for the device once for all of them.
    """
    held_out = program.held_out
    program.model.eval()
    program.output.eval()
    asked = program.output if output is None else output
    with torch.inference_mode():
        found = [
            _classified_rightly(program, asked, examples, classes, in_play)
            for examples in held_out.values()
        ]
        right = torch.cat(found).cpu().numpy().astype(np.int64)
    program.model.train()
    program.output.train()
    counts = [examples.counts[classes] for examples in held_out.values()]
    of_all = np.concatenate(counts)
    shares = np.add.reduceat(right, np.cumsum(of_all) - of_all) / of_all
    return dict(zip(held_out, np.split(shares, len(held_out)), strict=True))


def over_examples(
    shares: Float[np.ndarray, " classes"], counts: Int[np.ndarray, " classes"]
) -> float:
    """Accuracy over the examples of all classes whose own is known: the others are NaN."""
    weights = counts / counts.mean()  # each is exactly 1 where classes have equally many
    return float(np.nansum(shares * weights) / weights[~np.isnan(shares)].sum())


def _classified_rightly(
    program: ClassificationProgram,
    output: OutputLayer,
    examples: Examples,
    classes: Sequence[int],
    in_play: int,
) -> Bool[Tensor, " examples"]:
    right = [
        output.log_probabilities(h, in_play).argmax(dim=1) == asked
        for h, asked in _activations(program, examples, *examples.places(classes))
    ]
    return torch.cat(right)


def _activations(
    program: ClassificationProgram, examples: Examples, places: Numbers, labels: Numbers
) -> Iterator[tuple[Float[Tensor, "block hidden"], Int[Tensor, " block"]]]:
    """Blocks of activations with their labels."""
    precision = program.setup.training.precision == "bfloat16"
    both = torch.from_numpy(np.stack([places, labels])).to(program.device)
    for block, asked in zip(*(one.split(BLOCK) for one in both), strict=True):
        with torch.autocast(program.device.type, dtype=torch.bfloat16, enabled=precision):
            h = program.model(examples.inputs(block)).float()
        yield h, asked


def predictions_per_second(
    program: ClassificationProgram, in_play: int, output: OutputLayer | None = None
) -> float:
    """By the best of several short passes over some test examples, after one that warms up."""
    test = program.examples["test"]
    enough = max(1, min(BLOCK, _NUMBERS // test.values[0].numel()))
    classes = min(in_play, int(np.searchsorted(test.offsets, enough)))
    asked = program.output if output is None else output
    program.model.eval()
    program.output.eval()
    seconds, began = list[float](), time.perf_counter()
    with torch.inference_mode():
        while len(seconds) < 2 or (
            len(seconds) < _PASSES and time.perf_counter() - began < _SECONDS
        ):
            started = time.perf_counter()
            _classified_rightly(program, asked, test, range(classes), in_play).sum().item()
            seconds.append(time.perf_counter() - started)
    program.model.train()
    program.output.train()
    return int(test.offsets[classes]) / min(seconds[1:])


def remember_training(program: ClassificationProgram, at: Predictor, in_play: int) -> None:
    """Show the training examples of the classes in play to what remembers them at test time.

    The last example of each class comes last, and those before them before: a small memory holds
    as many of every class as it can.
    """
    train = program.examples["train"]
    places, labels = train.places(range(in_play))
    order = np.argsort(places - train.offsets[labels + 1], kind="stable")
    program.model.eval()
    with torch.no_grad():
        for h, shown in _activations(program, train, places[order], labels[order]):
            at.remember(h, shown, in_play)


class StoredExamples(Stored):
    """The activations of the validation examples of all classes in play."""

    def __init__(self, program: ClassificationProgram, at: Predictor, in_play: int) -> None:
        super().__init__()
        validation = program.examples["validation"]
        program.model.eval()
        program.output.eval()
        with torch.no_grad():
            found = list(_activations(program, validation, *validation.places(range(in_play))))
            self._h = torch.cat([h for h, _ in found])
            self._labels, self._in_play = torch.cat([labels for _, labels in found]), in_play
            self.squared_norm = float(self._h.square().sum(dim=1).mean())
            self.trained = at.trained.label_log_probabilities(self._h, self._labels, in_play)
            asked = at.needs_entropies
            self.entropies = at.trained.entropies(self._h, in_play) if asked else None

    def score_together(
        self, output: OutputLayer, settings: Sequence[float], score: ScoreAt
    ) -> None:
        """Nothing: each is asked for by itself, examples being few."""

    @torch.no_grad()
    def _replay(self, output: OutputLayer) -> Float[Tensor, " words"]:
        return output.label_log_probabilities(self._h, self._labels, self._in_play)

    @torch.no_grad()
    def _replay_with_entropies(self, output: OutputLayer) -> WithEntropies:
        return WithEntropies(self._replay(output), output.entropies(self._h, self._in_play))
