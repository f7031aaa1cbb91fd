"""`text`: any files of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.expression.metrics import Split
from hebbdsl.parts.bounds import Length, Suggested
from hebbdsl.parts.part import Reporter
from hebbdsl.parts.words import SoughtCorpus, Vocabulary

if TYPE_CHECKING:
    from hebbdsl.parts.datasets.corpora.source import Splits


@dataclass(frozen=True, kw_only=True, slots=True)
class Text(SoughtCorpus):
    """Files of text in UTF-8, plain or packed by gzip, in the order in which they are named.

    Names may hold `*`, `?` and `**`. They are taken from the folder that the environment variable
    HEBBDSL_DATA names, else from the current one.
    """

    word: ClassVar[str] = "text"

    train: Annotated[
        tuple[str, ...], Length(1, 10_000), Suggested("train.txt"), "files to train on"
    ]
    validation: Annotated[
        tuple[str, ...],
        Length(1, 10_000),
        Suggested("validation.txt"),
        "files that choose the weights",
    ]
    test: Annotated[
        tuple[str, ...],
        Length(1, 10_000),
        Suggested("test.txt"),
        "files that results are measured on",
    ]
    tokens: Annotated[
        Literal["words", "whitespace"],
        "words and signs apart, as prose needs it, or what stands between white space, as text that"
        " was cut into words before",
    ] = "words"
    vocabulary: Annotated[
        Vocabulary, Suggested(), "how many words are known at most, the most frequent of train"
    ] = 50_000

    @property
    def cutting(self) -> Literal["words", "whitespace"]:
        return self.tokens

    @property
    def files(self) -> Mapping[Split, Sequence[str]]:
        return {"train": self.train, "validation": self.validation, "test": self.test}

    def missing_here(self) -> Iterator[Problem]:
        from hebbdsl.parts.datasets.corpora.text_files import text_missing

        return text_missing(self.files)

    def find(self, reporter: Reporter) -> tuple[Splits, str]:
        from hebbdsl.parts.datasets.corpora.text_files import text_splits

        return text_splits(self.files)
