"""What `mbpa` remembers of images."""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from hebbdsl.parts.outputs.softmax.module import SoftmaxLayer


class Pairs(NamedTuple):
    """Activations with their labels, and the probabilities of the trained rows at each.

    Attributes:
        apart: pairs of classes that are not in play, which are not to be asked; None: all may be.
            Their labels are given as another's.
    """

    keys: Float[Tensor, "held hidden"]
    labels: Int[Tensor, " held"]
    shares: Float[Tensor, "held classes"]
    apart: Bool[Tensor, " held"] | None = None


class Shown:
    """The last pairs of all that were shown. Probabilities are found once they are asked for."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._blocks: list[tuple[Tensor, Tensor]] = []
        self._held: Pairs | None = None

    def add(self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"]) -> None:
        self._held = None
        blocks = [*self._blocks, (h, labels)]
        while sum(len(known) for _, known in blocks[1:]) >= self._size:
            del blocks[0]
        self._blocks = blocks

    def pairs(self, trained: SoftmaxLayer, in_play: int, numbers: int) -> Pairs | None:
        """All there are, those of classes that are not in play set apart; None: there are none.

        How many are in play is not asked: the host would wait for it.

        Args:
            numbers: elements of the largest tensor that is held beside them.
        """
        if not self._blocks:
            return None
        if self._held is None or self._held.shares.shape[1] != in_play:
            keys, labels = map(torch.cat, zip(*self._blocks, strict=True))
            keys, labels = keys[-self._size :], labels[-self._size :]
            shares = keys.new_empty(len(keys), in_play)
            some = max(1, numbers // in_play)
            for h, room in zip(torch.split(keys, some), torch.split(shares, some), strict=True):
                trained.logits_into(room, h)
                torch.softmax(room, 1, out=room)
            self._held = Pairs(keys, labels.clamp(max=in_play - 1), shares, labels >= in_play)
        return self._held
