"""`cache` in torch: a ring of the last pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.cache.stream import StreamMemory
from hebbdsl.parts.outputs.even_share import MASKED, EvenShare, log_of
from hebbdsl.parts.outputs.layer import Moments, no_moments
from hebbdsl.parts.outputs.memory_layer import MemoryLayer
from hebbdsl.parts.outputs.stored import Stored, Tunable, WithEntropies


class CacheLayer(MemoryLayer):
    """Probability by likeness to remembered activations, with a share spread evenly.

    `keys` and `labels` are a ring of `size` places (or `room`) for what was trained on; `written`
    counts all pairs ever stored, and so tells both how full the ring is and where the next pair
    goes. What is remembered of a held-out text is no part of the weights.
    """

    keys: Tensor
    labels: Tensor
    written: Tensor

    def __init__(self, spec: Cache, hidden: int, room: int | None = None) -> None:
        super().__init__()
        self.spec = spec
        room = spec.size if room is None else room
        self.register_buffer("keys", torch.zeros(room, hidden))
        self.register_buffer("labels", torch.zeros(room, dtype=torch.int64))
        self.register_buffer("written", torch.zeros((), dtype=torch.int64))
        self.theta = 1.0 if isinstance(spec.theta, str) else spec.theta
        self._stream = StreamMemory(spec.size, self.theta)
        self._share = EvenShare(spec.uniform)

    def label_log_probabilities(
        self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], in_play: int
    ) -> Float[Tensor, " batch"]:
        scores = self._scores(h, in_play)
        alike = torch.where(labels[:, None] == self.labels, scores, MASKED)
        found = alike.logsumexp(dim=1) - scores.logsumexp(dim=1)
        return self._share.mixed(found, self._remembered(in_play).any(), in_play)

    def log_probabilities(
        self, h: Float[Tensor, "batch hidden"], in_play: int
    ) -> Float[Tensor, "batch in_play"]:
        shares = self._scores(h, in_play).softmax(dim=1)
        # Masked pairs have a share of 0, so that it does not matter to whom they are added.
        labels = self.labels.clamp(max=in_play - 1)
        totals = shares.new_zeros(len(h), in_play).index_add(1, labels, shares)
        found = log_of(totals)
        return self._share.mixed(found, self._remembered(in_play).any(), in_play)

    def score_text(
        self,
        h: Float[Tensor, "time streams hidden"],
        labels: Int[Tensor, "time streams"],
        in_play: int,
    ) -> Float[Tensor, "time streams"]:
        with torch.autocast(h.device.type, enabled=False):
            alike, every = self._stream.score(h.float().transpose(0, 1), labels.t())
        # Not of −∞ less −∞, whose gradient is no number.
        found = alike.clamp(min=MASKED) - every.clamp(min=MASKED)
        return self._share.mixed(found.t(), (every > -torch.inf).t(), in_play)

    def text_log_probabilities(
        self,
        h: Float[Tensor, "time streams hidden"],
        labels: Int[Tensor, "time streams"],
        in_play: int,
    ) -> Float[Tensor, "time streams in_play"]:
        with torch.autocast(h.device.type, enabled=False):
            shares = self._stream.shares(h.float().transpose(0, 1), labels.t(), in_play)
        shares = shares.transpose(0, 1)
        anything = shares.sum(dim=2, keepdim=True) > 0
        return self._share.mixed(log_of(shares), anything, in_play)

    def clear_memory(self) -> None:
        self._stream = StreamMemory(self.spec.size, self.theta)

    def tunables(self) -> Iterator[Tunable]:
        if self.spec.tunes():
            yield Tunable("theta", lambda stored: 4 / stored.squared_norm, self._set_theta)

    def score_stored(self, stored: Stored) -> Float[Tensor, " words"]:
        return stored.scored_by(self, self.theta)

    def score_stored_with_entropies(self, stored: Stored) -> WithEntropies:
        return stored.scored_with_entropies_by(self, self.theta)

    def tuned(self) -> Mapping[str, float | Sequence[float]]:
        return {"theta": self.theta} if self.spec.tunes() else {}

    def _set_theta(self, theta: float) -> None:
        self.theta = theta
        self.clear_memory()

    @torch.no_grad()
    def after_step(
        self,
        h: Float[Tensor, "batch hidden"],
        clean: Float[Tensor, "batch hidden"],
        labels: Int[Tensor, " batch"],
        in_play: int,
        moments: Moments = no_moments,
    ) -> Tensor | None:
        size = len(self.keys)
        stored = min(len(clean), size)
        self.written += len(clean)
        places = (self.written - stored + torch.arange(stored, device=clean.device)) % size
        # Places differ, so that the order of the copies does not matter.
        self.keys.index_copy_(0, places, clean[-stored:].float())
        self.labels.index_copy_(0, places, labels[-stored:])
        return clean

    def _remembered(self, in_play: int) -> Bool[Tensor, " size"]:
        """Places that hold a pair of a class in play."""
        filled = torch.arange(len(self.keys), device=self.keys.device) < self.written
        return filled & (self.labels < in_play)

    def _scores(
        self, h: Float[Tensor, "batch hidden"], in_play: int
    ) -> Float[Tensor, "batch size"]:
        """θ h·h_j of the remembered pairs, in float32; other places are masked."""
        with torch.autocast(h.device.type, enabled=False):
            scores = self.theta * (h.float() @ self.keys.T)
        return torch.where(self._remembered(in_play), scores, MASKED)
