"""`dynamic_evaluation` in torch."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from hebbdsl.parts.adaptations.adapter import Adapter
from hebbdsl.parts.adaptations.dynamic_evaluation.spec import DynamicEvaluation
from hebbdsl.parts.float64 import has_float64


class DynamicEvaluationAdapter(Adapter):
    """Keeps sums of squared gradients, and the weights that changes are pulled back to."""

    def __init__(self, spec: DynamicEvaluation) -> None:
        self.spec = spec
        self.segment = spec.segment_length
        self.training_batches = spec.training_batches
        self._squares: list[Tensor] = []
        self._batches = 0
        self._weights: Sequence[nn.Parameter] = ()
        self._trained: list[Tensor] = []
        self._slow: list[Tensor] = []
        self._pull: list[Tensor] = []

    @torch.no_grad()
    def gather(self, weights: Sequence[nn.Parameter]) -> None:
        if not self._squares:
            self._squares = [torch.zeros_like(weight) for weight in weights]
        for sums, weight in zip(self._squares, weights, strict=True):
            if weight.grad is not None:
                sums.addcmul_(weight.grad, weight.grad)
        self._batches += 1

    @torch.no_grad()
    def begin(self, weights: Sequence[nn.Parameter]) -> None:
        spec = self.spec
        self._weights = weights
        self._trained = [weight.clone() for weight in weights]
        roots = [(sums / self._batches).sqrt() for sums in self._squares]
        total = sum(int(root.numel()) for root in roots)
        # Devices without float64 add in pairs, which is exact enough for a mean.
        wide = torch.float64 if has_float64(weights[0].device) else torch.float32
        mean = torch.stack([root.sum(dtype=wide) for root in roots]).sum() / total
        self._slow = [root + spec.epsilon for root in roots]
        # λ · min(MS / mean(MS), 1/λ), never more than the whole way back.
        self._pull = [(spec.decay * root / mean.float()).clamp(max=1) for root in roots]

    @torch.no_grad()
    def change(self) -> None:
        rows = zip(self._weights, self._trained, self._slow, self._pull, strict=True)
        for weight, trained, slow, pull in rows:
            weight.lerp_(trained, pull)
            if weight.grad is not None:
                weight.addcdiv_(weight.grad, slow, value=-self.spec.learning_rate)
