"""What corpora promise to the stages."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from hebbdsl.diagnostics.diagnostic import At, Problem, Rejected
from hebbdsl.expression.metric import Split
from hebbdsl.expression.metrics import HELD_OUT
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Bounds, Count, Formerly, Logistics
from hebbdsl.parts.datasets.problems import EmptySplit, SubstituteReadsOther, SubstituteSame
from hebbdsl.parts.neighbour_search import Shown
from hebbdsl.parts.part import Curriculum, Dataset, Facts
from hebbdsl.parts.reporter import Reporter
from hebbdsl.tasks import LANGUAGE, Task

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Int

    from hebbdsl.parts.datasets.corpora.corpus_content import CorpusContent
    from hebbdsl.parts.datasets.corpora.corpus_source import Splits
    from hebbdsl.parts.datasets.corpora.token_rules import Rules

Vocabulary = Annotated[int, Bounds(minimum=3, maximum=10**7)]
"""`<eos>`, `<unk>` and a word, at least."""

BLOCK = 1_024
"""Words of a held-out text that are scored at once, over all streams."""


@frozen
class LanguageFacts(Facts):
    """What is known of a corpus: of one not read yet, what is published and what its fields say.

    Attributes:
        vocabulary_size: where `exact` is false, at most so many.
        tokens: of each split that is known.
    """

    vocabulary_size: int
    exact: bool
    tokens: Mapping[Split, int]

    @property
    def bytes(self) -> int:
        """Tokens are mapped from disk, and take no memory of their own."""
        return 0

    @property
    def classes(self) -> int:
        return self.vocabulary_size

    @property
    def validation_targets(self) -> int:
        return self.tokens.get("validation", 0)

    @property
    def examples_at_test(self) -> None:
        return None

    @property
    def longest_held_out(self) -> int | None:
        """All words of the longer held-out text but the first."""
        known = [self.tokens[split] for split in HELD_OUT if split in self.tokens]
        return max(known) - 1 if known else None

    def targets_per_step(self, batch_size: int, sequence_length: int) -> int:
        return batch_size * sequence_length

    def remembered_at_test(self, remembers_train: bool) -> int:
        return self.tokens.get("train", 0) if remembers_train else 0

    def shown_at_test(self, remembers_train: bool) -> Shown:
        """Each held-out text, word by word, or the train text before them."""
        read = self.held_out
        if remembers_train:
            pairs = self.remembered_at_test(remembers_train)
            return Shown(pairs, sum(read), pairs * sum(read))
        return Shown(read[1], sum(read), sum(count * count // 2 for count in read))

    @property
    def held_out(self) -> tuple[int, int]:
        """Words of the validation and of the test text; 0 of what is not known yet."""
        return self.tokens.get("validation", 0), self.tokens.get("test", 0)

    def levels(self, curriculum: Curriculum) -> tuple[int, ...]:
        return ()


@frozen(kw_only=True)
class Corpus(Dataset):
    """A text in three splits, whose next word is asked for."""

    task: ClassVar[Task] = LANGUAGE
    reveals_labels: ClassVar[bool] = True
    word: ClassVar[str]
    published: ClassVar[bool] = False
    """Whether the text is cut already, and taken byte for byte."""
    fills: ClassVar[Mapping[str, str]] = {}
    """What to do where a split is empty, which a field decides."""

    vocabulary: Annotated[
        Vocabulary | None, "how many words are known at most, the most frequent of train; null: all"
    ] = None
    lowercase: Annotated[bool, "turn all letters into small ones"] = False
    numbers: Annotated[
        Literal["keep", "digits", "token"],
        "numbers as they stand, each of their digits as 0, or each number (`3.14`, `1,000`, `1e-3`)"
        " as `<num>`",
    ] = "keep"
    min_count: Annotated[
        Count, "a word that stands less often than this in train is read as `<unk>`"
    ] = 1

    @property
    def cutting(self) -> Literal["words", "whitespace"]:
        """Words and signs apart, or what stands between white space."""
        return "words"

    def rules(self) -> Rules:
        """How the text is cut into words, and which of them the vocabulary holds."""
        from hebbdsl.parts.datasets.corpora.token_rules import Rules

        return Rules(
            tokens=self.cutting,
            lowercase=self.lowercase,
            numbers=self.numbers,
            vocabulary=self.vocabulary,
            min_count=self.min_count,
            published=self.published,
        )

    def facts(self) -> LanguageFacts:
        """Published constants, and what the fields say of the vocabulary; nothing is read."""
        assert self.vocabulary is not None, "a corpus that is not published says how many at most"
        return LanguageFacts(self.vocabulary, False, {})

    def splits(self) -> frozenset[Split]:
        return frozenset({"train", "validation", "test"})

    def same_content(self, other: Dataset) -> bool:
        """Perplexities are compared word by word, so cut and vocabulary must be the same too."""
        return isinstance(other, type(self)) and self.deciding() == other.deciding()

    def deciding(self) -> Corpus:
        """This corpus with the fields that do not decide its tokens at their defaults."""
        return self

    def articles(
        self, tokens: Int[np.ndarray, " tokens"], words: Sequence[str]
    ) -> Int[np.ndarray, " articles"]:
        """Where articles begin in a split: the places of their first words."""
        raise NotImplementedError(f"{self.word} does not tell its articles apart")

    @abstractmethod
    def find(self, reporter: Reporter) -> tuple[Splits, str]:
        """Where the text of each split is to be read, fetched where it must be, and its origin.

        Raises: Rejected, with problems HEB5xx, when it is missing or corrupt.
        """

    def open(self, reporter: Reporter) -> CorpusContent:
        """The text as numbers; the door to numpy.

        Raises: Rejected, with problems HEB5xx, when it is missing, corrupt or empty.
        """
        from hebbdsl.parts.datasets.corpora.token_store import open_store

        splits, origin = self.find(reporter)
        try:
            return open_store(self.word, splits, self.rules(), origin, reporter)
        except Rejected as rejected:
            problems = [
                replace(problem, advice=self.fills.get(problem.split))
                if isinstance(problem, EmptySplit)
                else problem
                for problem in rejected.problems
            ]
            raise Rejected(problems) from rejected


@frozen(kw_only=True)
class ExternalCorpus(Corpus):
    """A corpus that must be found or fetched, and may be missing."""

    fallback: Annotated[
        Dataset | None,
        Formerly("otherwise"),
        Logistics(),
        "what stands in when the text can't be had",
    ] = None

    def deciding(self) -> Corpus:
        return replace(self, fallback=None)

    def substitute(self) -> Dataset | None:
        other = self.fallback
        return other.like(self) if other is not None and other.task == self.task else None

    def errors(self) -> Iterator[Problem]:
        other = self.fallback
        if other is not None and other.task != self.task:
            yield SubstituteReadsOther(
                place=At.field("fallback"), holds=other.task.holds, instead_of=self.task.holds
            )
        elif type(other) is type(self):
            yield SubstituteSame(place=At.field("fallback"))
