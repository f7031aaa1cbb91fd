"""Which records stand in a comparison, and under which names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from hebbdsl.comparison.comparison import Mixture, Unfinished
from hebbdsl.comparison.differences import setup_differences
from hebbdsl.diagnostics.codes.comparison import MixedData, MixedSetups, NothingToCompare, RunTwice
from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.run.record import Record

_MARKED = ("semantics", "torch", "device", "dtype", "bfloat16", "neighbours", "products")
"""Properties of the environment that may change what a run of the same setup gives; records that
lack one do not depend on it."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The finished records of each variant, by seed; and the others, which are only listed."""

    finished: Mapping[str, Mapping[int, Record]]
    unfinished: tuple[Unfinished, ...]

    @property
    def records(self) -> tuple[Record, ...]:
        return tuple(r for seeds in self.finished.values() for r in seeds.values())

    def mixtures(self) -> tuple[Mixture, ...]:
        """Properties of the environment in which the finished records differ."""
        found = []
        for key in _MARKED:
            variants: dict[str, list[str]] = defaultdict(list)
            for name, seeds in self.finished.items():
                having = (r.environment for r in seeds.values() if key in r.environment)
                for value in dict.fromkeys(str(environment[key]) for environment in having):
                    variants[value].append(name)
            if len(variants) > 1:
                found.append(Mixture(key, {v: tuple(n) for v, n in variants.items()}))
        return tuple(found)


def select(records: Sequence[Record], order: Sequence[str]) -> Selection:
    """Sort the records by variant and seed, those of `order` first.

    Records of several experiments are named `experiment/variant`. A record that comes twice from
    the same folder counts once; a finished record of a variant and seed takes the place of
    unfinished ones.

    Raises: Rejected, with HEB601 to HEB604, when they cannot stand in one table.
    """
    names = names_of(records)
    labels = [*order, *sorted(set(names.values()) - set(order), key=list(names.values()).index)]
    problems: list[Problem] = []
    finished: dict[str, dict[int, Record]] = {}
    unfinished: dict[tuple[str, int], Unfinished] = {}
    for label in labels:
        seeds: dict[int, Record] = {}
        for record in sorted((r for r in records if names[id(r)] == label), key=lambda r: r.seed):
            if record.status != "finished":
                entry = Unfinished(label, record.seed, record.status)
                unfinished.setdefault((label, record.seed), entry)
            elif (other := seeds.setdefault(record.seed, record)) is not record and (
                record.folder is None or record.folder != other.folder
            ):
                folders = (_named(other), _named(record))
                problems.append(
                    RunTwice(place=None, variant=label, seed=record.seed, folders=folders)
                )
        problems += _setup_problems(label, seeds.values())
        if seeds:
            finished[label] = seeds
    selection = Selection(
        finished,
        tuple(
            run for (label, seed), run in unfinished.items() if seed not in finished.get(label, {})
        ),
    )
    if not finished:
        problems.append(NothingToCompare(place=None, unfinished=len(unfinished)))
    problems += _data_problems(selection.records)
    if problems:
        raise Rejected(problems)
    return selection


def names_of(records: Sequence[Record]) -> Mapping[int, str]:
    """The name of each record's row, by the record's `id`."""
    several = len({record.experiment for record in records}) > 1
    return {id(r): f"{r.experiment}/{r.variant}" if several else r.variant for r in records}


def _setup_problems(label: str, records: Collection[Record]) -> Iterable[Problem]:
    first = next(iter(records), None)
    for other in records:
        if first and other.setup != first.setup:
            differences = setup_differences({"first": first.setup, "other": other.setup})
            yield MixedSetups(
                place=None,
                variant=label,
                paths=tuple(difference.path for difference in differences),
                folders=(_named(first), _named(other)),
            )
            return


def _data_problems(records: Iterable[Record]) -> Iterable[Problem]:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record in records:
        groups[str(record.data["word"]), str(record.data["fingerprint"])].append(_named(record))
    if len(groups) > 1:
        yield MixedData(
            place=None,
            groups=tuple(
                (f"{word} ({fingerprint[:12]})", tuple(runs))
                for (word, fingerprint), runs in groups.items()
            ),
        )


def _named(record: Record) -> str:
    return str(record.folder) if record.folder else f"{record.variant}, seed {record.seed}"
