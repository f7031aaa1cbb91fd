"""Pairs that are all remembered, in room that doubles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from hebbdsl.parts.outputs.nearest.exact import Found, joined, nearest_of, search_all
from hebbdsl.parts.outputs.nearest.index import Index
from hebbdsl.parts.outputs.nearest.spec import INDEXED, Nearest, faiss_is_here
from hebbdsl.parts.room import room_for

FEWEST_INDEXED = 4_096
"""Pairs below which nothing is indexed: exact search is as fast."""

STRETCH = 4_096
"""Pairs that may have come since the index was extended. They are searched exactly."""


class Memory(nn.Module):
    """Pairs of some streams side by side, and how the nearest of them are found.

    Both kernels are products: of (2h, −1) and (h_j, ‖h_j‖²), which is −‖h − h_j‖² but for ‖h‖², the
    same for all neighbours; or of h and h_j.

    Its state is what is remembered, without the room for more; it can be given one of any length.
    """

    keys: Tensor
    labels: Tensor

    def __init__(self, spec: Nearest, streams: int, hidden: int) -> None:
        super().__init__()
        self.spec = spec
        self.count = 0
        self.classes = 0
        self.register_buffer("keys", torch.zeros(streams, 0, spec.width(hidden)))
        self.register_buffer("labels", torch.zeros(streams, 0, dtype=torch.int64))
        self._indexed = 0
        self._begin_index()

    def query(self, h: Float[Tensor, "*any hidden"]) -> Float[Tensor, "*any width"]:
        if self.spec.kernel == "dot":
            return h
        return torch.cat([2 * h, -torch.ones_like(h[..., :1])], dim=-1)

    def remember(
        self,
        h: Float[Tensor, "streams new hidden"],
        labels: Int[Tensor, "streams new"],
        classes: int,
    ) -> None:
        """Append pairs. `classes`: their labels are below it."""
        if self.spec.kernel == "squared_distance":
            h = torch.cat([h, h.square().sum(dim=-1, keepdim=True)], dim=-1)
        end = self.count + labels.shape[1]
        if end > self.labels.shape[1]:
            streams, _, width = self.keys.shape
            room = room_for(end)
            keys, held = h.new_zeros(streams, room, width), labels.new_zeros(streams, room)
            keys[:, : self.count] = self.keys[:, : self.count]
            held[:, : self.count] = self.labels[:, : self.count]
            self.keys, self.labels = keys, held
        self.keys[:, self.count : end] = h
        self.labels[:, self.count : end] = labels
        self.count, self.classes = end, max(self.classes, classes)

    def index(self) -> None:
        """Let the index know all that is remembered, where there is one and it knows too little."""
        first = self._first_indexed()
        if first is None or self.count < first or self.count - self._indexed < STRETCH:
            return
        for stream, index in enumerate(self._indices):
            index.extend(self._activations(self.keys[stream, : self.count]), self._indexed)
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
        self, query: Float[Tensor, "streams queries width"], ahead: int, in_play: int
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
        found = search_all(query, keys, neighbours, ahead, allowed)
        if not known:
            return found
        parts = zip(self._indices, self._activations(query), strict=True)
        scale = 2 if self.spec.kernel == "squared_distance" else 1
        older = [index.search(asked / scale) for index, asked in parts]
        every = Found(*(torch.cat(parts) for parts in zip(*older, strict=True)))
        return nearest_of(joined(every, found._replace(places=found.places + known)), neighbours)

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

    def _activations(self, keys: Tensor) -> Tensor:
        return keys[..., :-1] if self.spec.kernel == "squared_distance" else keys

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        for name, value in self.named_buffers():
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
            self._begin_index()
        super()._load_from_state_dict(state_dict, prefix, *rest, **named)
