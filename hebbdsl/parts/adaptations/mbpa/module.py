"""`mbpa` in torch: changes of rows as vectors over the classes, one for each neighbour."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from hebbdsl.parts.adaptations.adapter import Adapter
from hebbdsl.parts.adaptations.mbpa.spec import Mbpa
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.softmax.module import SoftmaxLayer

NUMBERS = 1 << 22
"""Elements of the largest tensor that is held at once beside the memory: 16 MB."""


class MbpaAdapter(Adapter):
    """Wraps rows; the weights stay as they are."""

    def __init__(self, spec: Mbpa) -> None:
        self.spec = spec

    def wrap(self, trained: OutputLayer) -> OutputLayer:
        assert isinstance(trained, SoftmaxLayer), "stage 4 asks for rows"
        return MbpaLayer(self.spec, trained)


class MbpaLayer(OutputLayer):
    """A softmax whose rows are adapted to each word of a held-out text from what stood before.

    A word is asked of the pairs before it, those of its own stretch of text included.
    """

    def __init__(self, spec: Mbpa, trained: SoftmaxLayer) -> None:
        super().__init__()
        self.spec, self.trained = spec, trained
        self._memories: list[_Memory] = []

    def label_log_probabilities(
        self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], in_play: int
    ) -> Float[Tensor, " batch"]:
        return self.trained.label_log_probabilities(h, labels, in_play)

    def log_probabilities(
        self, h: Float[Tensor, "batch hidden"], in_play: int
    ) -> Float[Tensor, "batch in_play"]:
        return self.trained.log_probabilities(h, in_play)

    def forget(self) -> None:
        self._memories = []

    @torch.no_grad()
    def score_text(
        self,
        h: Float[Tensor, "time streams hidden"],
        labels: Int[Tensor, "time streams"],
        in_play: int,
    ) -> Float[Tensor, "time streams"]:
        if not self._memories:
            self._memories = [_Memory(self.spec.size) for _ in range(labels.shape[1])]
        # With one step nothing is held for each neighbour; with more, a vector over the classes.
        held = in_play * (1 if self.spec.steps == 1 else self.spec.neighbours)
        room = max(1, min(NUMBERS // held, self.spec.size))
        found = [
            torch.cat(
                [
                    self._score(one.float(), asked, in_play, memory)
                    for one, asked in zip(
                        torch.split(h[:, s], room), torch.split(labels[:, s], room), strict=True
                    )
                ]
            )
            for s, memory in enumerate(self._memories)
        ]
        return torch.stack(found, dim=1)

    def _score(
        self,
        h: Float[Tensor, "time hidden"],
        labels: Int[Tensor, " time"],
        in_play: int,
        memory: _Memory,
    ) -> Float[Tensor, " time"]:
        spec = self.spec
        here = self.trained.logits(h, in_play)
        memory.append(h, labels, here.softmax(dim=1))
        keys, known, shares = memory.last(spec.size + len(h))
        age = torch.arange(len(keys) - len(h), len(keys), device=h.device)[:, None]
        age = age - torch.arange(len(keys), device=h.device)
        distance = h.square().sum(1)[:, None] - 2 * h @ keys.T + keys.square().sum(1)
        distance.clamp_(min=0).masked_fill_((age < 1) | (age > spec.size), torch.inf)
        near = distance.topk(min(spec.neighbours, len(keys)), largest=False)
        weight = 1 / (spec.epsilon + near.values)  # 0 of those that were not there yet
        weight /= weight.sum(1, keepdim=True).clamp(min=torch.finfo(weight.dtype).tiny)
        bias = 0 if self.trained.bias is None else 1
        chosen = keys[near.indices]
        towards = (chosen @ h[:, :, None]).squeeze(2) + bias
        asked = known[near.indices]
        if spec.steps == 1:
            # The change is Σ_k α w_k (e_{y_k} − p_k) h_kᵀ: no vector of a neighbour is made.
            pull = spec.learning_rate * weight * towards
            here -= F.embedding_bag(near.indices, shares, mode="sum", per_sample_weights=pull)
            here.scatter_add_(1, asked, pull)
        else:
            here += (
                towards[:, None] @ self._change(chosen, asked, weight, shares[near.indices], bias)
            ).squeeze(1)
        return here.log_softmax(dim=1).gather(1, labels[:, None]).squeeze(1)

    def _change(
        self,
        keys: Float[Tensor, "time neighbours hidden"],
        labels: Int[Tensor, "time neighbours"],
        weight: Float[Tensor, "time neighbours"],
        shares: Float[Tensor, "time neighbours classes"],
        bias: int,
    ) -> Float[Tensor, "time neighbours classes"]:
        """c_k after all steps: rows are changed by Σ_k c_k h_kᵀ."""
        spec = self.spec
        alike = keys @ keys.transpose(1, 2) + bias
        began = shares.clamp(min=torch.finfo(shares.dtype).tiny).log()
        change = torch.zeros_like(began)
        for _ in range(spec.steps):
            slope = (began + alike @ change).softmax(dim=2).neg_()
            slope.scatter_add_(2, labels[..., None], torch.ones_like(weight)[..., None])
            change.mul_(1 - spec.learning_rate * spec.pull)
            change += slope * (spec.learning_rate * weight)[..., None]
        return change


class _Memory:
    """The last pairs of a stream, with the probabilities of the trained rows at each.

    They lie behind one another in memory that has room for as many again, so that what is asked for
    is one view, and each is moved once.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: list[Tensor] = []
        self._end = 0

    def append(self, *new: Tensor) -> None:
        count = len(new[0])
        if not self._held or self._end + count > len(self._held[0]):
            kept = min(self._end, self._size)
            room = 2 * self._size + count
            old = self._held
            self._held = [one.new_empty(room, *one.shape[1:]) for one in new]
            for before, after in zip(old, self._held, strict=False):
                after[:kept] = before[self._end - kept : self._end]
            self._end = kept
        for place, one in zip(self._held, new, strict=True):
            place[self._end : self._end + count] = one
        self._end += count

    def last(self, count: int) -> tuple[Tensor, ...]:
        """At most so many of the pairs, oldest first."""
        return tuple(one[max(0, self._end - count) : self._end] for one in self._held)
