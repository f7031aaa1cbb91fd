"""`stdlib_docs`: the documentation that ships with Python itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Suggested
from hebbdsl.parts.language import Corpus, Vocabulary
from hebbdsl.parts.reporter import Reporter

if TYPE_CHECKING:
    from hebbdsl.parts.datasets.corpora.corpus_source import Splits


@frozen(kw_only=True)
class StdlibDocs(Corpus):
    """Python's own documentation: its help topics and the standard library's docstrings.

    About half a million words of English and code, on every machine that runs this, so that a
    language model needs no download. The text differs between versions of Python, and so do
    results; a record's fingerprint says which one it was. Whole topics and modules are held out for
    validation and test.
    """

    word: ClassVar[str] = "stdlib_docs"

    vocabulary: Annotated[
        Vocabulary, Suggested(), "how many words are known, the most frequent of train"
    ] = 5_000

    def find(self, reporter: Reporter) -> tuple[Splits, str]:
        from hebbdsl.parts.datasets.corpora.stdlib_docs_source import stdlib_docs_splits

        return stdlib_docs_splits()
