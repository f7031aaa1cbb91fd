"""`mixture_of_softmaxes` in torch."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from hebbdsl.parts.bfloat16.module import how_multiplied
from hebbdsl.parts.initialisation import draw
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.mixture_of_softmaxes.mixed import mixed_loss, mixed_nll
from hebbdsl.parts.outputs.mixture_of_softmaxes.spec import MixtureOfSoftmaxes
from hebbdsl.parts.outputs.softmax.chunked import MANY
from hebbdsl.parts.outputs.softmax.module import SoftmaxLayer


class MixtureOfSoftmaxesLayer(OutputLayer):
    """Several activations made of one, classified by the same rows, their probabilities mixed.

    Attributes:
        softmax: the rows.
        weights: W_k of each component, `offsets`: its b_k.
        shares: W_π; None: one component has all.
    """

    shares: nn.Parameter | None

    def __init__(self, spec: MixtureOfSoftmaxes, hidden: int, classes: int) -> None:
        super().__init__()
        components, width = spec.components, spec.row_width(hidden)
        self._dtype = getattr(torch, spec.products)
        self.softmax = SoftmaxLayer(spec, width, classes)
        self.weights = nn.Parameter(torch.zeros(components, width, hidden))
        self.offsets = nn.Parameter(torch.zeros(components, width))
        self.shares = nn.Parameter(torch.zeros(components, hidden)) if components > 1 else None

    def initialise(self, generator: torch.Generator) -> None:
        # In order: the rows get the numbers that a softmax of their width would get.
        self.softmax.initialise(generator)
        hidden = self.weights.shape[2]
        for parameter in (self.weights, self.offsets, self.shares):
            if parameter is not None:
                draw(parameter, hidden, generator)

    def class_rows(self) -> nn.Parameter:
        return self.softmax.rows

    def label_log_probabilities(
        self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], in_play: int
    ) -> Float[Tensor, " batch"]:
        made = self._made(h)
        if self.shares is None:
            return self.softmax.label_log_probabilities(made[:, 0], labels, in_play)
        shares, components = self._log_shares(h, self.shares), len(self.weights)
        if in_play * components >= MANY:
            return -mixed_nll(made, shares, *self.in_play(in_play), labels, self._dtype)
        found = self.softmax.label_log_probabilities(
            made.flatten(0, 1), labels.repeat_interleave(components), in_play
        )
        return (shares + found.view_as(shares)).logsumexp(dim=1)

    def log_probabilities(
        self, h: Float[Tensor, "batch hidden"], in_play: int
    ) -> Float[Tensor, "batch in_play"]:
        made = self._made(h)
        found = self.softmax.log_probabilities(made[:, 0], in_play)
        if self.shares is None:
            return found
        shares = self._log_shares(h, self.shares)[:, :, None]
        found = found + shares[:, 0]
        for number in range(1, len(self.weights)):
            more = self.softmax.log_probabilities(made[:, number], in_play)
            found = torch.logaddexp(found, more + shares[:, number])
        return found

    def loss(
        self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], in_play: int
    ) -> Float[Tensor, ""]:
        if self.shares is None:
            return self.softmax.loss(self._made(h)[:, 0], labels, in_play)
        if in_play * len(self.weights) < MANY:
            return super().loss(h, labels, in_play)
        made, shares = self._made(h), self._log_shares(h, self.shares)
        return mixed_loss(made, shares, *self.in_play(in_play), labels, self._dtype)

    def computed_with(self) -> Mapping[str, str]:
        rows = self.softmax.rows
        many = len(rows) * len(self.weights) >= MANY
        return how_multiplied(self._dtype, rows.device) if many else {}

    def in_play(self, count: int) -> tuple[Tensor, Tensor | None]:
        """Rows and biases of the first classes.

        All of them are given as they are: a slice would have its gradient copied.
        """
        rows, bias = self.softmax.rows, self.softmax.bias
        if count == len(rows):
            return rows, bias
        return rows[:count], None if bias is None else bias[:count]

    def _made(self, h: Float[Tensor, "batch hidden"]) -> Float[Tensor, "batch components width"]:
        """The activation of each component, in float32."""
        sums = F.linear(h, self.weights.flatten(0, 1), self.offsets.flatten())
        return sums.float().tanh().view(len(h), *self.offsets.shape)

    @staticmethod
    def _log_shares(
        h: Float[Tensor, "batch hidden"], weights: Float[Tensor, "components hidden"]
    ) -> Float[Tensor, "batch components"]:
        return F.linear(h, weights).float().log_softmax(dim=1)
