"""Approximate search by faiss: an inverted index of cells."""

from __future__ import annotations

import warnings
from math import isqrt
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from hebbdsl.parts.outputs.nearest.exact import Found
from hebbdsl.parts.outputs.nearest.spec import Kernel

CELLS = 2
"""Cells for each square root of the number of keys."""

LOOKED_AT = 8
"""Keys that are looked at, for each neighbour that is sought."""

SHARE = 16
"""One of so many cells is looked at, at least, so that recall does not fall as the memory grows."""

FEWEST_CELLS = 16
"""That are looked at, however few neighbours are sought."""

SAMPLE = 64
"""Keys for each cell that its centre is found by, at most."""


class Index:
    """Keys of one stream by cells, which are drawn anew whenever their number has doubled.

    It is the same whenever the same keys come in the same order: the centres begin with keys that
    are drawn by a constant seed. Squared distances are those of what the mean of the keys leaves:
    which cell is nearest is found by products, as coarse as their operands are large.
    """

    def __init__(self, kernel: Kernel, neighbours: int) -> None:
        self._kernel, self._neighbours = kernel, neighbours
        self._index: Any = None
        self._centre: Tensor | None = None
        self._laid_out = 0

    def extend(self, keys: Float[Tensor, "keys hidden"], known: int) -> None:
        """Take in keys.

        Args:
            keys: all there are by now.
            known: how many of them the index has.
        """
        faiss = _faiss()
        if self._index is None or len(keys) >= 2 * self._laid_out:
            self._laid_out, known = len(keys), 0
            distance = self._kernel == "squared_distance"
            self._centre = keys.mean(dim=0) if distance else None
            width, cells = keys.shape[1], min(len(keys), CELLS * isqrt(len(keys)))
            centres = faiss.IndexFlatL2(width) if distance else faiss.IndexFlatIP(width)
            metric = faiss.METRIC_L2 if distance else faiss.METRIC_INNER_PRODUCT
            self._index = faiss.IndexIVFFlat(centres, width, cells, metric)
            self._index.cp.min_points_per_centroid = 1
            self._index.cp.max_points_per_centroid = SAMPLE
            looked_at = LOOKED_AT * self._neighbours * cells // len(keys)
            self._index.nprobe = min(cells, max(FEWEST_CELLS, cells // SHARE, looked_at))
            self._index.train(self._numbers(keys))
        self._index.add(self._numbers(keys[known:]))

    def search(self, h: Float[Tensor, "queries hidden"]) -> Found:
        """Most of the nearest, as if of one stream, with their kernels."""
        _faiss()
        found, at = self._index.search(self._numbers(h), min(self._neighbours, self._index.ntotal))
        scores, places = (torch.from_numpy(one).to(h.device) for one in (found, at))
        if self._kernel == "squared_distance":
            scores = -scores
        scores = scores.masked_fill(places < 0, -torch.inf)
        return Found(scores[None], places.clamp(min=0)[None])

    def _numbers(self, values: Tensor) -> Any:
        values = values.detach() if self._centre is None else values.detach() - self._centre
        return values.cpu().contiguous().numpy()


def _faiss() -> Any:
    """The library, which computes with as many threads as torch does."""
    with warnings.catch_warnings():
        # Of how its bindings are made, from Python 3.12 on.
        warnings.simplefilter("ignore", DeprecationWarning)
        import faiss

    faiss.omp_set_num_threads(torch.get_num_threads())
    return faiss


def faiss_version() -> str:
    """Of the library that is installed."""
    version: str = _faiss().__version__
    return version
