"""Which records stand in a comparison, and under which names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from hebbdsl.comparison.comparison import Mixture, Unfinished
from hebbdsl.comparison.differences import setup_differences
from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.diagnostics.wording import suggestion
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


def _listed(words: Iterable[str], most: int = 6) -> str:
    words = list(words)
    shown = ", ".join(f"`{word}`" for word in words[:most])
    return shown if len(words) <= most else f"{shown} and {len(words) - most} more"


class MixedData(Problem):
    """Runs on different data cannot be compared.

    The records were trained on different data sets, or on different contents under the same name.
    What differs between their variants would then be the data as much as the setup. Compare each
    group by itself, or train the missing runs on the same data. A spec with `fallback` may have
    trained some runs on the data it names and others on what stood in for it: `--retrain`
    trains them again on what is there now.

    Wrong:
        hebbdsl compare runs/on_omniglot/hebbian runs/on_glyphs/softmax

    Right:
        hebbdsl compare runs/on_glyphs/hebbian runs/on_glyphs/softmax
    """

    code = "HEB601"
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    """What the data is, and the runs that were trained on it."""

    @property
    def title(self) -> str:
        said = "; ".join(f"{_listed(runs, 3)} on {data}" for data, runs in self.groups)
        return f"these runs were trained on different data: {said}"

    hint = "compare each group by itself, or train the others again with `--retrain`"


class MixedSetups(Problem):
    """Runs of one variant have different setups.

    A row of the table averages over seeds, so all its runs must have been trained from the same
    setup. This happens when a spec was changed between runs and folders of both are named. Name
    only the folders of one of them.

    Wrong:
        hebbdsl compare runs/letters/softmax/seed-0-1f2e3d4c runs/letters/softmax/seed-1-99aabbcc

    Right:
        hebbdsl compare runs/letters/softmax/seed-0-1f2e3d4c runs/letters/softmax/seed-1-5a6b7c8d
    """

    code = "HEB602"
    variant: str
    paths: tuple[str, ...]
    folders: tuple[str, str]

    @property
    def title(self) -> str:
        return (
            f"runs of `{self.variant}` differ in {_listed(self.paths)}:"
            f" {self.folders[0]} and {self.folders[1]}"
        )

    hint = "name only the runs of one setup"


class RunTwice(Problem):
    """Two finished runs have the same variant and seed.

    Counting both would give that seed twice the weight, and choosing one would be a choice after
    the fact. Name only one of them. (The same folder named twice is counted once, and a finished
    run takes the place of an interrupted or failed one.)

    Wrong:
        hebbdsl compare runs/letters copies/letters

    Right:
        hebbdsl compare runs/letters
    """

    code = "HEB603"
    variant: str
    seed: int
    folders: tuple[str, str]

    title = "`{variant}` with seed {seed} was finished twice: {folders[0]} and {folders[1]}"
    hint = "name only one of the two"


class NothingToCompare(Problem):
    """None of the runs is finished.

    A comparison is made of finished runs; failed and interrupted ones are listed beside it. Train
    some first: `hebbdsl compare SPEC` trains what is missing.

    Wrong:
        hebbdsl compare runs/interrupted

    Right:
        hebbdsl compare specs/letters.yaml
    """

    code = "HEB604"
    unfinished: int

    @property
    def title(self) -> str:
        if not self.unfinished:
            return "there are no runs to compare"
        runs = "run" if self.unfinished == 1 else "runs"
        return f"none of {self.unfinished} {runs} is finished"

    hint = "`hebbdsl compare SPEC` trains what is missing"


class UnknownBaseline(Problem):
    """The baseline is not among the variants.

    Ratios and tests are against the baseline, so it must be one of the variants that are compared.

    Wrong:
        hebbdsl compare runs/letters --baseline softmaxx

    Right:
        hebbdsl compare runs/letters --baseline softmax
    """

    code = "HEB605"
    baseline: str
    variants: tuple[str, ...]

    title = "there is no variant `{baseline}` to compare with"

    @property
    def hint(self) -> str | None:
        return suggestion(
            self.baseline, self.variants, f"the variants are {_listed(self.variants)}"
        )
