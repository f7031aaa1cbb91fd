"""Numbers of a comparison as text."""

from __future__ import annotations

import math

from hebbdsl.comparison.comparison import Column, Contrast, Summary
from hebbdsl.comparison.paired import Bound, Estimate
from hebbdsl.comparison.statistics import Interval
from hebbdsl.expression.metric import Scale

CANNOT_TELL = "cannot tell"


def mean_text(summary: Summary, column: Column) -> str:
    """The mean with its unit's digits; `≥ 2000 (3 of 10)` where 3 of 10 values are censored."""
    said = number_text(summary.mean.value, column)
    if summary.mean.bound is Bound.EXACT:
        return said
    return f"{summary.mean.bound.value} {said} ({summary.censored} of {summary.n})"


def number_text(value: float, column: Column) -> str:
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞"
    match column.metric.unit:
        case "share":
            return _signed(f"{value:.3f}")
        case "bytes":
            return _bytes_text(value)
        case "steps":
            return f"{value:.0f}"
    if abs(value) >= 1e7:
        return _signed(f"{value:.1e}")
    return _signed(f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}")


def _bytes_text(value: float) -> str:
    if value >= 1e9:
        return f"{value / 1e9:.2f} GB"
    if value >= 1e6:
        return f"{value / 1e6:.{0 if value >= 1e7 else 1}f} MB"
    return f"{value / 1e3:.0f} kB"


def interval_text(interval: Interval, column: Column) -> str:
    return _bracket(interval, *(number_text(end, column) for end in (interval.low, interval.high)))


def contrast_text(contrast: Contrast) -> str:
    """`0.54 [0.50, 0.58]`, with a sign before it where it is a bound."""
    if contrast.estimate is None:
        return "no bound"
    return estimate_text(contrast.estimate, contrast.scale)


def estimate_text(estimate: Estimate, scale: Scale) -> str:
    said = _against(estimate.value, scale)
    if estimate.bound is not Bound.EXACT:
        said = f"{estimate.bound.value} {said}"
    interval = estimate.interval
    if interval is None:
        return said
    low, high = (_against(end, scale) for end in (interval.low, interval.high))
    return f"{said} {_bracket(interval, low, high)}"


def nats_text(value: float) -> str:
    """The logarithm of a perplexity."""
    return _log(value, "")


def nats_interval_text(interval: Interval) -> str:
    return _bracket(interval, *(_log(end, "") for end in (interval.low, interval.high)))


def nats_contrast_text(contrast: Contrast) -> str:
    """Of a ratio, as the difference of logarithms that it is: `−0.62 [−0.69, −0.54]`."""
    if contrast.estimate is None:
        return "no bound"
    said, interval = _log(contrast.estimate.value, "+"), contrast.estimate.interval
    if interval is None:
        return said
    return f"{said} {_bracket(interval, _log(interval.low, '+'), _log(interval.high, '+'))}"


def _log(value: float, sign: str) -> str:
    if not 0 < value < math.inf:
        return "∞" if value > 0 else "−∞"
    return _signed(f"{math.log(value):{sign}.3f}")


def p_text(contrast: Contrast) -> str:
    """The corrected p, or why there is none."""
    test = contrast.test
    if test is None:
        return ""
    if not test.decidable:
        return CANNOT_TELL
    if test.p is None:
        return "censored"
    if test.corrected < 0.001:
        return "< 0.001"
    return f"{'≤ ' if test.bound else ''}{test.corrected:.3f}"


def _against(value: float, scale: Scale) -> str:
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞"
    if scale is Scale.RATIO:
        return f"{value:.2f}" if value < 1000 else f"{value:.0f}" if value < 1e7 else f"{value:.1e}"
    return _signed(f"{value:+.3f}")


def _bracket(interval: Interval, low: str, high: str) -> str:
    """With a round bracket beside an infinite end."""
    opening = "[" if math.isfinite(interval.low) else "("
    closing = "]" if math.isfinite(interval.high) else ")"
    return f"{opening}{low}, {high}{closing}"


def _signed(text: str) -> str:
    """With a true minus sign, and none before zero."""
    if not text.strip("-+0."):
        return text.lstrip("-+")
    return text.replace("-", "−")
