"""`sampled_softmax` in torch."""

from __future__ import annotations

from collections.abc import Mapping
from math import log

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from hebbdsl.parts.bfloat16.module import how_multiplied
from hebbdsl.parts.float64 import has_float64
from hebbdsl.parts.outputs.sampled_softmax.spec import SampledSoftmax
from hebbdsl.parts.outputs.softmax.module import SoftmaxLayer
from hebbdsl.parts.outputs.softmax.products import product


class SampledSoftmaxLayer(SoftmaxLayer):
    """A softmax layer whose loss sees the labels' rows and those of a sample alone."""

    samples = True

    def __init__(self, spec: SampledSoftmax, hidden: int, classes: int) -> None:
        super().__init__(spec, hidden, classes)
        self.spec = spec
        self._drawn: Tensor | None = None

    def draw(self, generator: torch.Generator, in_play: int) -> None:
        device = self.rows.device
        # float32 has steps of 2^-24: of a million classes the rarest would be drawn unevenly.
        wide = torch.float64 if has_float64(device) else torch.float32
        uniform = torch.rand(self.spec.samples, generator=generator, device=device, dtype=wide)
        if self.spec.proposal == "uniform":
            found = uniform * in_play
        else:
            found = torch.exp(uniform * log(in_play + 1)) - 1
        self._drawn = found.long().clamp(max=in_play - 1)

    def loss(
        self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], in_play: int
    ) -> Float[Tensor, ""]:
        if in_play <= self.spec.samples:
            return super().loss(h, labels, in_play)
        drawn = self.drawn
        others = self._products(h, drawn) - self._log_expected(drawn, in_play)
        others = others.masked_fill(labels[:, None] == drawn, -torch.inf)
        logits = torch.cat([self._scores(h, labels)[:, None], others], dim=1)
        return -F.log_softmax(logits, dim=1)[:, 0].mean()

    @property
    def drawn(self) -> Int[Tensor, " samples"]:
        """The sample: classes in play, as the proposal gives them."""
        assert self._drawn is not None, "a sample is drawn before each step"
        return self._drawn

    def _log_expected(self, classes: Tensor, in_play: int) -> Tensor | float:
        """The logarithm of how often each class is drawn in the mean."""
        if self.spec.proposal == "uniform":
            return log(self.spec.samples / in_play)
        wide = torch.float64 if has_float64(classes.device) else torch.float32
        share = torch.log1p(1 / (classes.to(wide) + 1)) / log(in_play + 1)
        return (self.spec.samples * share).log().float()

    def computed_with(self) -> Mapping[str, str]:
        return how_multiplied(self._dtype, self.rows.device)

    def _products(self, h: Tensor, classes: Tensor) -> Tensor:
        """The logits of some classes at all positions, in float32."""
        rows = self.rows[classes]
        logits = product(h, rows, self._dtype)
        return logits if self.bias is None else logits + self.bias[classes]

    def _scores(self, h: Tensor, labels: Tensor) -> Tensor:
        """The logit of each position's label, in float32."""
        logits = (h.float() * self.rows[labels]).sum(dim=1)
        return logits if self.bias is None else logits + self.bias[labels]
