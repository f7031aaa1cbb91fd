"""A comparison as JSON, and the schema it keeps to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from hebbdsl.comparison.comparison import ClaimResult, Comparison, Contrast, Summary
from hebbdsl.comparison.inference import PairedTest
from hebbdsl.comparison.notes import notes
from hebbdsl.comparison.paired import Estimate
from hebbdsl.comparison.statistics import Interval
from hebbdsl.diagnostics.escaping import json_text
from hebbdsl.expression.metric import Unit
from hebbdsl.plan.power import SIGNIFICANCE

VERSION = 1
"""Within a version, keys are added and none is renamed or removed."""


def as_json(comparison: Comparison) -> str:
    """The document of `as_document` as ASCII text, indented, keys in their order."""
    return json_text(as_document(comparison), indent=2) + "\n"


def as_document(comparison: Comparison) -> Mapping[str, Any]:
    """JSON values that `COMPARISON_SCHEMA` describes; null ends of intervals are open."""
    perplexities = {c.name for c in comparison.columns if c.metric.unit is Unit.PERPLEXITY}
    return {
        "version": VERSION,
        "experiment": comparison.experiment,
        "baseline": comparison.baseline,
        "data": {"word": comparison.data, "substituted_for": comparison.substituted_for},
        "metrics": {
            column.name: {
                "unit": column.metric.unit,
                "scale": column.metric.scale.value,
                "lower_is_better": column.metric.lower_is_better,
                "tested": column.tested,
                "uniform": comparison.words if column.name in perplexities else None,
                "beyond_uniform": comparison.beyond_uniform(column),
            }
            for column in comparison.columns
        },
        "rows": [
            {
                "variant": row.variant,
                "seeds": list(row.seeds),
                "against": row.against,
                "reads_labels": row.reads_labels,
                "tuned": row.tuned,
                "weights_of": row.weights_of,
                "metrics": {
                    name: {
                        **_summary(summary),
                        "nats": _finite(summary.nats) if name in perplexities else None,
                        "tokens": summary.tokens,
                        "against_baseline": _contrast(row.contrasts.get(name)),
                    }
                    for name, summary in row.summaries.items()
                },
            }
            for row in comparison.rows
        ],
        "tests": comparison.tests,
        "claimed": comparison.claimed,
        "differences": [{"path": d.path, "values": dict(d.values)} for d in comparison.differences],
        "claims": [_claim(claim) for claim in comparison.claims],
        "unfinished": [
            {"variant": run.variant, "seed": run.seed, "status": run.status}
            for run in comparison.unfinished
        ],
        "missing": list(comparison.missing),
        "mixed_environments": [
            {"key": mixture.key, "variants": {k: list(v) for k, v in mixture.variants.items()}}
            for mixture in comparison.mixtures
        ],
        "notes": list(notes(comparison)),
    }


def _summary(summary: Summary) -> Mapping[str, Any]:
    return {
        "mean": summary.mean.value,
        "bound": summary.mean.bound.value,
        "geometric_mean": _finite(summary.geometric),
        "interval": _interval(summary.mean.interval),
        "interval_of": "mean" if summary.geometric is None else "geometric_mean",
        "n": summary.n,
        "censored": summary.censored,
        "per_seed": {
            str(seed): {"value": v.value, "censored": v.censored, "cohorts": v.cohorts}
            for seed, v in summary.per_seed.items()
        },
    }


def _contrast(contrast: Contrast | None) -> Mapping[str, Any] | None:
    if contrast is None:
        return None
    test = contrast.test
    return {
        "scale": contrast.scale.value,
        "seeds": list(contrast.seeds),
        **_estimate(contrast.estimate),
        "level": _level(test),
        "test": test
        and {
            "method": test.method and test.method.value,
            "p": test.p,
            "p_corrected": test.corrected,
            "bound": test.bound,
            "exact": test.exact,
            "decidable": test.decidable,
        },
    }


def _level(test: PairedTest | None) -> float:
    """The confidence of the interval beside the test."""
    return 1 - (SIGNIFICANCE if test is None else test.significance)


def _estimate(estimate: Estimate | None) -> Mapping[str, Any]:
    return {
        "estimate": _finite(estimate.value) if estimate else None,
        "interval": _interval(estimate.interval) if estimate else None,
        "bound": estimate.bound.value if estimate else None,
    }


def _claim(claim: ClaimResult) -> Mapping[str, Any]:
    return {
        "text": claim.text,
        "verdict": claim.verdict.value,
        "reason": claim.reason,
        "comparisons": [
            {
                "text": result.text,
                "verdict": result.verdict.value,
                "scale": result.scale.value,
                **_estimate(result.estimate),
                "level": _level(result.test),
                "unit": "seeds",
                "method": result.test and result.test.method and result.test.method.value,
                "p": result.test and result.test.p,
                "p_corrected": result.test and result.test.corrected,
                "n": len(result.seeds),
                "seeds": list(result.seeds),
                "reason": result.reason,
            }
            for result in claim.comparisons
        ],
    }


def _interval(interval: Interval | None) -> list[float | None] | None:
    return [_finite(interval.low), _finite(interval.high)] if interval else None


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
