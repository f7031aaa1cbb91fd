"""`softmax` in torch."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from hebbdsl.parts.bfloat16.module import how_multiplied
from hebbdsl.parts.initialisation import draw
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.softmax.chunked import MANY, label_nll, logits_into, mean_loss

if TYPE_CHECKING:
    from hebbdsl.parts.outputs.softmax.spec import Softmax


class SoftmaxLayer(OutputLayer):
    """p(i | h) ∝ exp(θ[i]·h + b[i]) over the classes in play; normalised in float32."""

    bias: nn.Parameter | None

    def __init__(self, spec: Softmax, hidden: int, classes: int) -> None:
        super().__init__()
        self._row_norm = spec.row_norm
        self._dtype = getattr(torch, spec.products)
        self.rows = nn.Parameter(torch.zeros(classes, hidden))
        self.bias = nn.Parameter(torch.zeros(classes)) if spec.bias else None

    def initialise(self, generator: torch.Generator) -> None:
        hidden = self.rows.shape[1]
        draw(self.rows, hidden, generator)
        if self._row_norm is not None:
            with torch.no_grad():
                self.rows.mul_(self._row_norm * sqrt(3))
        if self.bias is not None:
            draw(self.bias, hidden, generator)

    def class_rows(self) -> nn.Parameter:
        return self.rows

    def logits(
        self, h: Float[Tensor, "batch hidden"], in_play: int
    ) -> Float[Tensor, "batch in_play"]:
        """Unnormalised log-probabilities of the classes in play, in float32."""
        rows, bias = self._in_play(in_play)
        return F.linear(h, rows, bias).float()

    @torch.no_grad()
    def logits_into(
        self, room: Float[Tensor, "batch in_play"], h: Float[Tensor, "batch hidden"]
    ) -> None:
        """The same, written into memory that is there."""
        logits_into(room, h, *self._in_play(room.shape[1]))

    def _in_play(self, count: int) -> tuple[Tensor, Tensor | None]:
        if count == len(self.rows):
            return self.rows, self.bias
        return self.rows[:count], None if self.bias is None else self.bias[:count]

    def label_log_probabilities(
        self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], in_play: int
    ) -> Float[Tensor, " batch"]:
        if in_play >= MANY:
            return -label_nll(h, *self._in_play(in_play), labels, self._dtype)
        return -F.cross_entropy(self.logits(h, in_play), labels, reduction="none")

    def log_probabilities(
        self, h: Float[Tensor, "batch hidden"], in_play: int
    ) -> Float[Tensor, "batch in_play"]:
        return F.log_softmax(self.logits(h, in_play), dim=1)

    def loss(
        self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], in_play: int
    ) -> Float[Tensor, ""]:
        if in_play >= MANY:
            return mean_loss(h, *self._in_play(in_play), labels, self._dtype)
        return F.cross_entropy(self.logits(h, in_play), labels)

    def computed_with(self) -> Mapping[str, str]:
        if len(self.rows) < MANY:
            return {}  # few are multiplied in float32
        return how_multiplied(self._dtype, self.rows.device)
