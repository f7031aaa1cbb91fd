"""`sampled_softmax` in torch."""

from __future__ import annotations

from math import log

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from hebbdsl.parts.float64 import has_float64
from hebbdsl.parts.outputs.sampled_softmax.spec import SampledSoftmax
from hebbdsl.parts.outputs.softmax.module import SoftmaxLayer


class SampledSoftmaxLayer(SoftmaxLayer):
    """A softmax layer whose loss sees the labels' rows and those of a sample alone."""

    def __init__(self, spec: SampledSoftmax, hidden: int, classes: int) -> None:
        super().__init__(spec, hidden, classes)
        self.spec = spec
        self._seed = 0
        self._generator: torch.Generator | None = None

    def initialise(self, generator: torch.Generator) -> None:
        super().initialise(generator)
        self._seed = int(torch.randint(2**62, (), generator=generator))
        self._generator = None

    def loss(
        self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], in_play: int
    ) -> Float[Tensor, ""]:
        if in_play <= self.spec.samples:
            return super().loss(h, labels, in_play)
        drawn = self.draw(in_play)
        others = self._products(h, drawn) - self._log_expected(drawn, in_play)
        others = others.masked_fill(labels[:, None] == drawn, -torch.inf)
        logits = torch.cat([self._scores(h, labels)[:, None], others], dim=1)
        return -F.log_softmax(logits, dim=1)[:, 0].mean()

    @torch.compiler.disable  # type: ignore[untyped-decorator]
    def draw(self, in_play: int) -> Int[Tensor, " samples"]:
        """Classes in play, as the proposal gives them."""
        device = self.rows.device
        if self._generator is None:
            self._generator = torch.Generator(device).manual_seed(self._seed)
        # float32 has steps of 2^-24: of a million classes the rarest would be drawn unevenly.
        wide = torch.float64 if has_float64(device) else torch.float32
        uniform = torch.rand(
            self.spec.samples, generator=self._generator, device=device, dtype=wide
        )
        if self.spec.proposal == "uniform":
            found = uniform * in_play
        else:
            found = torch.exp(uniform * log(in_play + 1)) - 1
        return found.long().clamp(max=in_play - 1)

    def _log_expected(self, classes: Tensor, in_play: int) -> Tensor | float:
        """The logarithm of how often each class is drawn in the mean."""
        if self.spec.proposal == "uniform":
            return log(self.spec.samples / in_play)
        wide = torch.float64 if has_float64(classes.device) else torch.float32
        share = torch.log1p(1 / (classes.to(wide) + 1)) / log(in_play + 1)
        return (self.spec.samples * share).log().float()

    def _products(self, h: Tensor, classes: Tensor) -> Tensor:
        """The logits of some classes at all positions, in float32."""
        rows = self.rows[classes]
        logits = (h.to(self._dtype) @ rows.to(self._dtype).T).float()
        return logits if self.bias is None else logits + self.bias[classes]

    def _scores(self, h: Tensor, labels: Tensor) -> Tensor:
        """The logit of each position's label, in float32."""
        logits = (h.float() * self.rows[labels]).sum(dim=1)
        return logits if self.bias is None else logits + self.bias[labels]
