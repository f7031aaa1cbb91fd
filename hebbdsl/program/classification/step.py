"""One optimizer step on labelled examples. Nothing in it waits for the device."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.program import compiling
from hebbdsl.program.update import Update

Forward = Callable[[Tensor, Tensor, Tensor | None, int], tuple[Tensor, Tensor, Tensor]]


class ClassificationStep:
    """Forward, then the update.

    Args:
        precision: dtype of the model's arithmetic; rows, loss and weights stay in float32.
        compiled: compile the forward and the backward pass.
    """

    def __init__(
        self,
        model: nn.Module,
        output: OutputLayer,
        update: Update,
        precision: torch.dtype,
        compiled: bool,
    ) -> None:
        self.model, self.output, self.update = model, output, update
        self._precision = precision
        self._forward: Forward = self._compute
        if compiled:
            self._forward = compiling.compiled(self._compute)

    def __call__(
        self,
        inputs: Float[Tensor, batch * shape],
        labels: Int[Tensor, " batch"],
        keep: Float[Tensor, "batch hidden"] | None,
        in_play: int,
        statistics: Float[Tensor, " statistics"],
    ) -> None:
        """Train on one batch.

        Args:
            keep: dropout's mask, already scaled up; None: no dropout.
            statistics: as `Update` fills them.
        """
        loss, h, clean = self._forward(inputs, labels, keep, in_play)
        self.update(loss, h, clean, labels, in_play, statistics)

    def _compute(
        self, inputs: Tensor, labels: Tensor, keep: Tensor | None, in_play: int
    ) -> tuple[Tensor, Tensor, Tensor]:
        if self._precision is torch.float32:
            clean = self.model(inputs)
        else:
            with torch.autocast(inputs.device.type, dtype=self._precision):
                clean = self.model(inputs).float()
        h = clean if keep is None else clean * keep
        return self.output.loss(h, labels, in_play), h, clean
