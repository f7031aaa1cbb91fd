"""`stdlib_docs`: the documentation that ships with Python itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from hebbdsl.parts.bounds import Suggested
from hebbdsl.parts.part import Reporter
from hebbdsl.parts.words import Corpus, Vocabulary, WordFacts

if TYPE_CHECKING:
    from hebbdsl.parts.datasets.corpora.content import WordContent
    from hebbdsl.parts.datasets.corpora.rules import Rules


@dataclass(frozen=True, kw_only=True, slots=True)
class StdlibDocs(Corpus):
    """Python's own documentation: its help topics and the standard library's docstrings.

    About half a million words of English and code, on every machine that runs this, so that a
    language model needs no download. The text differs between versions of Python, and so do
    results; a record's fingerprint says which one it was. Whole topics and modules are held out for
    validation and test.
    """

    vocabulary: Annotated[
        Vocabulary, Suggested(), "how many words are known, the most frequent of train"
    ] = 5_000

    def rules(self) -> Rules:
        from hebbdsl.parts.datasets.corpora.rules import Rules

        return Rules(
            tokens="words",
            lowercase=self.lowercase,
            numbers=self.numbers,
            vocabulary=self.vocabulary,
            min_count=self.min_count,
        )

    def facts(self) -> WordFacts:
        return WordFacts(self.vocabulary, False, {})

    def open(self, reporter: Reporter) -> WordContent:
        from hebbdsl.parts.datasets.corpora.stdlib_docs import stdlib_docs_splits
        from hebbdsl.parts.datasets.corpora.store import open_store

        splits, origin = stdlib_docs_splits()
        return open_store("stdlib_docs", splits, self.rules(), origin, reporter)
