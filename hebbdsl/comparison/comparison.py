"""Stage 7's noun: what differs between variants, and what that did."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from hebbdsl.comparison.inference import PairedTest
from hebbdsl.comparison.paired import Bound, Estimate
from hebbdsl.expression.metric import Metric, Scale, Unit
from hebbdsl.run.record import Record, Value


class Verdict(Enum):
    HOLDS = "holds"
    FAILS = "fails"
    UNDECIDED = "undecided"


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """A metric of one variant over its finished seeds.

    Attributes:
        mean: the arithmetic mean of the seeds; its interval is that of the mean, or, with
            `geometric` set, of the geometric mean.
        geometric: the geometric mean, for positive metrics compared by ratio.
    """

    per_seed: Mapping[int, Value]
    mean: Estimate
    geometric: float | None = None

    @property
    def n(self) -> int:
        return len(self.per_seed)

    @property
    def censored(self) -> int:
        return sum(value.censored for value in self.per_seed.values())

    @property
    def nats(self) -> float | None:
        """The mean of the logarithms: of perplexities, nats a token."""
        return None if self.geometric is None else math.log(self.geometric)

    @property
    def tokens(self) -> int | None:
        """Over how many tokens a perplexity is taken: the same at every seed."""
        return next((v.tokens for v in self.per_seed.values() if v.tokens is not None), None)

    @property
    def cohorts(self) -> tuple[int, int] | None:
        """The fewest and the most cohorts that a seed's value is averaged over."""
        counts = [v.cohorts for v in self.per_seed.values() if v.cohorts is not None]
        return (min(counts), max(counts)) if counts else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Contrast:
    """A variant against the baseline in one metric, paired by seed.

    Attributes:
        scale: the geometric mean of the ratios, or the mean of the differences.
        estimate: None where censored values on both sides leave no bound.
        test: None where the metric is shown without one.
    """

    scale: Scale
    seeds: tuple[int, ...]
    estimate: Estimate | None
    test: PairedTest | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A metric that the comparison shows. `tested` ones are set against the baseline."""

    name: str
    metric: Metric
    tested: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A variant. A metric that none of its finished runs has is missing from the mappings.

    Attributes:
        against: the variant that it is set against. Variants that read the labels of the test and
            those that do not are never set against each other, nor tuned ones against others: the
            baseline stands for those that are as it is, of the others the first does.
        reads_labels: whether its predictions depend on test labels that have passed.
        tuned: what was searched on validation, in words; empty: nothing was.
        weights_of: the variant that was trained, where this one tests its weights otherwise.
    """

    variant: str
    against: str
    reads_labels: bool
    tuned: str
    weights_of: str | None
    seeds: tuple[int, ...]
    summaries: Mapping[str, Summary]
    contrasts: Mapping[str, Contrast]

    @property
    def rests_on(self) -> tuple[bool, bool]:
        """What rows have in common that are ranked together: reading test labels, and tuning."""
        return self.reads_labels, bool(self.tuned)


@dataclass(frozen=True, slots=True)
class Difference:
    """A path at which the setups of variants differ, with a short form of each variant's value.

    None: the variant has no such field.
    """

    path: str
    values: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Mixture:
    """A property of the environment that is not the same everywhere, with the variants of each."""

    key: str
    variants: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparisonResult:
    """One comparison inside a claim: left against right, over the seeds they share.

    `estimate` is of left / right or of left − right; None where there is none. `test` is None of
    comparisons that no run has a say in.
    """

    text: str
    verdict: Verdict
    scale: Scale
    estimate: Estimate | None
    seeds: tuple[int, ...]
    test: PairedTest | None
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimResult:
    text: str
    verdict: Verdict
    comparisons: tuple[ComparisonResult, ...]

    @property
    def reason(self) -> str:
        """Why, for one comparison; for several, each with its verdict."""
        if len(self.comparisons) == 1:
            return self.comparisons[0].reason
        return "; ".join(f"{j.text}: {j.verdict.value}, {j.reason}" for j in self.comparisons)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A run that is listed, not averaged."""

    variant: str
    seed: int
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Variants of one experiment, side by side on the same data.

    Attributes:
        data: the word of the data the runs were trained on.
        substituted_for: the word of the data they were to be trained on, where it is another.
        words: in the vocabulary of a text: the perplexity of the uniform model.
        tests: how many tests there are: of every variant against the baseline in every tested
            metric. Those of one metric are corrected together, with all that is claimed.
        claimed: how many comparisons the claims are made of, each counted once.
        missing: variants that were asked for and have no finished run.
        remarks: on where baseline, order and claims come from.
        palette: all variants that may stand beside each other, in the order of their colours; the
            first is the baseline that the spec declares.
        records: the finished ones, for figures, under the names of the rows.
    """

    experiment: str
    baseline: str
    data: str
    substituted_for: str | None
    words: int | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    tests: int
    claimed: int
    differences: tuple[Difference, ...]
    claims: tuple[ClaimResult, ...]
    unfinished: tuple[Unfinished, ...]
    missing: tuple[str, ...]
    mixtures: tuple[Mixture, ...]
    remarks: tuple[str, ...]
    palette: tuple[str, ...]
    records: Mapping[str, tuple[Record, ...]]

    def __repr__(self) -> str:
        rows = ", ".join(row.variant for row in self.rows)
        verdicts = ", ".join(claim.verdict.value for claim in self.claims) or "none"
        return f"<Comparison {self.experiment}: {rows}; claims: {verdicts}>"

    @property
    def failed(self) -> bool:
        """A claim fails."""
        return any(claim.verdict is Verdict.FAILS for claim in self.claims)

    @property
    def undecided(self) -> bool:
        """A claim is neither shown nor refuted."""
        return any(claim.verdict is Verdict.UNDECIDED for claim in self.claims)

    def beyond_uniform(self, column: Column) -> bool:
        """Whether some variant predicts worse than the uniform model, to which all words are alike.

        Perplexities are exponentials: of such, a ratio says nothing.
        """
        if self.words is None or column.metric.unit is not Unit.PERPLEXITY:
            return False
        summaries = (row.summaries.get(column.name) for row in self.rows)
        return any(s is not None and s.mean.value > self.words for s in summaries)

    @property
    def censored(self) -> bool:
        return any(s.mean.bound is not Bound.EXACT for r in self.rows for s in r.summaries.values())
