"""The choice of some alphabets out of those that a data set has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from hebbdsl.diagnostics.diagnostic import At, Problem, Related, nearest


def alphabet_errors(chosen: Sequence[str], known: Collection[str]) -> Iterator[Problem]:
    """Names that the data does not have, or that stand there twice, in the field `alphabets`."""
    for index, name in enumerate(chosen):
        place = At.field("alphabets", index)
        if name not in known:
            yield UnknownAlphabet(place=place, alphabet=name, choices=tuple(known))
        elif (first := chosen.index(name)) < index:
            yield RepeatedAlphabet(place=place, alphabet=name, first=first)


class UnknownAlphabet(Problem):
    """An alphabet is named that the data does not have.

    Names are those of the published folders: `hebbdsl explain omniglot` says how many there are.

    Wrong:
        data:
          omniglot: {alphabets: [Greece], classes: 24}
        curriculum:
          fixed: {}

    Right:
        data:
          omniglot: {alphabets: [Greek], classes: 24}
        curriculum:
          fixed: {}
    """

    code = "HEB425"
    alphabet: str
    choices: tuple[str, ...]

    title = "the data has no alphabet `{alphabet}`"
    label = "unknown alphabet"

    @property
    def hint(self) -> str:
        near = nearest(self.alphabet, self.choices)
        return f"did you mean `{near}`?" if near else f"choose from: {', '.join(self.choices)}"


class RepeatedAlphabet(Problem):
    """An alphabet is named twice.

    Each is taken once; name each once.

    Wrong:
        data:
          omniglot: {alphabets: [Greek, Korean, Greek], classes: 60}

    Right:
        data:
          omniglot: {alphabets: [Greek, Korean], classes: 60}
    """

    code = "HEB426"
    alphabet: str
    first: int

    title = "the alphabet `{alphabet}` is named twice"
    label = "named before"
    hint = "remove one"

    @property
    def related(self) -> tuple[Related, ...]:
        return (Related(At.field("alphabets", self.first), "first named here"),)
