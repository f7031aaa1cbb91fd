"""`wikitext`: good and featured articles of Wikipedia, word by word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.expression.metric import Split
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Logistics, Suggested
from hebbdsl.parts.datasets.addresses import address_errors
from hebbdsl.parts.language import Corpus, ExternalCorpus, LanguageFacts
from hebbdsl.parts.reporter import Reporter

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Int

    from hebbdsl.parts.datasets.corpora.corpus_content import CorpusContent
    from hebbdsl.parts.datasets.corpora.corpus_source import Splits

UPSTREAM = (
    "https://s3.amazonaws.com/research.metamind.io/wikitext",
    "https://wikitext.smerity.com",
)
WORDS: Mapping[int, int] = {2: 33_278, 103: 267_735}
TOKENS: Mapping[int, Mapping[Split, int]] = {
    2: {"train": 2_088_628, "validation": 217_646, "test": 245_569},
    103: {"train": 103_227_021, "validation": 217_646, "test": 245_569},
}


@frozen(kw_only=True)
class Wikitext(ExternalCorpus):
    """WikiText-2 or WikiText-103: articles of Wikipedia, already cut into words.

    Two million or 103 million words to train on; validation and test texts are the same for both.
    Words are what stands between spaces, and `<eos>` ends each line. The zip or folder is looked
    for in the folder that the environment variable HEBBDSL_DATA names (or in its folder
    `wikitext-2` or `wikitext-103`), then in the user's cache folder, and fetched into it when it is
    in neither. The files inside are verified, not the zip: their sizes, how many words and
    different words they hold, and of version 2 the SHA-256 of the validation and the test text.

    Source:
        Merity et al. 2016.
    """

    word: ClassVar[str] = "wikitext"
    published: ClassVar[bool] = True
    has_article_boundaries: ClassVar[bool] = True

    version: Annotated[
        Literal[2, 103], Suggested(), "millions of words to train on, about: 2 or 103"
    ] = 2
    addresses: Annotated[
        tuple[str, ...], Logistics(), "web folders that the zip is fetched from, in order of trial"
    ] = UPSTREAM

    @property
    def cutting(self) -> Literal["words", "whitespace"]:
        return "whitespace"

    def articles(
        self, tokens: Int[np.ndarray, " tokens"], words: Sequence[str]
    ) -> Int[np.ndarray, " articles"]:
        from hebbdsl.parts.datasets.corpora.headings import title_places

        return title_places(tokens, words)

    def facts(self) -> LanguageFacts:
        published = WORDS[self.version]
        words = published if self.vocabulary is None else min(self.vocabulary, published)
        exact = not self.lowercase and self.numbers == "keep" and self.min_count == 1
        return LanguageFacts(words, exact, TOKENS[self.version])

    def deciding(self) -> Corpus:
        return replace(self, fallback=None, addresses=UPSTREAM)

    def errors(self) -> Iterator[Problem]:
        yield from ExternalCorpus.errors(self)
        yield from address_errors(self.addresses)

    def missing_here(self) -> Iterator[Problem]:
        from hebbdsl.parts.datasets.corpora.wikitext_source import wikitext_missing

        return wikitext_missing(self.version, replaceable=self.fallback is not None)

    def find(self, reporter: Reporter) -> tuple[Splits, str]:
        from hebbdsl.parts.datasets.corpora.wikitext_source import wikitext_splits

        return wikitext_splits(self.version, self.addresses, reporter)

    def open(self, reporter: Reporter) -> CorpusContent:
        from hebbdsl.parts.datasets.corpora.wikitext_source import refuse_altered

        content = ExternalCorpus.open(self, reporter)
        whole = self.vocabulary is None and self.facts().exact
        words = WORDS[self.version] if whole else None
        refuse_altered(self.version, content, TOKENS[self.version], words)
        return content
