"""`gutenberg`: books of Project Gutenberg."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Count, Suggested, Whole
from hebbdsl.parts.datasets.problems import InTwoSplits
from hebbdsl.parts.language import ExternalCorpus, Vocabulary
from hebbdsl.parts.reporter import Reporter

if TYPE_CHECKING:
    from hebbdsl.parts.datasets.corpora.corpus_source import Splits


@frozen(kw_only=True)
class Gutenberg(ExternalCorpus):
    """Books as Project Gutenberg publishes them, licence header and footer taken off.

    A zip `books.zip` or `gutenberg.zip`, or a folder `gutenberg` of `.txt` files, is looked for in
    the folder that the environment variable HEBBDSL_DATA names, then in the user's cache folder.
    Whole books are held out. Each paragraph is a line, words and signs apart; who prepared a text
    is left out of it.

    Source:
        Rae et al. 2018: 2,017 books to train on, 12 for validation, 13 for testing. Which ones is
        not published.
    """

    word: ClassVar[str] = "gutenberg"

    validation_books: Annotated[Count, Suggested(), "books held out to choose the weights by"] = 12
    test_books: Annotated[Count, Suggested(), "books held out for results"] = 13
    split_seed: Annotated[Whole, "chooses the held-out books; part of the data, not of a run"] = 0
    validation: Annotated[
        tuple[str, ...], "names of the validation books; empty: chosen by `split_seed`"
    ] = ()
    test: Annotated[tuple[str, ...], "names of the test books; empty: chosen by `split_seed`"] = ()
    vocabulary: Annotated[
        Vocabulary, "how many words are known at most, the most frequent of train"
    ] = 250_000

    def errors(self) -> Iterator[Problem]:
        yield from ExternalCorpus.errors(self)
        if both := sorted(set(self.validation) & set(self.test)):
            yield InTwoSplits(
                place=At.field("test"),
                field="test",
                names=tuple(both),
                other=At.field("validation"),
                other_field="validation",
            )

    def missing_here(self) -> Iterator[Problem]:
        from hebbdsl.parts.datasets.corpora.gutenberg_source import gutenberg_missing

        return gutenberg_missing(replaceable=self.fallback is not None)

    def find(self, reporter: Reporter) -> tuple[Splits, str]:
        from hebbdsl.parts.datasets.corpora.gutenberg_source import gutenberg_splits

        return gutenberg_splits(
            {"validation": self.validation_books, "test": self.test_books},
            {"validation": self.validation, "test": self.test},
            self.split_seed,
        )
