"""`gigaword`: newswire of many years."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Bounds, Fraction, Ranges, Whole
from hebbdsl.parts.datasets.problems import InTwoSplits
from hebbdsl.parts.language import ExternalCorpus, Vocabulary
from hebbdsl.parts.reporter import Reporter

if TYPE_CHECKING:
    from hebbdsl.parts.datasets.corpora.corpus_source import Splits

Years = Annotated[tuple[Annotated[int, Bounds(minimum=1900, maximum=2100)], ...], Ranges(200)]


@frozen(kw_only=True)
class Gigaword(ExternalCorpus):
    """English Gigaword of the Linguistic Data Consortium, its SGML read as it comes.

    A folder `gigaword` of files like `nyt_eng_200001.gz`, in any folders below it, is looked for in
    the folder that the environment variable HEBBDSL_DATA names, then in the user's cache folder; it
    can't be fetched, since it is sold. Each paragraph of a document's text is a line, words and
    signs apart; headlines and datelines are left out.

    Source:
        Rae et al. 2018: the years 2000 to 2009 to train on, parts of 2010 for testing. How
        validation was held out is not published: here it is a share of the train years' documents.
    """

    word: ClassVar[str] = "gigaword"
    fills: ClassVar[Mapping[str, str]] = {
        "validation": "raise `validation_share`, or train on more years"
    }

    train_years: Annotated[Years, "years to train on"] = tuple(range(2000, 2010))
    test_years: Annotated[Years, "years held out for results"] = (2010,)
    validation_share: Annotated[
        Fraction, "share of the train years' documents that choose the weights"
    ] = 0.001
    split_seed: Annotated[
        Whole, "chooses the validation documents; part of the data, not of a run"
    ] = 0
    vocabulary: Annotated[
        Vocabulary, "how many words are known at most, the most frequent of train"
    ] = 250_000

    def errors(self) -> Iterator[Problem]:
        yield from ExternalCorpus.errors(self)
        if both := sorted(set(self.train_years) & set(self.test_years)):
            yield InTwoSplits(
                place=At.field("test_years"),
                field="test_years",
                names=tuple(map(str, both)),
                other=At.field("train_years"),
                other_field="train_years",
            )

    def missing_here(self) -> Iterator[Problem]:
        from hebbdsl.parts.datasets.corpora.gigaword_source import gigaword_missing

        return gigaword_missing(replaceable=self.fallback is not None)

    def find(self, reporter: Reporter) -> tuple[Splits, str]:
        from hebbdsl.parts.datasets.corpora.gigaword_source import gigaword_splits

        return gigaword_splits(
            self.train_years, self.test_years, self.validation_share, self.split_seed
        )
