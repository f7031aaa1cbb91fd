"""From records to a comparison: what differs in the setups, and what that did."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hebbdsl.comparison.claims import (
    Family,
    Gathered,
    Values,
    evaluate_claims,
    family_of,
    gather,
)
from hebbdsl.comparison.comparison import Column, Comparison, Contrast, Row, Summary
from hebbdsl.comparison.differences import setup_differences
from hebbdsl.comparison.inference import PairedTest, corrected_tests, estimate, estimate_alone
from hebbdsl.comparison.paired import ROUNDING, Bound, Estimate, Sample, gap, known_of, sample_of
from hebbdsl.comparison.record_selection import UnknownBaseline, select
from hebbdsl.comparison.statistics import ANYWHERE, mean
from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.expression.claim import Claim
from hebbdsl.expression.intervals import Range
from hebbdsl.expression.metric import Scale
from hebbdsl.expression.metrics import AGES, RUN_METRICS, run_metric
from hebbdsl.expression.nodes import Compare, MetricOf, Sides, metrics_of, sides_of
from hebbdsl.run.label_reading import reads_labels
from hebbdsl.run.record import Record, Value, aggregated


def compare_records(
    records: Sequence[Record],
    *,
    baseline: str | None = None,
    claims: Sequence[Claim] = (),
    order: Sequence[str] = (),
    asked: Sequence[str] | None = None,
    declared: str | None = None,
) -> Comparison:
    """Average over seeds, set every variant against the baseline, judge the claims.

    A record that failed or was interrupted is listed and not averaged. Each tested metric of each
    variant that shares a seed with the baseline has one test; Holm's correction is, for each
    metric by itself, over its variants and the comparisons of all claims, so that the table says
    nothing that a claim denies. Costs, the number of levels passed, and the final accuracy
    of runs that end by a condition are shown without a test.

    Args:
        baseline: the variant of ratios and tests; None: the first that has records.
        order: of the rows; variants that it does not name follow.
        asked: variants that are listed as missing where they have no finished run; None: all that
            `order` names.
        declared: the baseline of the spec, where `baseline` is another. Colours rest on it and on
            `order`, so that a variant has one in every figure.

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
    claimed = family_of(claims, values)
    claim_tests = corrected_tests(claimed)
    tests = dict[tuple[str, str], PairedTest]()
    for column in columns:
        of_it = {key: p for key, p in pairings.items() if key[1] == column.name}
        if column.tested and of_it:
            tests |= _tests(of_it, claimed, claim_tests)
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
                column.name: _contrast(pairings[key], tests.get(key), claim_tests)
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
        words=next((int(r.data["words"]) for r in kept if "words" in r.data), None),
        columns=columns,
        rows=rows,
        tests=len(tests),
        claimed=len(claimed),
        differences=setup_differences(
            {name: next(iter(seeds.values())).setup for name, seeds in selection.finished.items()}
        ),
        claims=evaluate_claims(claims, values),
        unfinished=selection.unfinished,
        missing=tuple(v for v in (order if asked is None else asked) if v not in values),
        mixtures=selection.mixtures(),
        remarks=(),
        palette=tuple(dict.fromkeys((declared or baseline, *order, *values))),
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
    metrics = {**aggregated(record.evaluations), **record.metrics}
    return {name: value for name, value in metrics.items() if math.isfinite(value.value)}


def _columns(values: Values, claims: Sequence[Claim]) -> tuple[Column, ...]:
    """The metrics shown, in the order of their declaration, each age of one after the other."""
    recorded = [name for seeds in values.values() for run in seeds.values() for name in run]
    censored = any(v.censored for s in values.values() for run in s.values() for v in run.values())
    claimed = {metric.name for claim in claims for metric in metrics_of(claim.expression)}
    ages = sorted({found for name in recorded if (found := _age(name)) is not None})
    default = [age for age in AGES if age in ages] or ages[:2]
    # Where a condition ends runs, their last values say by how much it was overshot, each run at
    # its own step: they are shown, and nothing is concluded from them.
    stopped = any(one[0].may_be_censored for name in recorded if (one := run_metric(name)))
    columns = []
    for metric in RUN_METRICS.values():
        names = [metric.name] if metric.name in recorded else []
        if metric.aged:
            names = [n for k in ages if (n := f"{metric.name}@{k}") in claimed or k in default]
        elif metric.name not in claimed and not (
            metric.shown == "recorded" or (metric.shown == "censored" and censored)
        ):
            names = []
        last = metric.aggregates is not None and metric.aggregates[1] == "last"
        tested = metric.tested and metric.cost is None and not (stopped and last)
        columns += [Column(name=name, metric=metric, tested=tested) for name in names]
    return tuple(columns)


def _age(name: str) -> int | None:
    found = run_metric(name)
    return found[1] if found else None


def _summary(runs: Mapping[int, Mapping[str, Value]], column: Column) -> Summary | None:
    per_seed = {seed: run[column.name] for seed, run in runs.items() if column.name in run}
    if not per_seed:
        return None
    ranges = [known_of(value) for value in per_seed.values()]
    value = mean([known.low for known in ranges])
    bound = Bound.EXACT if all(known.exact for known in ranges) else Bound.LOWER
    positive = all(known.low > 0 for known in ranges)
    if column.metric.scale is Scale.DIFFERENCE or not positive:
        alone = estimate_alone(
            Sample(
                scale=Scale.DIFFERENCE,
                gaps=tuple(gap(Scale.DIFFERENCE, known, Range(0.0, 0.0)) for known in ranges),
                limits=Range(0.0, column.metric.most)
                if math.isfinite(column.metric.most)
                else ANYWHERE,
                may_be_censored=column.metric.may_be_censored,
                rounding=ROUNDING * max(known.low for known in ranges),
            )
        )
        within = None if alone is None else alone.interval
        return Summary(per_seed=per_seed, mean=Estimate(value, within, bound))
    sample = sample_of([column.metric], ranges, [Range(1.0, 1.0)] * len(ranges))
    assert sample is not None, "positive values have logarithms"
    geometric = estimate_alone(sample)
    assert geometric is not None, "a lower end that is finite has a finite logarithm"
    within = geometric.interval
    if within is not None:  # of an interval of what can't be smaller, what lies below is empty
        within = replace(within, low=max(within.low, column.metric.least))
    found = Estimate(value, within, bound)
    return Summary(per_seed=per_seed, mean=found, geometric=geometric.value)


@dataclass(frozen=True, slots=True)
class _Pairing:
    """A variant against another in one metric."""

    compare: Compare
    gathered: Gathered


def _pair(values: Values, variant: str, baseline: str, column: Column) -> _Pairing | None:
    """None where no seed has the metric on both sides."""
    compare = Compare("==", MetricOf(column.name, variant), MetricOf(column.name, baseline))
    gathered = gather(compare, values)
    return _Pairing(compare, gathered) if gathered.seeds else None


def _tests(
    pairings: Mapping[tuple[str, str], _Pairing],
    claimed: Family,
    claim_tests: Mapping[Sides, PairedTest],
) -> Mapping[tuple[str, str], PairedTest]:
    """One test for each pairing, corrected together with the comparisons of all claims.

    A comparison that is claimed too has the method of the claim's test. The family is larger than
    that of the claims alone, so that nothing is significant here that is undecided there.
    """
    methods = {sides: test.method for sides, test in claim_tests.items()}
    samples = {sides_of(p.compare): p.gathered.sample for p in pairings.values()} | dict(claimed)
    found = corrected_tests(samples, methods)
    return {key: found[sides_of(pairing.compare)] for key, pairing in pairings.items()}


def _contrast(
    pairing: _Pairing, test: PairedTest | None, claim_tests: Mapping[Sides, PairedTest]
) -> Contrast:
    sample = pairing.gathered.sample
    by = test or claim_tests.get(sides_of(pairing.compare))
    shown = None
    if sample is not None:
        shown = estimate(sample, by.method, by.significance) if by else estimate_alone(sample)
    return Contrast(
        scale=Scale.DIFFERENCE if sample is None else sample.scale,
        seeds=pairing.gathered.seeds,
        estimate=shown,
        test=test,
    )
