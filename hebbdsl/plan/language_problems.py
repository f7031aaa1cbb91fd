"""Problems of a text, and of what is added to a model that was trained on one."""

from __future__ import annotations

from typing import Literal

from hebbdsl.diagnostics.diagnostic import Also, Problem, Second
from hebbdsl.diagnostics.wording import number_of, quoted


class TextTakesNoCurriculum(Problem):
    """A curriculum brings in classes of images; in a text all words are in play.

    Wrong:
        data: stdlib_docs
        model: lstm
        curriculum: fixed

    Right:
        data: stdlib_docs
        model: lstm
        curriculum: null
        output: softmax
    """

    code = "HEB415"
    curriculum: str
    data: str

    title = "{data!q} is a text, and takes no curriculum"
    label = "is for labelled examples"
    hint = "leave {curriculum!q} out, or write `curriculum: null`"


class NoEnd(Problem):
    """Nothing says how long a text is read.

    Write `epochs`, how often it is read, or `steps`; with both, what is reached first ends the run.

    Wrong:
        data: stdlib_docs
        model: lstm
        curriculum: null
        training:
          optimizer: adam

    Right:
        data: stdlib_docs
        model: lstm
        curriculum: null
        output: softmax
        training:
          optimizer: adam
          epochs: 3
    """

    code = "HEB416"
    title = "nothing says when training ends"
    label = "has neither `epochs` nor `steps`"
    hint = "add `epochs: 3`, say"


class NothingToTie(Problem):
    """A model ties its embedding to the output's rows, and the output has none to give.

    `softmax`, `hebbian` and `sampled_softmax` have one row a word.

    Wrong:
        data: stdlib_docs
        model: {lstm: {tied: true}}
        output: {mixture: {experts: [softmax, softmax]}}
        curriculum: null

    Right:
        data: stdlib_docs
        model: {lstm: {tied: false}}
        output: {mixture: {experts: [softmax, softmax]}}
        curriculum: null
    """

    code = "HEB417"
    model: str
    output: str

    title = "{output!q} has no rows of its own to tie the embedding to"
    label = "is tied to the output's rows"
    hint = "write `tied: false` in {model!q}, or use `softmax`, `hebbian` or `sampled_softmax`"


class StreamsTooShort(Problem):
    """A text is cut into so many streams that none holds a word and its successor, or a sequence.

    To train, `batch_size` streams are read side by side, each `sequence_length` words at a time;
    the word after these is needed too. The validation text is read in `evaluation_streams`.

    Wrong:
        data: {wikitext: {version: 2}}
        model: lstm
        curriculum: null
        training:
          optimizer: adam
          epochs: 1
          batch_size: 2_000_000

    Right:
        data: {wikitext: {version: 2}}
        model: lstm
        curriculum: null
        output: softmax
        training:
          optimizer: adam
          epochs: 1
          batch_size: 20
    """

    code = "HEB418"
    streams: int
    tokens: int
    split: Literal["train", "validation", "test"]
    sequence: int | None = None
    """Words at a time, where it is these that are too many."""

    @property
    def title(self) -> str:
        needed = number_of(self.streams, "stream")
        if self.sequence is not None:
            needed += f" of {self.sequence + 1:,} words"
        return f"the {self.split} text of {self.tokens:,} words is too short for {needed}"

    @property
    def label(self) -> str:
        if self.sequence is not None:
            return f"each stream holds {number_of(self._held, 'word')}"
        return "leaves less than two words to each"

    @property
    def hint(self) -> str:
        if self.sequence is not None:
            return f"`sequence_length` at most {self._held - 1:,}, or fewer streams (`batch_size`)"
        field = "batch_size" if self.split == "train" else "evaluation_streams"
        return f"{quoted(field)} at most {max(1, self.tokens // 2):,}, or a longer text"

    @property
    def _held(self) -> int:
        """Words of each stream."""
        return self.tokens // max(1, self.streams)


class TiedWidths(Problem):
    """A tied embedding has another width than the rows of the output.

    With `tied: true` the embedding of a word *is* its row of the output, and a row is as wide as
    the activation. Leave `embedding` out, give `features` its width (a linear projection then
    stands before the output), or write `tied: false`. The rows of `mixture_of_softmaxes` have a
    `width` of their own.

    Wrong:
        data: stdlib_docs
        curriculum: null
        model:
          lstm: {tied: true, embedding: 200, hidden: [650]}

    Right:
        data: stdlib_docs
        curriculum: null
        output: softmax
        model:
          lstm: {tied: true, embedding: 200, hidden: [650], features: 200}
    """

    code = "HEB430"
    embedding: int
    rows: int
    field: str
    """The field that says how wide the rows are."""
    decides: Second
    of_output: bool
    """Whether it is a field of the output, else of the model, whose activation is as wide."""

    @property
    def title(self) -> str:
        reads = (
            "whose rows have a width of" if self.of_output else "that reads activations of width"
        )
        return (
            f"a tied embedding of width {self.embedding:_} is given to an output {reads}"
            f" {self.rows:_}"
        )

    label = "{embedding:_} here"

    @property
    def hint(self) -> str:
        if self.of_output:
            return f"write `embedding: {self.rows}`, leave `width` out, or write `tied: false`"
        return (
            f"leave `embedding` out, project with `features: {self.embedding}`, or write"
            " `tied: false`"
        )

    related = Also("decides", "{field!q} makes it {rows:_}")


class EntropyUnknown(Problem):
    """Weights by entropy ask an expert what it can't say of a held-out text.

    The entropy at a word takes the probabilities of all words there, asked for once, while the text
    is read. `trained` says its own where it is an expert itself; deep in a mixture of its own, or
    with rows that `mbpa` changes for each word, it is asked of the word that stands there alone. On
    images there is no such limit.

    Wrong:
        data: stdlib_docs
        model: lstm
        curriculum: null
        output: softmax
        evaluation:
          output:
            mixture: {experts: [{mixture: {experts: [trained, cache]}}, cache], weights: entropy}

    Right:
        data: stdlib_docs
        model: lstm
        curriculum: null
        output: softmax
        evaluation:
          output:
            mixture: {experts: [{mixture: {experts: [trained, cache], weights: entropy}}, cache]}
    """

    code = "HEB443"
    expert: str
    adaptation: str | None
    """What keeps `trained` from saying it; None: the expert itself does."""

    @property
    def title(self) -> str:
        said = f"the entropy of {quoted(self.expert)} is not known on a text"
        return said if self.adaptation is None else f"{said} with {quoted(self.adaptation)}"

    label = "can't be weighted by it"

    @property
    def hint(self) -> str:
        if self.expert == "mixture":
            return "give its experts to the outer mixture, or use other weights"
        return "use other weights: `tuned`, or numbers"
