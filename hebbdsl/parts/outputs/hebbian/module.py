"""`hebbian` in torch: a softmax layer that stores what the write gives."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.outputs.hebbian.write import Bags, move_mean, write
from hebbdsl.parts.outputs.layer import Moments, no_moments
from hebbdsl.parts.outputs.softmax.module import SoftmaxLayer


class HebbianLayer(SoftmaxLayer):
    """Softmax whose rows are written by the activations of the batch after each step.

    `counters` hold one more than the occurrences of each class, as a column beside the rows. `mean`
    is there when activations are centred, `batches` then and when writing starts late.
    """

    counters: Tensor
    one: Tensor
    mean: Tensor | None
    batches: Tensor

    def __init__(self, rule: Hebbian, hidden: int, classes: int) -> None:
        super().__init__(rule, hidden, classes)
        self.rule = rule
        self._bags = Bags()
        self.register_buffer("counters", torch.ones(classes, 1, dtype=torch.int64))
        self.register_buffer("one", torch.ones((), dtype=torch.int64), persistent=False)
        self.register_buffer("mean", torch.zeros(hidden) if rule.center == "running" else None)
        if rule.counts_batches:
            self.register_buffer("batches", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def after_step(
        self,
        h: Float[Tensor, "batch hidden"],
        clean: Float[Tensor, "batch hidden"],
        labels: Int[Tensor, " batch"],
        in_play: int,
        moments: Moments = no_moments,
    ) -> Tensor | None:
        rule, rows, counters, one, mean = self.rule, self.rows, self.counters, self.one, self.mean
        active, started = h if rule.activations == "dropped_out" else clean, None
        if rule.counts_batches:
            batches = self.batches.add_(one)
            if mean is not None:
                move_mean(mean, batches, active, rule.center_rate)
            if rule.start:
                started = batches > rule.start
        written = write(rule, rows, counters, active, labels, in_play, mean, self._bags, started)
        rows.index_copy_(0, written.labels, written.rows)
        counters.index_put_((written.labels,), one, accumulate=True)
        if written.took is not None:
            for kept in moments(rows):
                kept[written.labels] = torch.where(written.took, 0, kept[written.labels])
        return written.rows
