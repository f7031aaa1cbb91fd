"""What must be known to read the table of a comparison, in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from hebbdsl.comparison.cells import CANNOT_TELL
from hebbdsl.comparison.comparison import Comparison, Contrast
from hebbdsl.comparison.inference import Method
from hebbdsl.comparison.table import substitution
from hebbdsl.expression.metric import Scale
from hebbdsl.plan.power import EXACT_UP_TO, LEAST_SEEDS, SAMPLES, decidable


def notes(comparison: Comparison) -> tuple[str, ...]:
    """Warnings first: substituted data, runs left out, mixed environments, censored values."""
    return (*warnings(comparison), *comparison.remarks, *_statistics(comparison))


def warnings(comparison: Comparison) -> Iterator[str]:
    """What may mislead a reader of the numbers alone."""
    if said := substitution(comparison):
        yield said[0].upper() + said[1:] + "."
    if comparison.unfinished:
        runs = ", ".join(f"{r.variant} seed {r.seed} ({r.status})" for r in comparison.unfinished)
        yield f"Not averaged: {runs}."
    if comparison.missing:
        yield f"No finished run of {', '.join(comparison.missing)}."
    if comparison.baseline not in {row.variant for row in comparison.rows}:
        yield f"The baseline {comparison.baseline} is not in this table: there are no ratios."
    for mixture in comparison.mixtures:
        groups = "; ".join(f"{value}: {', '.join(v)}" for value, v in mixture.variants.items())
        yield f"Runs differ in {mixture.key} ({groups})."
    if comparison.censored:
        yield (
            "≥ … (k of n): k of n runs had not finished by their last step, which stands for them;"
            " means, ratios and p are bounds in the direction of their sign. Their final accuracy"
            " is on the classes they had reached."
        )


def _counts(contrasts: Iterable[Contrast]) -> str:
    return " or ".join(map(str, sorted({len(contrast.seeds) for contrast in contrasts})))


def _paired(comparison: Comparison, contrasts: list[Contrast]) -> str:
    scales = {contrast.scale for contrast in contrasts}
    how = []
    if Scale.RATIO in scales:
        how.append("ratios are geometric means")
    if Scale.DIFFERENCE in scales:
        how.append("differences are arithmetic means")
    methods = {contrast.test.method for contrast in contrasts if contrast.test}
    named = [name for method, name in _METHODS.items() if method in methods]
    logs = ", of log ratios where there are ratios" if Scale.RATIO in scales else ""
    family = "over the variants, for each metric by itself"
    if comparison.claimed:
        said = "comparison" if comparison.claimed == 1 else f"{comparison.claimed} comparisons"
        family += f", and over the {said} of the claims"
    return (
        f"Paired by seed: {', '.join(how)}. p: {' or '.join(named) or 'none'}{logs}, two-sided,"
        f" Holm-corrected {family}; intervals of ratios and differences are at the level of that"
        " correction, so that they leave out equality exactly where p is at most 0.05."
    )


_METHODS = {Method.T: "paired t test", Method.SIGN_FLIPS: "permutation test (sign flips)"}

SIX = next(n for n in range(2, EXACT_UP_TO) if decidable(1, n))
"""The fewest pairs with which sign flips tell anything apart."""


def _statistics(comparison: Comparison) -> Iterator[str]:
    tested = [column for column in comparison.columns if column.tested]
    if not tested:
        return
    geometric = [
        column.name
        for column in tested
        if column.metric.detail is None
        and any(
            (summary := row.summaries.get(column.name)) is not None
            and summary.geometric is not None
            for row in comparison.rows
        )
    ]
    said = "Mean: arithmetic, over n seeds. Intervals of means: 95 %, Student's t"
    if geometric:
        said += f"; of {' and '.join(geometric)}, on the log scale, so of the geometric mean"
    shares = [c.name for c in tested if math.isfinite(c.metric.most)]
    if shares:
        said += f"; of {' and '.join(shares)}, on the scale log(x / (1 − x)), within 0 and 1"
    if flipped := [c.name for c in tested if c.metric.may_be_censored]:
        said += f"; of {' and '.join(flipped)} from {SIX} seeds on, exact sign flips"
    yield said + "."
    contrasts = [
        row.contrasts[column.name]
        for row in comparison.rows
        for column in tested
        if column.name in row.contrasts
    ]
    if not contrasts:
        return
    yield _paired(comparison, contrasts)
    tests = [(contrast, contrast.test) for contrast in contrasts if contrast.test]
    if any(not test.exact for _, test in tests):
        yield (
            f"With more than {EXACT_UP_TO} seeds the test draws {SAMPLES:,} flips instead of"
            " counting all."
        )
    undecidable = [(contrast, test) for contrast, test in tests if not test.decidable]
    if few := _counts(c for c, t in undecidable if t.method or len(c.seeds) < LEAST_SEEDS):
        yield (
            f"{CANNOT_TELL}: cannot tell apart with n = {few}, since no outcome could have"
            f" brought the corrected p to 0.05; {LEAST_SEEDS} seeds are the fewest that are tested."
        )
    if few := _counts(c for c, t in undecidable if not t.method and len(c.seeds) >= LEAST_SEEDS):
        yield (
            f"{CANNOT_TELL}: runs that never finished are set against others by exact sign flips,"
            f" for which n = {few} is too few here."
        )
    if any(test.decidable and test.p is None for _, test in tests):
        yield "censored: runs that never finished leave the test open; it counts with p = 1."
