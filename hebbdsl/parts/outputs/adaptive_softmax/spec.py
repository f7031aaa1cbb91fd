"""`adaptive_softmax`: fields and sizes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.diagnostics.wording import number_of
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Bounds, Count, Formerly, Length
from hebbdsl.parts.part import Layer, Output
from hebbdsl.parts.problems import NoEffect

if TYPE_CHECKING:
    from hebbdsl.parts.exposure import Exposure
    from hebbdsl.parts.outputs.layer import OutputLayer


@frozen(kw_only=True)
class AdaptiveSoftmax(Output):
    """Rare classes in clusters, each with narrow rows of its own. Not exact: another model.

    Its probabilities sum to one, and are not those of `softmax`: with C(i) the cluster of a class
    beyond the first of `cutoffs`,

        p(i | h) = p(i | h, head)                         for the classes before it
        p(i | h) = p(C(i) | h, head) · p(i | h, C(i))     for all others

    each a softmax over the classes in play: the head's over the first classes and the clusters,
    that of cluster k over its own, whose rows see h through a map to width d / `div_value`^k. A
    step pays for a cluster only at the labels that are in it. In text classes come in the order of
    their counts, so that clusters hold the rare words. It has no rows that an embedding could be
    tied to. On a GPU a cluster is worked out at all labels: the host would have to wait to learn
    how many are in it.

    Source:
        Grave, Joulin, Cissé, Grangier, Jégou 2017.
    """

    cutoffs: Annotated[
        tuple[Count, ...],
        Length(1, 16),
        "the first class of each cluster, rising; those beyond the last class are left out",
    ] = (2_000, 10_000)
    div_value: Annotated[
        float,
        Formerly("shrink"),
        Bounds(minimum=1, maximum=64),
        "how much narrower the rows of each cluster are than those before",
    ] = 4.0

    def starts(self, classes: int) -> tuple[int, ...]:
        """The first class of each cluster that there is, and past the last one's last."""
        return (*(start for start in self.cutoffs if start < classes), classes)

    def widths(self, hidden: int, classes: int) -> tuple[int, ...]:
        """How wide the rows of each cluster are."""
        clusters = range(1, len(self.starts(classes)))
        return tuple(max(1, int(hidden / self.div_value**number)) for number in clusters)

    def errors(self) -> Iterator[Problem]:
        for index, (one, following) in enumerate(pairwise(self.cutoffs)):
            if following <= one:
                place = At.field("cutoffs", index + 1)
                yield CutoffsFall(place=place, cutoff=following, before=one)

    def warnings(self, run: Exposure) -> Iterator[Problem]:
        if self.cutoffs[0] >= run.levels[-1]:
            yield NoEffect(
                place=At.field("cutoffs"),
                field="cutoffs",
                why=f"there are {number_of(run.levels[-1], 'class')}, none of them in a cluster",
                advice="give smaller ones, or use `softmax`",
            )

    def layers(self, hidden: int, classes: int) -> tuple[Layer, ...]:
        starts, widths = self.starts(classes), self.widths(hidden, classes)
        head = Layer(
            "adaptive_softmax head",
            (starts[0] + len(widths),),
            parameters=hidden * (starts[0] + len(widths)),
        )
        clusters = (
            Layer(
                f"adaptive_softmax cluster {number}",
                (end - start,),
                parameters=width * (hidden + end - start),
            )
            for number, (width, (start, end)) in enumerate(
                zip(widths, pairwise(starts), strict=True), start=1
            )
        )
        return (head, *clusters)

    def build(self, hidden: int, classes: int) -> OutputLayer:
        from hebbdsl.parts.outputs.adaptive_softmax.module import AdaptiveSoftmaxLayer

        return AdaptiveSoftmaxLayer(self, hidden, classes)


class CutoffsFall(Problem):
    """The clusters of an `adaptive_softmax` do not follow each other.

    Each number of `cutoffs` is the first class of a cluster, which goes on to the next: they rise.

    Wrong:
        output:
          adaptive_softmax: {cutoffs: [50, 20]}

    Right:
        output:
          adaptive_softmax: {cutoffs: [20, 50]}
    """

    code = "HEB429"
    cutoff: int
    before: int

    title = "`cutoffs` has {cutoff:_} after {before:_}"
    label = "must be above the one before"
    hint = "write the first class of each cluster, in rising order"
