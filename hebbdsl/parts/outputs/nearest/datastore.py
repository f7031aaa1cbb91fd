"""Pairs that are all remembered, in room that doubles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from hebbdsl.parts.capacity import capacity_for
from hebbdsl.parts.outputs.nearest.exact import (
    SCORES,
    Centred,
    Found,
    joined,
    nearest_of,
    search_all,
)
from hebbdsl.parts.outputs.nearest.index import Index
from hebbdsl.parts.outputs.nearest.spec import INDEXED, Nearest, faiss_is_here

FEWEST_INDEXED = 4_096
"""Pairs below which nothing is indexed: exact search is as fast."""

STRETCH = 4_096
"""Pairs that may have come since the index was extended. They are searched exactly."""

GATHERED = 1 << 18
"""Numbers of keys that a CPU gathers at once: 1 MB, which stays in its cache."""


class Datastore(nn.Module):
    """Pairs of some streams side by side, and how the nearest of them are found.

    Keys are searched by products: of h and h_j, or, with c the mean of keys that came first,

        −‖h − h_j‖² = 2 (h − c)·(h_j − c) − ‖h_j − c‖² − ‖h − c‖²

    which is as coarse as its terms are large: c takes from them what all activations have in
    common. The distances of what is found are then summed from differences, and as fine as the
    activations themselves. Which of two neighbours is the nearer may still be mistaken where they
    differ by less than a millionth of ‖h_j − c‖².

    Its state is what is remembered, without the room for more; it can be given one of any length.
    """

    keys: Tensor
    labels: Tensor

    def __init__(self, spec: Nearest, streams: int, hidden: int) -> None:
        super().__init__()
        self.spec = spec
        self.count = 0
        self.classes = 0
        self.register_buffer("keys", torch.zeros(streams, 0, hidden))
        self.register_buffer("labels", torch.zeros(streams, 0, dtype=torch.int64))
        self._norms = torch.zeros(streams, 0)
        self._centre: Tensor | None = None
        self._by_distance = spec.kernel == "squared_distance"
        self._centred_on = 0
        self._indexed = 0
        self._begin_index()

    def remember(
        self,
        h: Float[Tensor, "streams new hidden"],
        labels: Int[Tensor, "streams new"],
        classes: int,
    ) -> None:
        """Append pairs. `classes`: their labels are below it."""
        end = self.count + labels.shape[1]
        if end > self.labels.shape[1]:
            streams, _, width = self.keys.shape
            room = capacity_for(end)
            keys, held = h.new_zeros(streams, room, width), labels.new_zeros(streams, room)
            keys[:, : self.count] = self.keys[:, : self.count]
            held[:, : self.count] = self.labels[:, : self.count]
            self.keys, self.labels = keys, held
            if self._by_distance:
                norms = self._norms[:, : self.count]
                self._norms = h.new_zeros(streams, room)
                self._norms[:, : self.count] = norms
        self.keys[:, self.count : end] = h
        self.labels[:, self.count : end] = labels
        if self._by_distance:
            self._norms[:, self.count : end] = self._left(h)
        self.count, self.classes = end, max(self.classes, classes)

    def index(self) -> None:
        """Let the index know all that is remembered, where there is one and it knows too little."""
        first = self._first_indexed()
        if first is None or self.count < first or self.count - self._indexed < STRETCH:
            return
        for stream, index in enumerate(self._indices):
            index.extend(self.keys[stream, : self.count], self._indexed)
        self._indexed = self.count

    @property
    def indexed(self) -> bool:
        """Whether some of the pairs are found by the index alone."""
        return self._indexed > 0

    @property
    def searched(self) -> int:
        """Pairs that are not indexed, all of which are searched."""
        return self.count - self._indexed

    @torch.no_grad()
    def nearest(
        self, h: Float[Tensor, "streams queries hidden"], ahead: int, in_play: int
    ) -> Found:
        """The neighbours of each query among the pairs of classes in play.

        Args:
            ahead: so many of the last pairs came with the queries, see `search_all`. The index
                knows none of them.
        """
        if not ahead:
            self.index()
        neighbours, known, allowed = self.spec.neighbours, self._indexed, None
        if in_play < self.classes:  # never in training: classes are added
            allowed, known = self.labels[:, : self.count] < in_play, 0
        keys = self.keys[:, known : self.count]
        if self._by_distance:
            centre = self._centred(self.count - ahead)
            centred = Centred(centre, self._norms[:, known : self.count])
            found = search_all(h - centre, keys, neighbours, ahead, allowed, centred)
        else:
            found = search_all(h, keys, neighbours, ahead, allowed)
        if known:
            older = [index.search(asked) for index, asked in zip(self._indices, h, strict=True)]
            every = Found(*(torch.cat(parts) for parts in zip(*older, strict=True)))
            found = found._replace(places=found.places + known)
            found = nearest_of(joined(every, found), neighbours)
        return self._by_differences(h, found) if self._by_distance else found

    def near(
        self, places: Int[Tensor, "streams queries found"]
    ) -> Float[Tensor, "streams queries found hidden"]:
        """Copies of what is remembered at these places."""
        return torch.stack([keys[place] for keys, place in zip(self.keys, places, strict=True)])

    def _centred(self, before: int) -> Float[Tensor, "streams 1 hidden"]:
        """The mean of the first pairs of those that came before the queries; norms are less it.

        Of a power of two of them, so that it moves seldom, and depends on them alone. Later ones
        take no part, and so no word of a text depends on what comes after it. Before the first
        there is none: of the keys that came with it, its own is the one that all later ones see.
        """
        first = 1 << max(before, 1).bit_length() - 1
        if self._centre is None or first != self._centred_on:
            self._centred_on = first
            self._centre = self.keys[:, :first].mean(dim=1, keepdim=True)
            room = max(1, GATHERED // self.keys[:, 0].numel())
            for start in range(0, self.count, room):
                part = slice(start, min(start + room, self.count))
                self._norms[:, part] = self._left(self.keys[:, part])
        return self._centre

    def _left(self, h: Tensor) -> Tensor:
        """The squared norms of what the centre leaves; until there is one, of all."""
        return (h if self._centre is None else h - self._centre).square().sum(dim=-1)

    def _by_differences(self, h: Float[Tensor, "streams queries hidden"], found: Found) -> Found:
        """The same neighbours, their squared distances as they are written."""
        streams, many, width = self.keys.shape
        held = GATHERED if h.device.type == "cpu" else SCORES
        room = max(1, held // (streams * width * max(1, found.places.shape[2])))
        first = torch.arange(streams, device=h.device)[:, None, None] * many
        places, parts = first + found.places, list[Tensor]()
        both = zip(*(torch.split(one, room, dim=1) for one in (h, places)), strict=True)
        for queries, some in both:
            near = self.keys.flatten(0, 1).index_select(0, some.flatten())
            apart = near.view(*some.shape, width).sub_(queries[:, :, None])
            parts.append(apart.square_().sum(dim=-1).neg_())
        missing = found.scores == -torch.inf
        return found._replace(scores=torch.cat(parts, dim=1).masked_fill_(missing, -torch.inf))

    def _begin_index(self) -> None:
        spec, streams = self.spec, len(self.labels)
        self._indices = tuple(Index(spec.kernel, spec.neighbours) for _ in range(streams))
        self._indexed = 0

    def _first_indexed(self) -> int | None:
        """How many pairs there are when they are indexed first; None: they never are."""
        if self.spec.search == "faiss":
            return FEWEST_INDEXED
        # On a GPU exact search is fast, and faiss would have it wait for the host.
        wanted = self.spec.search == "auto" and self.keys.device.type == "cpu"
        return INDEXED if wanted and faiss_is_here() else None

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        for name, value in (("keys", self.keys), ("labels", self.labels)):
            destination[prefix + name] = value[:, : self.count]

    def _load_from_state_dict(
        self, state_dict: Mapping[str, Any], prefix: str, *rest: Any, **named: Any
    ) -> None:
        found = state_dict.get(f"{prefix}labels")
        if found is not None and found.shape[0] == self.labels.shape[0]:
            streams, _, width = self.keys.shape
            self.count = found.shape[1]
            self.keys = self.keys.new_zeros(streams, self.count, width)
            self.labels = found.new_zeros(streams, self.count, device=self.labels.device)
            self.classes = int(found.max()) + 1 if self.count else 0
            self._norms = self.keys.new_zeros(streams, self.count)
            self._centre = None
            self._begin_index()
            keys = state_dict[f"{prefix}keys"]
            if self._by_distance and keys.shape[2] == width + 1:
                # Norms used to stand behind the activations.
                state_dict = {**state_dict, f"{prefix}keys": keys[..., :-1]}
        super()._load_from_state_dict(state_dict, prefix, *rest, **named)
