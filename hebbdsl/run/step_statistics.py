"""Numbers of a run that are not finite: where the first one was."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from math import isfinite, log

import torch
from jaxtyping import Float
from torch import Tensor

from hebbdsl.program.update import Update

LARGEST = log(sys.float_info.max)
"""Nats: of a mean loss beyond it the perplexity is no number."""

LEAST_LIKELY = 103.0
"""Nats: of a mean loss beyond it, e^−loss is no number of float32. Weights have run away."""


class NotFiniteAt(Exception):
    """`tensor` was not finite at `step`, counted from 1."""

    def __init__(self, step: int, tensor: str) -> None:
        self.step, self.tensor = step, tensor
        super().__init__(f"{tensor} at step {step}")


def finite(
    update: Update, statistics: Float[Tensor, "steps statistics"], first: int
) -> Float[Tensor, "steps statistics"]:
    """The statistics of some steps on the host; the first of them was step `first` (from 0).

    Waits for the device. Raises: NotFiniteAt.
    """
    seen = statistics.cpu()
    bad = (~torch.isfinite(seen)).nonzero()
    if len(bad):
        row, column = bad[0].tolist()
        raise NotFiniteAt(first + row + 1, update.statistic_names[column])
    if (name := update.first_non_finite_parameter()) is not None:
        raise NotFiniteAt(first + len(statistics), name)
    return seen


def finite_perplexity(step: int, name: str, loss: float, most: float = LARGEST) -> None:
    """Nothing, of a mean loss on a held-out text that is a number, and its perplexity too.

    Args:
        name: of the text, or of some of its words.
        most: nats that are still believed.

    Raises: NotFiniteAt.
    """
    if not isfinite(loss):
        raise NotFiniteAt(step, f"{name} loss")
    if loss > most:
        raise NotFiniteAt(step, f"{name} perplexity")


def finite_perplexities(step: int, losses: Mapping[str, float]) -> None:
    """The same of all losses that a record has perplexities of, by name of these.

    A whole text is not believed to be less likely than float32 can say. Raises: NotFiniteAt.
    """
    for metric, loss in losses.items():
        split, _, band = metric.partition("_perplexity")
        name = f"{split}{band.replace('_', ' ')}"
        finite_perplexity(step, name, loss, LARGEST if band else LEAST_LIKELY)
