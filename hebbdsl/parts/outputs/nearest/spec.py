"""`nearest`: fields, and what it takes as it grows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from hebbdsl.diagnostics.diagnostic import At, Problem, Severity
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import AddedLater, Bounds, Formerly, Rate
from hebbdsl.parts.capacity import capacity_for
from hebbdsl.parts.memory_output import MemoryOutput
from hebbdsl.parts.neighbour_search import Searching
from hebbdsl.parts.part import FLOAT_BYTES, INTEGER_BYTES, Layer
from hebbdsl.parts.problems import NoEffect

if TYPE_CHECKING:
    from hebbdsl.parts.exposure import Exposure
    from hebbdsl.parts.outputs.layer import OutputLayer

Kernel = Literal["squared_distance", "dot"]
Search = Literal["auto", "exact", "faiss"]

HOPELESS = 10**15
"""Products of exact search beyond which it is no way to go: half a day of a CPU core."""

INDEXED = 65_536
"""Pairs from which on `auto` uses faiss: below, exact search takes milliseconds."""

MOST_KEPT = 2 << 30
"""Bytes of neighbours that are kept at most while θ is searched; of more, none are."""


def faiss_is_here() -> bool:
    return find_spec("faiss") is not None


@frozen(kw_only=True)
class Nearest(MemoryOutput):
    """An unbounded memory of activations with their labels, asked by nearest-neighbour search.

    With all pairs (h_j, y_j) of past training batches, of which the K nearest to h are N(h):

        p(i | h) = (1 − ε) · Σ_{j ∈ N(h)} [y_j = i] exp(θ k(h, h_j)) / Σ_{j ∈ N(h)} exp(θ k(h, h_j))
                   + ε/n

    where k(h, h_j) is −‖h − h_j‖² or h·h_j, the nearest are those where it is largest, and n
    classes are in play; p = 1/n while the memory is empty. Nothing is learnt: keys are detached, a
    query carries gradients. What is remembered when, and asked of what, is as of `cache`: training
    batches after their own loss, and a held-out text of itself, word by word, each stream from an
    empty memory; or, with `datastore: train`, of the train text. With the dot product, and K no
    less than what is remembered, it is an unbounded cache.

    Exact search multiplies a query by all keys. faiss looks at the cells of an inverted index that
    are nearest to the query, and misses some neighbours. What came last is not indexed yet: it is
    always searched exactly, so that no word of a text is asked of what comes after it.

    Source:
        Grave, Cissé, Joulin 2017 (unbounded cache); Khandelwal et al. 2020, equation 2 (kNN-LM: the
        squared distance, K = 1,024, θ = 1); the ε is ours, for classes that are not remembered.
    """

    kernel: Annotated[
        Kernel, "what is near: a small squared distance −‖h − h_j‖², or a large dot product h·h_j"
    ] = "squared_distance"
    neighbours: Annotated[
        int, Bounds(minimum=1, maximum=10**6), "K: how many pairs are asked, the nearest"
    ] = 1_024
    theta: Annotated[
        Rate | Literal["tuned"],
        "θ: how sharply near activations are preferred, one over the temperature; scales as 1/‖h‖²;"
        " `tuned`, under `evaluation`: searched on the validation data",
    ] = 1.0
    uniform: Annotated[
        float,
        Bounds(above=0, maximum=1),
        "ε: share of the probability that is spread evenly over the classes in play",
    ] = 1e-3
    search: Annotated[
        Search,
        "how neighbours are found: `exact`, by all products; `faiss`, approximately and on the CPU,"
        " which needs the extra `faiss`; `auto`, exactly, but for a run on the CPU that remembers"
        " 65,536 pairs or more where faiss is installed",
    ] = "auto"

    datastore: Annotated[
        Literal["passing", "train"],
        Formerly("remembers"),
        AddedLater(),
        "what a held-out text is asked of: its own words that have passed; or the train text, as"
        " the trained model reads it where this stands under `evaluation` (kNN-LM), else as its"
        " batches were trained on",
    ] = "passing"

    grows: ClassVar[bool] = True

    @classmethod
    def reads_labels_with(cls, _fields: Mapping[str, object]) -> bool:
        return _fields.get("datastore", "passing") == "passing"

    @property
    def remembers_train(self) -> bool:
        return self.datastore == "train"

    @property
    def passes_gradients(self) -> bool:
        return self.uniform < 1

    def warnings(self, run: Exposure) -> Iterator[Problem]:
        if run.examples_at_test is not None:
            yield NoEffect(
                place=At.field("datastore"),
                field="datastore",
                why="of images the training drawings are remembered in any case",
                advice="leave it out",
            )

    def tunes(self) -> tuple[str, ...]:
        return ("theta",) if self.theta == "tuned" else ()

    def width(self, hidden: int) -> int:
        """Numbers that are kept of an activation: with its squared norm, where that is asked."""
        return hidden + (self.kernel == "squared_distance")

    def layers(self, hidden: int, classes: int) -> tuple[Layer, ...]:
        return (Layer("nearest", (classes,)),)

    def bytes_grown(self, hidden: int, pairs: int) -> int:
        size = (
            capacity_for(pairs) * (self.width(hidden) * FLOAT_BYTES + INTEGER_BYTES) if pairs else 0
        )
        if self.search == "faiss" or (self.search == "auto" and pairs >= INDEXED):
            size += pairs * (hidden * FLOAT_BYTES + INTEGER_BYTES)  # the index has a copy
        return size

    def bytes_read(self, hidden: int, words: int | None) -> int:
        return 0 if self.remembers_train else self.bytes_grown(hidden, words or 0)

    def bytes_tuned(self, examples: int) -> int:
        size = examples * self.neighbours * (FLOAT_BYTES + 1)
        return size if self.tunes() and size <= MOST_KEPT else 0

    def missing_for(self, work: Searching) -> Iterator[Problem]:
        if faiss_is_here():
            return
        if self.search == "faiss":
            yield FaissMissing(place=At(("search",)), work=None)
        elif self.search == "auto" and work.products > HOPELESS:
            yield FaissMissing(place=At(()), work=work.in_words)

    def long_work(self, work: Searching) -> Iterator[Problem]:
        if self.search == "exact" and work.products > HOPELESS:
            yield LongSearch(place=At(("search",)), work=work.in_words)

    def build(self, hidden: int, classes: int) -> OutputLayer:
        from hebbdsl.parts.outputs.nearest.module import NearestLayer

        return NearestLayer(self, hidden)


class LongSearch(Problem):
    """Exact search would multiply more than 10¹⁵ numbers: half a day of a CPU core, or more.

    Every query is compared with all that is remembered, which grows with the run or the text: the
    work grows with its square. faiss looks at a part of it, and finds most of the neighbours.

    Wrong:
        data: {wikitext: {version: 2}}
        model: {lstm: {hidden: [200], embedding: 200}}
        curriculum: null
        training: {optimizer: adam, batch_size: 20, sequence_length: 35, steps: 10_000}
        output:
          mixture: {experts: [softmax, {nearest: {search: exact}}]}

    Right:
        data: {wikitext: {version: 2}}
        model: {lstm: {hidden: [200], embedding: 200}}
        curriculum: null
        training: {optimizer: adam, batch_size: 20, sequence_length: 35, steps: 10_000}
        output: softmax
        evaluation:
          output:
            mixture: {experts: [trained, {nearest: {search: exact}}], weights: tuned}
    """

    code = "HEB751"
    severity = Severity.WARNING
    work: str

    title = "exact search compares {work}"
    label = "takes a CPU core half a day at least"
    hint = "use `search: faiss`, remember less, or add the memory under `evaluation` alone"


class FaissMissing(Problem):
    """Neighbours are to be found by faiss, which is not installed on this machine.

    `search: faiss` asks for it; `search: auto` needs it where exact search would take days.
    `plan` and `validate --here` look, and a run does before it trains anything; plain `validate`
    answers the same everywhere. Install the extra `faiss`, or search exactly.

    Wrong:
        hebbdsl run specs/text.yaml --set output.search=faiss      # faiss is not installed

    Right:
        pip install "hebbdsl[faiss]"
        hebbdsl run specs/text.yaml --set output.search=faiss
    """

    code = "HEB544"
    work: str | None
    """What would be compared exactly; None: faiss is asked for, whatever there is to do."""

    @property
    def title(self) -> str:
        if self.work is None:
            return "`search: faiss` needs faiss, which is not installed here"
        return f"faiss is not installed here, and exact search compares {self.work}"

    label = "needs faiss"

    @property
    def hint(self) -> str:
        if self.work is None:
            return 'pip install "hebbdsl[faiss]", or write `search: exact`'
        return 'pip install "hebbdsl[faiss]", or write `search: exact` and wait'
