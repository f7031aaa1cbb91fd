"""What `mbpa` remembers of a stream."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from hebbdsl.parts.capacity import capacity_for


class EpisodicMemory:
    """A ring of the last pairs of a stream, with the probabilities of the trained rows at each.

    It has room for a block beside the `size` pairs that are asked for, so that a block is
    remembered before it is asked, without the loss of a pair that its first word needs. Until it is
    full it grows with what it holds.
    """

    def __init__(self, size: int, block: int) -> None:
        self._slots = size + block
        self._block = block
        self._held: tuple[Tensor, Tensor, Tensor] | None = None
        self._end = 0
        """How many pairs were ever remembered: the number of the one that comes next."""

    @property
    def room(self) -> int:
        """How many pairs may be appended at once: no block goes over the end of the ring."""
        return min(self._block, self._slots - self._end % self._slots)

    def append(
        self,
        h: Float[Tensor, "time hidden"],
        labels: Int[Tensor, " time"],
        logits: Float[Tensor, "time classes"],
    ) -> Float[Tensor, " hidden"]:
        """Remember pairs. Returns the mean of the activations before them, of which there are none
        at first: then the first of these, which all that are asked but itself remember."""
        centre = self.keys.mean(dim=0) if self._end else h[0]
        begin = self._end % self._slots
        end = begin + len(labels)
        keys, known, shares = self._reserved(end, h, labels, logits)
        keys[begin:end], known[begin:end] = h, labels
        torch.softmax(logits, 1, out=shares[begin:end])
        self._end += len(labels)
        return centre

    def ages(self, asked: int) -> Int[Tensor, "asked held"]:
        """By how many words each pair stands before each of the last `asked`; 0 for itself."""
        device = self.keys.device
        last = self._end - 1
        slots = torch.arange(len(self.keys), device=device)
        behind = (last - slots) % self._slots
        before = torch.arange(asked - 1, -1, -1, device=device)
        return behind - before[:, None]

    @property
    def keys(self) -> Float[Tensor, "held hidden"]:
        return self._part(0)

    @property
    def labels(self) -> Int[Tensor, " held"]:
        return self._part(1)

    @property
    def shares(self) -> Float[Tensor, "held classes"]:
        return self._part(2)

    def _part(self, number: int) -> Tensor:
        assert self._held is not None, "something was remembered"
        return self._held[number][: min(self._end, self._slots)]

    def _reserved(self, end: int, *like: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        if self._held is None or end > len(self._held[0]):
            # It is not full yet, so that what it holds lies from its beginning on.
            length = min(self._slots, capacity_for(end))
            keys, labels, shares = (one.new_empty(length, *one.shape[1:]) for one in like)
            if self._held is not None:
                for before, after in zip(self._held, (keys, labels, shares), strict=True):
                    after[: self._end] = before[: self._end]
            self._held = keys, labels, shares
        return self._held
