"""What is known of metrics before a run: the limits that no outcome can leave."""

from __future__ import annotations

import math
from collections.abc import Iterable

from hebbdsl.diagnostics.wording import quoted
from hebbdsl.expression.intervals import Range
from hebbdsl.expression.metric import Metric
from hebbdsl.expression.metrics import EVALUATION_METRICS, run_metric
from hebbdsl.expression.nodes import MetricOf
from hebbdsl.plan.plan import Plan


def during(metric: MetricOf) -> Range:
    """Of a metric of an evaluation, in a condition."""
    return _by_unit(EVALUATION_METRICS[metric.name])


def at_the_end(plan: Plan, metric: MetricOf) -> Range:
    """Of a metric of a whole run, in a claim."""
    found = run_metric(metric.name)
    assert found is not None, "claims are checked before"
    declared, variant = found[0], plan.variants[metric.variant or ""]
    if declared.unit == "steps":
        return Range(float(variant.cannot_finish_before or 0), math.inf)
    if declared.unit == "levels":
        return Range(0.0, float(len(variant.levels)))
    return _by_unit(declared)


def in_words(metrics: Iterable[tuple[MetricOf, Range]]) -> tuple[str, ...]:
    """For example `test_accuracy` lies between 0 and 1."""
    found: dict[str, None] = {}
    for metric, limits in metrics:
        name = quoted(metric.name if metric.variant is None else f"{metric.name}({metric.variant})")
        if math.isfinite(limits.high):
            found[f"{name} lies between {limits.low:g} and {limits.high:g}"] = None
        else:
            found[f"{name} is at least {limits.low:g}"] = None
    return tuple(found)


def _by_unit(metric: Metric) -> Range:
    """Shares lie between 0 and 1; counts, times and losses are not negative."""
    return Range(0.0, metric.most)
