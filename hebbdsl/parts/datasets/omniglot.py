"""`omniglot`: handwritten characters of 50 alphabets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, ClassVar

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Formerly, Logistics
from hebbdsl.parts.datasets.character_set import CharacterSet
from hebbdsl.parts.part import Dataset

if TYPE_CHECKING:
    from hebbdsl.parts.datasets.drawings import CharacterContent
    from hebbdsl.parts.reporter import Reporter

UPSTREAM = (
    "https://github.com/brendenlake/omniglot/raw/master/python",
    "https://raw.githubusercontent.com/brendenlake/omniglot/master/python",
)


@frozen(kw_only=True)
class Omniglot(CharacterSet):
    """1,623 characters of 50 alphabets, each drawn by 20 people, 105×105 ink on paper.

    The two sets `images_background` and `images_evaluation`, zips or folders, are looked for in the
    folder that the environment variable HEBBDSL_DATA names (or in its folder `omniglot`), then in
    the user's cache folder, and fetched into it when they are in neither. What counts is what is
    drawn: zips packed anew will do, altered drawings are refused.

    Source:
        Lake, Salakhutdinov and Tenenbaum 2015.
    """

    drawings: ClassVar[int] = 20

    alphabets: Annotated[
        tuple[str, ...], "names of the alphabets to choose from; empty: all 50"
    ] = ()
    fallback: Annotated[
        Dataset | None,
        Formerly("otherwise"),
        Logistics(),
        "what stands in when Omniglot can't be had",
    ] = None
    addresses: Annotated[
        tuple[str, ...],
        Logistics(),
        "web folders that the two zips are fetched from, in order of trial",
    ] = UPSTREAM

    def base_classes(self) -> int:
        if not self.alphabets:
            return 1_623
        from hebbdsl.parts.datasets.omniglot_contents import ALPHABETS

        return sum(ALPHABETS.get(name, 0) for name in set(self.alphabets))

    def substitute(self) -> Dataset | None:
        if self.fallback is None or self.fallback.task != self.task:
            return None
        return self.fallback.like(self)

    def errors(self) -> Iterator[Problem]:
        yield from CharacterSet.errors(self)
        if self.alphabets:
            from hebbdsl.parts.datasets.alphabets import alphabet_errors
            from hebbdsl.parts.datasets.omniglot_contents import ALPHABETS

            yield from alphabet_errors(self.alphabets, ALPHABETS)
        if self.addresses != UPSTREAM:
            from hebbdsl.parts.datasets.addresses import address_errors

            yield from address_errors(self.addresses)
        if self.fallback is not None:
            yield from self._fallback_errors(self.fallback)

    def _fallback_errors(self, fallback: Dataset) -> Iterator[Problem]:
        if fallback.task != self.task:
            from hebbdsl.parts.datasets.problems import SubstituteReadsOther

            place, holds = At.field("fallback"), fallback.task.holds
            yield SubstituteReadsOther(place=place, holds=holds, instead_of=self.task.holds)
            return
        for field in fields(CharacterSet):
            value = getattr(fallback, field.name, field.default)
            if value not in (field.default, getattr(self, field.name)):
                from hebbdsl.parts.datasets.problems import SubstituteUnused

                place = At.field("fallback", field.name)
                yield SubstituteUnused(place=place, field=field.name)

    def missing_here(self) -> Iterator[Problem]:
        from hebbdsl.parts.datasets.finding import missing_sets
        from hebbdsl.parts.datasets.omniglot_contents import OMNIGLOT

        return missing_sets(OMNIGLOT, replaceable=self.fallback is not None)

    def open(self, reporter: Reporter) -> CharacterContent:
        from hebbdsl.parts.datasets.omniglot_contents import OMNIGLOT
        from hebbdsl.parts.datasets.omniglot_opening import open_published

        drawings, origin = open_published(OMNIGLOT, self.addresses, reporter)
        return drawings.content(OMNIGLOT.word, origin, OMNIGLOT.fingerprint, self.alphabets)
