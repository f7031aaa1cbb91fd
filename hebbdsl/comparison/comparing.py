"""From records to a comparison: what differs in the setups, and what that did."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hebbdsl.comparison.claims import Values, judge
from hebbdsl.comparison.comparison import Column, Comparison, Contrast, PairedTest, Row, Summary
from hebbdsl.comparison.differences import setup_differences
from hebbdsl.comparison.paired import (
    Estimate,
    estimate,
    flip_test,
    gap,
    known_of,
    on_scale,
    scale_of,
)
from hebbdsl.comparison.selection import select
from hebbdsl.comparison.statistics import holm
from hebbdsl.diagnostics.codes.comparison import UnknownBaseline
from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.expression.claim import Claim
from hebbdsl.expression.metrics import RUN_METRICS, Metric, Scale, run_metric
from hebbdsl.expression.ranges import Range
from hebbdsl.expression.tree import metrics_of
from hebbdsl.plan.power import SIGNIFICANCE, smallest_p
from hebbdsl.run.reading import reads_labels
from hebbdsl.run.record import Record, Value

_AGES = (10, 20)
"""Ages of `newest_accuracy` that are shown where they were recorded, beside those claimed."""

_UNTESTED = (
    "levels_passed",
    "best_validation_step",
    "steps_per_second",
    "tokens_per_second",
    "predictions_per_second",
    "memory_at_test",
    "peak_memory",
)

_STOPPING = ("final_test_accuracy", "final_validation_accuracy")
"""Where a condition ends runs these say by how much it was overshot, each run at its own step: they
are shown, and nothing is concluded from them."""


def compare_records(
    records: Sequence[Record],
    *,
    baseline: str | None = None,
    claims: Sequence[Claim] = (),
    order: Sequence[str] = (),
    asked: Sequence[str] | None = None,
) -> Comparison:
    """Average over seeds, set every variant against the baseline, judge the claims.

    A record that failed or was interrupted is listed and not averaged. Each tested metric of each
    variant that shares a seed with the baseline has one test; Holm's correction is over the
    variants, for each metric by itself. Costs, the number of levels passed, and the final accuracy
    of runs that end by a condition are shown without a test.

    Args:
        baseline: the variant of ratios and tests; None: the first that has records.
        order: of the rows; variants that it does not name follow.
        asked: variants that are listed as missing where they have no finished run; None: all that
            `order` names.

    Raises: Rejected, with HEB601 to HEB605, when the records cannot stand in one table.
    """
    selection = select(records, order)
    values: Values = {
        variant: {seed: _defined(record) for seed, record in seeds.items()}
        for variant, seeds in selection.finished.items()
    }
    if baseline is None:
        baseline = next(iter(values))
    elif baseline not in values and baseline not in order:
        raise Rejected([UnknownBaseline(place=None, baseline=baseline, variants=tuple(values))])
    columns = _columns(values, claims)
    reading = {
        variant: any(reads_labels(record.setup, record.data) for record in seeds.values())
        for variant, seeds in selection.finished.items()
    }
    tuned = {v: _tuned(tuple(seeds.values())) for v, seeds in selection.finished.items()}
    against = _references({v: (reads, bool(tuned[v])) for v, reads in reading.items()}, baseline)
    pairings = {
        (variant, column.name): pairing
        for variant in values
        for column in columns
        if variant != against[variant]
        and (pairing := _pair(values, variant, against[variant], column)) is not None
    }
    tests = dict[tuple[str, str], PairedTest]()
    for column in columns:
        of_it = {key: p for key, p in pairings.items() if p.tested and key[1] == column.name}
        tests |= _tests(of_it)
    rows = tuple(
        Row(
            variant=variant,
            against=against[variant],
            reads_labels=reading[variant],
            tuned=tuned[variant],
            weights_of=_weights_of(selection.finished[variant].values()),
            seeds=tuple(selection.finished[variant]),
            summaries={
                column.name: summary
                for column in columns
                if (summary := _summary(values[variant], column)) is not None
            },
            contrasts={
                column.name: _contrast(pairings[key], tests.get(key))
                for column in columns
                if (key := (variant, column.name)) in pairings
            },
        )
        for variant in values
    )
    kept = selection.records
    return Comparison(
        experiment=" and ".join(dict.fromkeys(record.experiment for record in kept)),
        baseline=baseline,
        data=str(kept[0].data["word"]),
        substituted_for=next(
            (str(r.data["substituted_for"]) for r in kept if r.data.get("substituted_for")), None
        ),
        columns=columns,
        rows=rows,
        tests=len(tests),
        differences=setup_differences(
            {name: next(iter(seeds.values())).setup for name, seeds in selection.finished.items()}
        ),
        claims=tuple(judge(claim, values) for claim in claims),
        unfinished=selection.unfinished,
        missing=tuple(v for v in (order if asked is None else asked) if v not in values),
        mixtures=selection.mixtures(),
        records={name: tuple(seeds.values()) for name, seeds in selection.finished.items()},
    )


def _references(rests_on: Mapping[str, object], baseline: str) -> Mapping[str, str]:
    """What each variant is set against: the baseline, or the first of those that rest on the same.

    A baseline without a finished run stands for all.
    """
    if baseline not in rests_on:
        return dict.fromkeys(rests_on, baseline)
    first: dict[object, str] = {rests_on[baseline]: baseline}
    return {variant: first.setdefault(what, variant) for variant, what in rests_on.items()}


def _weights_of(records: Iterable[Record]) -> str | None:
    """The trained variant whose weights were tested otherwise; None: these were trained."""
    evaluation = next(iter(records)).evaluation
    return None if evaluation is None else str(evaluation["parent"]["variant"])


_AS_TRAINED: Mapping[str, Any] = {"tuned": {}}


def _tuned(records: Sequence[Record]) -> str:
    """What was searched, with its mean over the seeds, or the list of shares of the first."""
    found: dict[str, list[Any]] = {}
    for record in records:
        for path, value in (record.evaluation or _AS_TRAINED)["tuned"].items():
            found.setdefault(path, []).append(value)
    return ", ".join(f"{path} {_spelt(v)}" for path, v in found.items())


def _spelt(values: list[Any]) -> str:
    """The range over the seeds, of each number."""
    rows = [value if isinstance(value, list) else [value] for value in values]
    if len({len(row) for row in rows}) > 1:
        return f"{len(rows)} lists of several lengths"
    ends = [(min(one), max(one)) for one in zip(*rows, strict=True)]
    said = [f"{a:.3g}" if f"{a:.3g}" == f"{b:.3g}" else f"{a:.3g}–{b:.3g}" for a, b in ends]
    return said[0] if len(said) == 1 else f"[{', '.join(said)}]"


def _defined(record: Record) -> Mapping[str, Value]:
    """Metrics that have a value: accuracy on the newest classes has none where none were added."""
    return {name: value for name, value in record.metrics.items() if math.isfinite(value.value)}


def _columns(values: Values, claims: Sequence[Claim]) -> tuple[Column, ...]:
    """The metrics shown, in the order of their declaration, each age of one after the other."""
    recorded = [name for seeds in values.values() for run in seeds.values() for name in run]
    censored = any(v.censored for s in values.values() for run in s.values() for v in run.values())
    claimed = {metric.name for claim in claims for metric in metrics_of(claim.expression)}
    ages = sorted({found for name in recorded if (found := _age(name)) is not None})
    default = [age for age in _AGES if age in ages] or ages[:2]
    stopped = "steps_to_finish" in recorded
    columns = []
    for metric in RUN_METRICS.values():
        if metric.aged:
            names = [
                name
                for age in ages
                if (name := f"{metric.name}@{age}") in claimed or age in default
            ]
        elif metric.name == "levels_passed" and not (censored or metric.name in claimed):
            names = []
        else:
            names = [metric.name] if metric.name in recorded else []
        tested = metric.name not in _UNTESTED and not (stopped and metric.name in _STOPPING)
        columns += [Column(name=name, metric=metric, tested=tested) for name in names]
    # What a run comes to stands first, and how it got there after it.
    return tuple(sorted(columns, key=lambda column: _rank(column.metric)))


def _rank(metric: Metric) -> int:
    order = ("steps_to_finish", "newest_accuracy", *_STOPPING, *_UNTESTED)
    return order.index(metric.name) if metric.name in order else len(order)


def _age(name: str) -> int | None:
    found = run_metric(name)
    return found[1] if found else None


def _summary(runs: Mapping[int, Mapping[str, Value]], column: Column) -> Summary | None:
    per_seed = {seed: run[column.name] for seed, run in runs.items() if column.name in run}
    ranges = [known_of(value) for value in per_seed.values()]
    unit = Range(1.0, 1.0) if column.metric.scale is Scale.RATIO else Range(0.0, 0.0)
    plain = estimate(ranges)
    if plain is None:
        return None
    if scale_of([column.metric.scale], ranges, [unit] * len(ranges)) is Scale.DIFFERENCE:
        return Summary(per_seed=per_seed, mean=plain)
    logs = estimate([gap(Scale.RATIO, value, unit) for value in ranges])
    assert logs is not None, "a lower end that is finite has a finite logarithm"
    geometric = on_scale(Scale.RATIO, logs)
    mean = Estimate(plain.value, geometric.interval, plain.bound)
    return Summary(per_seed=per_seed, mean=mean, geometric=geometric.value)


@dataclass(frozen=True, slots=True)
class _Pairing:
    scale: Scale
    tested: bool
    seeds: tuple[int, ...]
    gaps: tuple[Range, ...]


def _pair(values: Values, variant: str, baseline: str, column: Column) -> _Pairing | None:
    """None where no seed has the metric on both sides."""
    ours, theirs = values[variant], values.get(baseline, {})
    seeds = tuple(s for s in ours if column.name in ours[s] and column.name in theirs.get(s, {}))
    if not seeds:
        return None
    left = [known_of(ours[seed][column.name]) for seed in seeds]
    right = [known_of(theirs[seed][column.name]) for seed in seeds]
    scale = scale_of([column.metric.scale], left, right)
    gaps = tuple(gap(scale, a, b) for a, b in zip(left, right, strict=True))
    return _Pairing(scale, column.tested, seeds, gaps)


def _tests(pairings: Mapping[tuple[str, str], _Pairing]) -> Mapping[tuple[str, str], PairedTest]:
    """One test for each pairing, corrected together. One that is left open counts with p = 1.

    A test is decidable when its corrected p could reach 0.05 with every test of the family at the
    smallest p its seeds allow: Holm's corrected p rises with each p, so none can be smaller.
    """
    found = {key: flip_test(pairing.gaps) for key, pairing in pairings.items()}
    corrected = holm([test.p if test else 1.0 for test in found.values()])
    reachable = holm([smallest_p(len(pairing.seeds)) for pairing in pairings.values()])
    tests = {}
    for (key, test), p, best in zip(found.items(), corrected, reachable, strict=True):
        tests[key] = PairedTest(
            p=test.p if test else None,
            corrected=p,
            bound=any(not gap.exact for gap in pairings[key].gaps),
            exact=test is None or test.exact,
            decidable=best <= SIGNIFICANCE,
        )
    return tests


def _contrast(pairing: _Pairing, test: PairedTest | None) -> Contrast:
    mean = estimate(pairing.gaps)
    return Contrast(
        scale=pairing.scale,
        seeds=pairing.seeds,
        estimate=on_scale(pairing.scale, mean) if mean else None,
        test=test,
    )
