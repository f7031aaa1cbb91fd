"""Runs that are there, compared as their spec said: it travels with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hebbdsl.comparison.comparing import compare_records
from hebbdsl.comparison.comparison import Comparison
from hebbdsl.comparison.record_selection import names_of
from hebbdsl.run.experiment_file import ExperimentFile, experiment_file_of_run
from hebbdsl.run.record import Record


def compare_recorded(records: Sequence[Record], baseline: str | None = None) -> Comparison:
    """Compare runs with the baseline, the order and the claims that are kept beside them.

    Of runs from several folders of one experiment the first that says something is followed. With
    several experiments, each gives its order, the first that has one its baseline, and no claims
    are judged: they speak of variants by names that two experiments may share.

    Args:
        baseline: in the place of the one that was kept.

    Raises: Rejected, with HEB601 to HEB606.
    """
    found, remarks = _stated(records)
    several = len({record.experiment for record in records}) > 1
    order = [
        f"{stated.experiment}/{name}" if several else name
        for _, stated in found.values()
        for name in stated.variants
    ]
    finished = [r for r in records if r.status == "finished"]
    there = [*dict.fromkeys(names_of(finished).values())]
    declared = None
    if found:
        path, first = next(iter(found.values()))
        declared = f"{first.experiment}/{first.baseline}" if several else first.baseline
        remarks.append(f"The baseline and the order of variants are as {path} says.")
        if baseline is None and declared in there:
            baseline = declared
        elif baseline is None and there:
            baseline = next((name for name in order if name in there), there[0])
            remarks.append(f"Its baseline {declared} is not among these runs: {baseline} is used.")
    elif len(there) > 1 and baseline is None:
        remarks.append(
            f"No spec is kept with these runs: {there[0]} is the baseline since it comes first, and"
            " nothing is claimed."
        )
    claims = () if several else tuple(c for _, one in found.values() for c in one.parsed())
    if several and any(stated.claims for _, stated in found.values()):
        remarks.append("Claims are judged where the runs of one experiment are compared.")
    comparison = compare_records(
        records,
        baseline=baseline,
        claims=claims,
        order=order,
        asked=(),
        declared=declared,
    )
    return replace(comparison, remarks=tuple(remarks))


def _stated(
    records: Sequence[Record],
) -> tuple[Mapping[str, tuple[Path, ExperimentFile]], list[str]]:
    """Of each experiment, what is kept first, and where; with a remark on each that differs."""
    found: dict[str, tuple[Path, ExperimentFile]] = {}
    remarks: dict[str, None] = {}
    read: dict[Path, tuple[Path, ExperimentFile] | None] = {}
    for record in records:
        if record.folder is None:
            continue
        beside = record.folder.parent.parent
        if beside not in read:
            read[beside] = experiment_file_of_run(record)
        if (kept := read[beside]) is None:
            continue
        path, stated = found.setdefault(record.experiment, kept)
        if kept[1] != stated:
            remarks[f"{kept[0]} says otherwise than {path}, which is followed."] = None
    return found, list(remarks)
