"""`adaptive_softmax` in torch."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from hebbdsl.parts.initialisation import draw
from hebbdsl.parts.outputs.adaptive_softmax.spec import AdaptiveSoftmax
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.softmax.chunked import MANY, label_nll


class Cluster(NamedTuple):
    """Attributes:
    number: from 0.
    start: its first class; `end`: past its last one in play.
    """

    number: int
    start: int
    end: int
    narrow: Tensor
    rows: Tensor


class AdaptiveSoftmaxLayer(OutputLayer):
    """A head over the first classes and the clusters, and a softmax in each cluster."""

    def __init__(self, spec: AdaptiveSoftmax, hidden: int, classes: int) -> None:
        super().__init__()
        self._starts = spec.starts(classes)
        widths = spec.widths(hidden, classes)
        self.head = nn.Parameter(torch.zeros(self._starts[0] + len(widths), hidden))
        self.narrow = nn.ParameterList(torch.zeros(width, hidden) for width in widths)
        self.rows = nn.ParameterList(
            torch.zeros(end - start, width)
            for width, (start, end) in zip(widths, pairwise(self._starts), strict=True)
        )

    def initialise(self, generator: torch.Generator) -> None:
        for weights in self.parameters():
            draw(weights, weights.shape[1], generator)

    def label_log_probabilities(
        self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], in_play: int
    ) -> Float[Tensor, " batch"]:
        first = self._starts[0]
        clusters = list(self._clusters(in_play))
        column = labels.clamp(max=first)
        for cluster in clusters[1:]:
            column = column + (labels >= cluster.start)
        found = self._head(h, in_play).gather(1, column[:, None])[:, 0]
        # How many labels a cluster has is not known to the host, which would wait for another
        # device to say it.
        add = _at_its_labels if h.device.type == "cpu" else _at_all_labels
        for cluster in clusters:
            found = add(found, h, labels, column == first + cluster.number, cluster)
        return found

    def log_probabilities(
        self, h: Float[Tensor, "batch hidden"], in_play: int
    ) -> Float[Tensor, "batch in_play"]:
        head, first = self._head(h, in_play), self._starts[0]
        parts = [head[:, : min(first, in_play)]]
        parts += (
            head[:, first + cluster.number, None] + _inside(h, cluster)
            for cluster in self._clusters(in_play)
        )
        return torch.cat(parts, dim=1)

    def _head(self, h: Tensor, in_play: int) -> Tensor:
        """Log-probabilities of the first classes and the clusters; −∞ for what is not in play."""
        logits = F.linear(h, self.head).float()
        if in_play < self._starts[-1]:
            first, count = self._starts[0], sum(1 for _ in self._clusters(in_play))
            place = torch.arange(logits.shape[1], device=h.device)
            out = (place >= in_play) & (place < first) | (place >= first + count)
            logits = logits.masked_fill(out, -torch.inf)
        return F.log_softmax(logits, dim=1)

    def _clusters(self, in_play: int) -> Iterator[Cluster]:
        """The clusters that hold a class in play."""
        for number, (start, end) in enumerate(pairwise(self._starts)):
            if start < in_play:
                end = min(end, in_play)
                rows = self.rows[number][: end - start]
                yield Cluster(number, start, end, self.narrow[number], rows)


def _at_its_labels(
    found: Tensor, h: Tensor, labels: Tensor, mine: Tensor, cluster: Cluster
) -> Tensor:
    """`found`, with what the cluster says of its labels added there: no other costs anything."""
    places = mine.nonzero()[:, 0]
    within = (labels[places] - cluster.start)[:, None]
    return found.index_add(0, places, _inside(h[places], cluster).gather(1, within)[:, 0])


def _at_all_labels(
    found: Tensor, h: Tensor, labels: Tensor, mine: Tensor, cluster: Cluster
) -> Tensor:
    """The same, worked out as if all were its labels."""
    within = (labels - cluster.start).clamp(0, len(cluster.rows) - 1)
    if len(cluster.rows) < MANY:
        said = _inside(h, cluster).gather(1, within[:, None])[:, 0]
    else:
        said = -label_nll(F.linear(h, cluster.narrow), cluster.rows, None, within)
    return found + torch.where(mine, said, 0)


def _inside(h: Tensor, cluster: Cluster) -> Tensor:
    """Log-probabilities of the classes of a cluster, given that it is this one."""
    return F.log_softmax(F.linear(F.linear(h, cluster.narrow), cluster.rows).float(), dim=1)
