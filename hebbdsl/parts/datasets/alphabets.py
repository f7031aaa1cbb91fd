"""The choice of some alphabets out of those that a data set has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from hebbdsl.diagnostics.codes.dataset import RepeatedAlphabet, UnknownAlphabet
from hebbdsl.diagnostics.diagnostic import At, Problem


def alphabet_refusals(chosen: Sequence[str], known: Collection[str]) -> Iterator[Problem]:
    """Names that the data does not have, or that stand there twice, in the field `alphabets`."""
    for index, name in enumerate(chosen):
        place = At.field("alphabets", index)
        if name not in known:
            yield UnknownAlphabet(place=place, alphabet=name, choices=tuple(known))
        elif (first := chosen.index(name)) < index:
            yield RepeatedAlphabet(place=place, alphabet=name, first=first)
