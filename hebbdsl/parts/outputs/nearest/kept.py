"""Neighbours of stored words, kept while θ is searched: other values of it have the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from jaxtyping import Bool, Float
from torch import Tensor

from hebbdsl.parts.outputs.nearest.spec import MOST_KEPT


class Neighbours(NamedTuple):
    """What is asked: kernels of query and key, and which of their labels is the one asked for."""

    scores: Float[Tensor, "*queries found"]
    alike: Bool[Tensor, "*queries found"]


class Kept:
    """Neighbours in the order in which they were found; none, once they would take too much."""

    def __init__(self) -> None:
        self._parts: list[tuple[Neighbours, int]] = []
        self._bytes = 0

    def add(self, found: Neighbours, in_play: int) -> None:
        self._bytes += found.scores.nbytes + found.alike.nbytes
        if self._bytes <= MOST_KEPT:
            self._parts.append((found, in_play))
        else:
            self._parts.clear()

    def parts(self) -> Iterator[tuple[Neighbours, int]]:
        yield from self._parts

    def __bool__(self) -> bool:
        return bool(self._parts)
