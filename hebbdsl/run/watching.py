"""Numbers of a run that are not finite: where the first one was."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from hebbdsl.program.update import Update


class NotFiniteAt(Exception):
    """`tensor` was not finite at `step`, counted from 1."""

    def __init__(self, step: int, tensor: str) -> None:
        self.step, self.tensor = step, tensor
        super().__init__(f"{tensor} at step {step}")


def finite(
    update: Update, watch: Float[Tensor, "steps watched"], first: int
) -> Float[Tensor, "steps watched"]:
    """What was watched over some steps, on the host, the first of which was step `first` (from 0).

    Waits for the device. Raises: NotFiniteAt.
    """
    seen = watch.cpu()
    bad = (~torch.isfinite(seen)).nonzero()
    if len(bad):
        row, column = bad[0].tolist()
        raise NotFiniteAt(first + row + 1, update.watched[column])
    if (name := update.first_bad_parameter()) is not None:
        raise NotFiniteAt(first + len(watch), name)
    return seen
