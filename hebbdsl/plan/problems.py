"""Problems of parts that do not fit together, each being right by itself."""

from __future__ import annotations

from typing import Literal

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Related, Second
from hebbdsl.diagnostics.wording import number_of, quoted
from hebbdsl.source import Span

DATA = At.field("data")


class ReadsOther(Problem):
    """A model of pictures is given text, or a model of words pictures.

    `convnet` and `mlp` read pictures; `lstm`, `gru` and `transformer` read the words of a text.

    Wrong:
        data: stdlib_docs
        model: mlp
        curriculum: null

    Right:
        data: stdlib_docs
        model: lstm
        curriculum: null
        output: softmax
    """

    code = "HEB413"
    model: str
    reads: str
    data: str
    holds: str
    known: tuple[str, ...]

    title = "{model!q} reads {reads}, and {data!q} holds {holds}"
    label = "reads {reads}"

    @property
    def hint(self) -> str:
        return f"models that read {self.holds}: {', '.join(self.known)}"

    related = Also(DATA, "holds {holds}")


class PicturesNeed(Problem):
    """Pictures are learnt with a curriculum, for a number of steps.

    Both may be left out only where a text is learnt: all its words are in play, and `epochs` says
    how often it is read.

    Wrong:
        curriculum: null

    Right:
        curriculum: fixed
    """

    code = "HEB414"
    field: str
    data: str

    title = "{data!q} holds pictures, which are not learnt without {_named}"
    label = "needs {_named}"

    @property
    def hint(self) -> str:
        if self.field == "curriculum":
            return "write `curriculum: fixed` for all classes from the start"
        return "write for example `steps: 2_000`"

    @property
    def _named(self) -> str:
        return quoted(self.field if self.field == "curriculum" else f"training.{self.field}")


class TextTakesNoCurriculum(Problem):
    """A curriculum brings in classes of pictures; in a text all words are in play.

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
    label = "is for pictures"
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


class UnfitSubstitute(Problem):
    """The curriculum fits the data set, but not the one that would stand in for it.

    With `fallback`, another data set is used when the first can't be had, and the experiment has
    to be sound on both. Where `classes` is not given, each data set brings all of its own: give
    `classes`, or leave `fallback` out.

    Wrong:
        data:
          omniglot: {alphabets: [Greek], fallback: glyphs}
        curriculum:
          growing: {start: 22, add: 2, when: test_accuracy >= 0.6, newest_share: 0.5}
        training: {optimizer: adam, batch_size: 40, steps: 100}

    Right:
        data:
          omniglot: {alphabets: [Greek], classes: 24, fallback: glyphs}
        curriculum:
          growing: {start: 22, add: 2, when: test_accuracy >= 0.6, newest_share: 0.5}
        training: {optimizer: adam, batch_size: 40, steps: 100}
    """

    code = "HEB410"
    substitute: str
    found: Problem

    title = "with `{substitute}` standing in for the data, {found.title}"

    @property
    def label(self) -> str:
        return self.found.label

    @property
    def hint(self) -> str | None:
        return self.found.hint

    @property
    def related(self) -> tuple[Related, ...]:
        return self.found.related


class OnOtherData(Problem):
    """A variant is trained on other data than the baseline.

    Nothing can be compared then: what differs is the data as much as the setup, and `compare` would
    refuse the runs (HEB601) after all have been trained. How many classes take part, how large
    images are and how they are split may differ. A text must be cut into the same words: with a
    smaller vocabulary more of them are `<unk>`, which is easy to foretell. Write a spec for each
    data set, or choose one for all variants with `--set data=…`.

    Wrong:
        variants:
          real: {}
          rendered: {data: {glyphs: {classes: 100}}}

    Right:
        data:
          glyphs: {classes: 100}
        variants:
          many: {}
          few: {data.classes: 50}
    """

    code = "HEB411"
    variant: str
    word: str
    baseline: str
    reference: str
    first: Span | None

    @property
    def title(self) -> str:
        baseline = f"the baseline {quoted(self.baseline)}"
        if self.word == self.reference:
            said = f"another {quoted(self.word)} than {baseline}"
        else:
            said = f"{quoted(self.word)}, {baseline} on {quoted(self.reference)}"
        return f"{quoted(self.variant)} is trained on {said}"

    label = "can't be compared"
    hint = "write a spec for each data set, or choose one for all with `--set data=…`"
    related = Also("first", "data of the baseline")
