"""The cache on streams of text: what stood before a word in its stream, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from hebbdsl.parts.outputs.cache.spec import SPARE, stream_capacity

SCORES = 1 << 24
"""Likenesses held at once: 64 MB."""


class Likeness(NamedTuple):
    """Logarithms of sums of exp(θ h·h_j) over what a stream remembers; −∞: of nothing.

    Attributes:
        alike: over pairs with the label that is asked for.
        every: over all pairs.
    """

    alike: Float[Tensor, "streams time"]
    every: Float[Tensor, "streams time"]


class StreamMemory:
    """The last `size` pairs of each stream, in the order in which they came.

    They lie behind one another in memory with room for some more, and are moved to its beginning
    when that is full: what is asked for is always one view.
    """

    def __init__(self, size: int, theta: float) -> None:
        self._size, self._theta = size, theta
        self._keys: Tensor | None = None
        self._labels: Tensor
        self._end = 0

    def score(
        self, h: Float[Tensor, "streams time hidden"], labels: Int[Tensor, "streams time"]
    ) -> Likeness:
        """Ask for each label given what came before it, and remember it then."""
        found = list[Likeness]()
        for asked, scores, known in self._chunks(h, labels):
            of_all = scores.logsumexp(dim=2)
            other = known[:, None] != asked[:, :, None]
            # In place, unless gradients need them as they were.
            fill = scores.masked_fill if scores.requires_grad else scores.masked_fill_
            found.append(Likeness(fill(other, -torch.inf).logsumexp(dim=2), of_all))
        alike, every = zip(*found, strict=True)
        return Likeness(torch.cat(alike, dim=1), torch.cat(every, dim=1))

    def shares(
        self,
        h: Float[Tensor, "streams time hidden"],
        labels: Int[Tensor, "streams time"],
        classes: int,
    ) -> Float[Tensor, "streams time classes"]:
        """The share of every label at once, which sum to one; to nothing where nothing is known."""
        found = list[Tensor]()
        for asked, scores, known in self._chunks(h, labels):
            largest = scores.amax(dim=2, keepdim=True).clamp(min=torch.finfo(scores.dtype).min)
            likely = scores.sub_(largest).exp_()
            totals = likely.new_zeros(*asked.shape, classes)
            totals.scatter_add_(2, known[:, None].expand_as(likely), likely)
            every = likely.sum(dim=2, keepdim=True)
            found.append(totals.div_(every.clamp(min=torch.finfo(every.dtype).tiny)))
        return torch.cat(found, dim=1)

    def _chunks(self, h: Tensor, labels: Tensor) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """Labels, θ h·h_j of all pairs at hand, −∞ of those that do not count, and their labels."""
        streams, time = labels.shape
        start = 0
        while start < time:
            remembered = min(self._end, self._size)
            room = max(1, SCORES // (streams * (remembered + self._size)))
            stop = min(time, start + min(room, SPARE, max(self._size, 128)))
            yield self._chunk(h[:, start:stop], labels[:, start:stop], remembered)
            start = stop

    def _chunk(self, h: Tensor, labels: Tensor, remembered: int) -> tuple[Tensor, Tensor, Tensor]:
        """The products of all pairs at hand, of which a band counts: those before, and near.

        Gradients pass by what is asked, and not by what is remembered.
        """
        time = labels.shape[1]
        self._append(h.detach(), labels)
        assert self._keys is not None
        near = slice(self._end - time - remembered, self._end)
        keys = self._keys[:, near]
        if h.requires_grad:
            keys = keys.clone()  # the memory goes on before gradients are taken
        scores = self._theta * (h @ keys.transpose(1, 2))
        place = torch.arange(remembered + time, device=h.device)
        age = place[remembered:, None] - place
        scores.masked_fill_((age < 1) | (age > self._size), -torch.inf)
        return labels, scores, self._labels[:, near]

    def _append(self, h: Tensor, labels: Tensor) -> None:
        streams, time, hidden = h.shape
        if self._keys is None or self._end + time > self._keys.shape[1]:
            kept = min(self._end, self._size)
            room = stream_capacity(self._size, self._end + time)
            keys, held = h.new_empty(streams, room, hidden), labels.new_empty(streams, room)
            if self._keys is not None:
                keys[:, :kept] = self._keys[:, self._end - kept : self._end]
                held[:, :kept] = self._labels[:, self._end - kept : self._end]
            self._keys, self._labels, self._end = keys, held, kept
        self._keys[:, self._end : self._end + time] = h
        self._labels[:, self._end : self._end + time] = labels
        self._end += time
