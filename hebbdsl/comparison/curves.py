"""The curves of a comparison's figures: a mean over seeds at each point, and a band around it."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hebbdsl.comparison.comparison import Comparison
from hebbdsl.comparison.statistics import ANYWHERE, mean, mean_interval
from hebbdsl.expression.intervals import Range
from hebbdsl.run.record import Binding, Record

_MOST_BINS = 16


@dataclass(frozen=True, slots=True)
class Curve:
    """Points from left to right, with the band's ends: NaN where one seed leaves no interval."""

    variant: str
    x: tuple[float, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def _curve(
    variant: str, points: Mapping[float, Sequence[float]], limits: Range = ANYWHERE
) -> Curve:
    """From the values of seeds at each x; the band is the 95 % interval of their mean."""
    xs = sorted(points)
    intervals = [mean_interval(points[x], limits=limits) for x in xs]
    means = [mean(points[x]) for x in xs]
    ends = [(i.low, i.high) if i else (math.nan, math.nan) for i in intervals]
    lows, highs = ([end[side] for end in ends] for side in (0, 1))
    return Curve(variant, tuple(xs), tuple(means), tuple(lows), tuple(highs))


def classes_in_play(comparison: Comparison) -> tuple[Curve, ...]:
    """Classes in play against steps. A run that has ended stays at its last value.

    The band is from the lowest to the highest seed: where all seeds have the same whole number of
    classes an interval of their mean has no width, and is wide a step later. Nothing where no run
    ever adds classes.
    """
    records = [record for runs in comparison.records.values() for record in runs]
    if all(len(record.levels) < 2 for record in records):
        return ()
    starts = {level.began for record in records for level in record.levels}
    steps = sorted({*starts, *(record.steps for record in records)})
    curves = []
    for variant, runs in comparison.records.items():
        seeds = [[_classes(run, step) for run in runs if run.levels] for step in steps]
        if seeds and seeds[0]:
            ends = (tuple(map(min, seeds)), tuple(map(max, seeds)))
            curves.append(Curve(variant, tuple(steps), tuple(map(mean, seeds)), *ends))
    return tuple(curves)


def _classes(record: Record, step: int) -> float:
    starts = [level.began for level in record.levels]
    return record.levels[max(0, bisect_right(starts, step) - 1)].classes


def of_metric(comparison: Comparison, metric: str, against: str | None = None) -> tuple[Curve, ...]:
    """A metric of evaluations against optimizer steps, or against another such metric.

    Points that fewer than half of the seeds have are left out.
    """
    curves = []
    for variant, runs in comparison.records.items():
        points: dict[float, list[float]] = defaultdict(list)
        for one in (e for record in runs for e in record.evaluations):
            if metric in one.values:
                points[one.step if against is None else one.values[against]].append(
                    one.values[metric]
                )
        shown = {x: seeds for x, seeds in points.items() if 2 * len(seeds) >= len(runs)}
        if shown:
            curves.append(_curve(variant, shown))
    return tuple(curves)


def learning(comparison: Comparison) -> tuple[Curve, ...]:
    """Validation perplexity of texts against the words trained on.

    Perplexities are averaged as the exponential of the mean loss.
    """
    curves = []
    for found in of_metric(comparison, "validation_loss", against="tokens"):
        ends = (
            tuple(math.exp(min(loss, _MOST)) for loss in end)
            for end in (found.mean, found.low, found.high)
        )
        curves.append(Curve(found.variant, found.x, *ends))
    return tuple(curves)


_MOST = 100.0
"""A loss whose perplexity can still be drawn: one that is larger is of a run that went wrong."""


def binding_by_age(comparison: Comparison) -> tuple[Curve, ...]:
    """Accuracy on newly introduced classes against the steps since they appeared."""
    return _binding(comparison, lambda binding: binding.age)


def binding_by_exposures(comparison: Comparison) -> tuple[Curve, ...]:
    """The same against exposures per class, in bins of equal width; none yet is a bin of its own.

    A point stands in the middle of its bin. The bins end near what half of the cohorts were shown
    in all while they were followed: few cohorts, the early ones, were shown more.
    """
    longest: list[float] = []
    for record in (record for runs in comparison.records.values() for record in runs):
        ends: dict[int, float] = defaultdict(float)
        for binding in _bindings(record):
            ends[binding.cohort] = max(ends[binding.cohort], binding.exposures)
        longest += ends.values()
    if not longest:
        return ()
    width = _round_width(sorted(longest)[len(longest) // 2])

    def middle(binding: Binding) -> float | None:
        index = math.ceil(binding.exposures / width)
        return None if index > _MOST_BINS else width * max(0.0, index - 0.5)

    return _binding(comparison, middle)


def _round_width(most: float) -> float:
    """1, 2 or 5 times a power of ten, so that about `_MOST_BINS` bins reach `most`."""
    raw = max(most, 1e-9) / _MOST_BINS
    power = 10.0 ** math.floor(math.log10(raw))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= raw * (1 - 1e-9))


def _bindings(record: Record) -> list[Binding]:
    return [b for e in record.evaluations for b in e.binding or () if b.cohort >= 1]


def _binding(comparison: Comparison, place: Callable[[Binding], float | None]) -> tuple[Curve, ...]:
    """Each seed is first averaged over its cohorts; points that fewer than half of the seeds have
    are left out."""
    curves = []
    for variant, runs in comparison.records.items():
        points: dict[float, list[float]] = defaultdict(list)
        for record in runs:
            accuracies: dict[float, list[float]] = defaultdict(list)
            for binding in _bindings(record):
                if (x := place(binding)) is not None and math.isfinite(binding.accuracy):
                    accuracies[x].append(binding.accuracy)
            for x, found in accuracies.items():
                points[x].append(mean(found))
        shown = {x: seeds for x, seeds in points.items() if 2 * len(seeds) >= len(runs)}
        if shown:
            curves.append(_curve(variant, shown, limits=Range(0.0, 1.0)))
    return tuple(curves)
