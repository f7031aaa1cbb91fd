"""`nearest` in torch: all pairs, and the nearest of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.autograd.function import once_differentiable

from hebbdsl.parts.outputs.even_share import MASKED, EvenShare, log_of
from hebbdsl.parts.outputs.layer import Moments, no_moments
from hebbdsl.parts.outputs.memory_layer import MemoryLayer
from hebbdsl.parts.outputs.nearest.datastore import Datastore
from hebbdsl.parts.outputs.nearest.exact import SCORES, queries_at_once
from hebbdsl.parts.outputs.nearest.index import faiss_version
from hebbdsl.parts.outputs.nearest.kept import Kept, Neighbours
from hebbdsl.parts.outputs.nearest.spec import Nearest
from hebbdsl.parts.outputs.stored import Stored, Tunable


class NearestLayer(MemoryLayer):
    """Probability by likeness to the nearest of all remembered activations.

    What was trained on is part of the weights; what is remembered of a held-out text is not.
    """

    def __init__(self, spec: Nearest, hidden: int) -> None:
        super().__init__()
        self.spec = spec
        self.remembers_train = spec.remembers_train
        self.memory = Datastore(spec, 1, hidden)
        self.theta = 1.0 if isinstance(spec.theta, str) else spec.theta
        self._share = EvenShare(spec.uniform)
        self._hidden = hidden
        self._read: tuple[Datastore, ...] = ()
        self._indexed = False
        self._kept: tuple[Stored, Kept, dict[float, Tensor]] | None = None
        self._keeping: Kept | None = None

    # How many pairs there are is a number of the host's: compiled, each would have its own graph.
    @torch.compiler.disable  # type: ignore[untyped-decorator]
    def label_log_probabilities(
        self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], in_play: int
    ) -> Float[Tensor, " batch"]:
        if not self.memory.count:
            return self._share.nothing(h[:, 0].float(), in_play)
        found = list[Tensor]()
        for part, asked in self._in_parts(h, labels):
            scores, held = self._neighbours(part, in_play)
            neighbours = Neighbours(scores, held == asked[:, None])
            if self._keeping is not None:
                self._keeping.add(neighbours, in_play)
            found.append(self._likely(neighbours, in_play))
        return torch.cat(found)

    @torch.compiler.disable  # type: ignore[untyped-decorator]
    def log_probabilities(
        self, h: Float[Tensor, "batch hidden"], in_play: int
    ) -> Float[Tensor, "batch in_play"]:
        if not self.memory.count:
            return self._share.nothing(h[:, :1].float().expand(-1, in_play), in_play)
        found = list[Tensor]()
        for part, _ in self._in_parts(h, h):
            products, held = self._neighbours(part, in_play)
            scores = self._scaled(products)
            # Masked pairs have a share of 0, so that it does not matter to whom they are added.
            labels, shares = held.clamp(max=in_play - 1), scores.softmax(dim=1)
            rows = torch.arange(len(part), device=h.device)[:, None] * in_play
            totals = shares.new_zeros(len(part) * in_play)
            totals = totals.index_add(0, (rows + labels).flatten(), shares.flatten())
            logs = log_of(totals.view(len(part), in_play))
            anything = (scores > MASKED / 2).any(dim=1, keepdim=True)
            found.append(self._share.mixed(logs, anything, in_play))
        return torch.cat(found)

    def score_text(
        self,
        h: Float[Tensor, "time streams hidden"],
        labels: Int[Tensor, "time streams"],
        in_play: int,
    ) -> Float[Tensor, "time streams"]:
        if self.remembers_train:
            return super().score_text(h, labels, in_play)
        time, streams = labels.shape
        if not self._read:
            self._read = (Datastore(self.spec, streams, self._hidden).to(h.device),)
        (memory,), found, start = self._read, list[Tensor](), 0
        while start < time:
            memory.index()
            self._indexed = self._indexed or memory.indexed
            many = queries_at_once(streams, memory.searched + 1, self.spec.neighbours)
            stop = min(time, start + many)
            asked = labels[start:stop].t()
            neighbours = self._before(memory, h[start:stop].transpose(0, 1), asked, in_play)
            if self._keeping is not None:
                self._keeping.add(neighbours, in_play)
            found.append(self._likely(neighbours, in_play))
            start = stop
        return torch.cat(found, dim=1).t()

    @torch.no_grad()
    def after_step(
        self,
        h: Float[Tensor, "batch hidden"],
        clean: Float[Tensor, "batch hidden"],
        labels: Int[Tensor, " batch"],
        in_play: int,
        moments: Moments = no_moments,
    ) -> Tensor | None:
        self.memory.remember(clean[None].float(), labels[None], in_play)
        return clean

    def clear_memory(self) -> None:
        self._read = ()

    def tunables(self) -> Iterator[Tunable]:
        if self.spec.tunes():
            # The products of a squared distance are twice those of the dot product.
            ratio = 2.0 if self.spec.kernel == "squared_distance" else 4.0
            yield Tunable("theta", lambda stored: ratio / stored.squared_norm, self._set_theta)

    def score_stored(self, stored: Stored) -> Float[Tensor, " words"]:
        if not self.spec.tunes():
            return stored.scored_by(self, None)
        if self._kept is None or self._kept[0] is not stored:
            self._keeping = Kept()
            self._kept = stored, self._keeping, {self.theta: stored.scored_by(self, self.theta)}
            self._keeping = None
        _, kept, known = self._kept
        if self.theta not in known:
            parts = [self._likely(one, in_play).t().flatten() for one, in_play in kept.parts()]
            known[self.theta] = torch.cat(parts) if parts else stored.scored_by(self, self.theta)
        return known[self.theta]

    def tuned(self) -> Mapping[str, float | Sequence[float]]:
        return {"theta": self.theta} if self.spec.tunes() else {}

    def computed_with(self) -> Mapping[str, str]:
        indexed = self._indexed or self.memory.indexed
        return {"neighbours": f"faiss {faiss_version()}" if indexed else "exact search"}

    def _set_theta(self, theta: float) -> None:
        self.theta = theta
        self.clear_memory()

    def _in_parts(self, h: Tensor, labels: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """Few queries at once, by how many keys each is compared with."""
        self.memory.index()
        many = queries_at_once(1, self.memory.searched + 1, self.spec.neighbours)
        yield from zip(torch.split(h, many), torch.split(labels, many), strict=True)

    def _neighbours(self, h: Float[Tensor, "batch hidden"], in_play: int) -> tuple[Tensor, Tensor]:
        """Kernels of the nearest of what was trained on, with gradients; and their labels."""
        keys, labels = self.memory.keys[0], self.memory.labels[0]
        with torch.autocast(h.device.type, enabled=False):
            h = h.float()
            scores, places = self.memory.nearest(h.detach()[None], 0, in_play)
            by = _Distances if self.spec.kernel == "squared_distance" else _Products
            kernels: Tensor = by.apply(h, scores[0], keys, places[0])  # type: ignore[no-untyped-call]
        return kernels, labels[places[0]]

    def _before(self, memory: Datastore, h: Tensor, labels: Tensor, in_play: int) -> Neighbours:
        """Of words of a text, in what stands before each of them; which they join."""
        time = labels.shape[1]
        with torch.autocast(h.device.type, enabled=False):
            query = h.float()
            memory.remember(query.detach(), labels, in_play)
            scores, places = memory.nearest(query.detach(), time, in_play)
            if query.requires_grad:  # as where weights are changed by what is read
                scores = self._anew(query, scores, memory.near(places))
        held = memory.labels[:, None].expand(-1, time, -1).gather(2, places)
        return Neighbours(scores, held == labels[:, :, None])

    def _anew(
        self,
        query: Float[Tensor, "streams queries hidden"],
        scores: Float[Tensor, "streams queries found"],
        near: Float[Tensor, "streams queries found hidden"],
    ) -> Float[Tensor, "streams queries found"]:
        """The same kernels, with gradients; of copies, since what comes next writes the memory."""
        if self.spec.kernel == "squared_distance":
            kernels = -(near - query[:, :, None]).square().sum(dim=-1)
        else:
            kernels = (near @ query[..., None]).squeeze(-1)
        return torch.where(scores > -torch.inf, kernels, scores)

    def _likely(self, of: Neighbours, in_play: int) -> Float[Tensor, "*queries"]:
        """The log-probability of what was asked for."""
        scores = self._scaled(of.scores)
        alike = torch.where(of.alike, scores, MASKED).logsumexp(dim=-1)
        every = scores.logsumexp(dim=-1)
        return self._share.mixed(alike - every, every > MASKED / 2, in_play)

    def _scaled(self, kernels: Tensor) -> Tensor:
        """θ k(h, h_j), masked where there is no neighbour."""
        return (self.theta * kernels).clamp(min=MASKED)


class _Products(torch.autograd.Function):
    """h·h_j of queries and the keys at some places, which are known: for their gradient."""

    @staticmethod
    def forward(ctx: Any, _: Tensor, products: Tensor, keys: Tensor, places: Tensor) -> Tensor:
        ctx.save_for_backward(keys, places)
        return products.clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradients: Tensor) -> tuple[Tensor, None, None, None]:
        keys, places = ctx.saved_tensors
        many = _at_once(keys, places)
        parts = zip(torch.split(gradients, many), torch.split(places, many), strict=True)
        found = [(slope[:, None] @ keys[place])[:, 0] for slope, place in parts]
        return torch.cat(found), None, None, None


class _Distances(torch.autograd.Function):
    """The same of −‖h − h_j‖²."""

    @staticmethod
    def forward(ctx: Any, h: Tensor, distances: Tensor, keys: Tensor, places: Tensor) -> Tensor:
        ctx.save_for_backward(h, keys, places)
        return distances.clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradients: Tensor) -> tuple[Tensor, None, None, None]:
        h, keys, places = ctx.saved_tensors
        many = _at_once(keys, places)
        parts = zip(*(torch.split(one, many) for one in (h, gradients, places)), strict=True)
        found = [
            2 * (slope[:, None] @ (keys[place] - query[:, None]))[:, 0]
            for query, slope, place in parts
        ]
        return torch.cat(found), None, None, None


def _at_once(keys: Tensor, places: Tensor) -> int:
    """How many queries' neighbours are held at once."""
    return max(1, SCORES // (max(1, places.shape[1]) * keys.shape[1]))
