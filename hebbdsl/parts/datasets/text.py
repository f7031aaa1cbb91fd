"""`text`: any files of text."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from hebbdsl.diagnostics.codes.corpora_files import UnknownEncoding
from hebbdsl.diagnostics.codes.lint_splits import SharedNames
from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.expression.metrics import Split
from hebbdsl.parts.bounds import Length, Logistics, Suggested
from hebbdsl.parts.datasets.corpora.decoding import is_encoding
from hebbdsl.parts.exposure import Exposure
from hebbdsl.parts.language import SoughtCorpus, Vocabulary
from hebbdsl.parts.part import Reporter

if TYPE_CHECKING:
    from hebbdsl.parts.datasets.corpora.corpus_source import Splits


@dataclass(frozen=True, kw_only=True, slots=True)
class Text(SoughtCorpus):
    """Files of text, plain or packed by gzip, in the order in which they are named.

    Names may hold `*`, `?` and `**`. They are taken from the folder that the environment variable
    HEBBDSL_DATA names, else from the current one. A file that stands in two splits, or twice in
    one, is warned of. `words` begin and end where the Unicode Standard says (its Annex 29), but
    that full stops, commas and colons are words of their own, also amid letters and digits. Texts
    that Unicode calls the same (`é` as one sign or as two) are the same.
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

    encoding: Annotated[
        str, Logistics(), "what the files are written in: `utf-8`, `utf-16`, `cp1252` and so on"
    ] = "utf-8"

    @property
    def cutting(self) -> Literal["words", "whitespace"]:
        return self.tokens

    @property
    def files(self) -> Mapping[Split, Sequence[str]]:
        return {"train": self.train, "validation": self.validation, "test": self.test}

    def refusals(self) -> Iterator[Problem]:
        yield from SoughtCorpus.refusals(self)
        if not is_encoding(self.encoding):
            yield UnknownEncoding(place=At.field("encoding"), name=self.encoding)

    def doubts(self, run: Exposure) -> Iterator[Problem]:
        written = {
            split: {os.path.normpath(name): name for name in names}
            for split, names in self.files.items()
        }
        for count, (split, named) in enumerate(written.items()):
            # One warning for a field, whichever of the splits before it share its files.
            earlier = list(written)[:count]
            others = tuple(other for other in earlier if named.keys() & written[other].keys())
            if others:
                both = named.keys() & set().union(*(written[other] for other in others))
                names = tuple(sorted(named[path] for path in both))
                yield SharedNames(place=At.field(split), names=names, split=split, others=others)

    def missing_here(self) -> Iterator[Problem]:
        from hebbdsl.parts.datasets.corpora.text_files import text_missing

        return text_missing(self.files)

    def find(self, reporter: Reporter) -> tuple[Splits, str]:
        from hebbdsl.parts.datasets.corpora.text_files import (
            repeated_files,
            shared_files,
            text_splits,
        )

        found = text_splits(self.files, codecs.lookup(self.encoding).name)
        for shared in shared_files(self.files, literal=True):
            reporter.say(f"{shared.title}; what is measured on it is no test")
        for repeated in repeated_files(self.files):
            reporter.say(f"{repeated.title}; {repeated.hint}")
        return found
