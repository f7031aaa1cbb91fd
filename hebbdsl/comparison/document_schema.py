"""An exported comparison: its classes, and the JSON Schema that is derived from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypedDict

from hebbdsl.comparison.comparison import Verdict
from hebbdsl.comparison.inference import Method
from hebbdsl.comparison.paired import Bound
from hebbdsl.expression.metric import Scale
from hebbdsl.parts.bounds import Fraction, Length, Whole
from hebbdsl.spec.json_schema import DRAFT, Schema, schema_of

_Ends = Annotated[list[float | None], Length(minimum=2, maximum=2)]


class _Data(TypedDict):
    word: str
    substituted_for: str | None


class _Metric(TypedDict):
    unit: str
    scale: Scale
    lower_is_better: bool
    tested: bool
    uniform: Whole | None
    beyond_uniform: bool


class _Test(TypedDict):
    method: Method | None
    p: Fraction | None
    p_corrected: Fraction
    bound: bool
    exact: bool
    decidable: bool


class _Estimate(TypedDict):
    estimate: float | None
    interval: _Ends | None
    bound: Bound | None


class _Contrast(_Estimate):
    scale: Scale
    seeds: list[Whole]
    level: Fraction
    test: _Test | None


class _Value(TypedDict):
    value: float
    censored: bool
    cohorts: Whole | None


class _Summary(TypedDict):
    mean: float
    bound: Bound
    geometric_mean: float | None
    interval: _Ends | None
    interval_of: Literal["mean", "geometric_mean"]
    n: Whole
    censored: Whole
    per_seed: Mapping[str, _Value]
    nats: float | None
    tokens: Whole | None
    against_baseline: _Contrast | None


class _Row(TypedDict):
    variant: str
    seeds: list[Whole]
    against: str
    reads_labels: bool
    tuned: str
    weights_of: str | None
    metrics: Mapping[str, _Summary]


class _Difference(TypedDict):
    path: str
    values: Mapping[str, str | None]


class _ComparisonResult(_Estimate):
    text: str
    verdict: Verdict
    scale: Scale
    level: Fraction
    unit: Literal["seeds"]
    method: Method | None
    p: Fraction | None
    p_corrected: Fraction | None
    n: Whole
    seeds: list[Whole]
    reason: str


class _Claim(TypedDict):
    text: str
    verdict: Verdict
    reason: str
    comparisons: list[_ComparisonResult]


class _Unfinished(TypedDict):
    variant: str
    seed: Whole
    status: str


class _Mixture(TypedDict):
    key: str
    variants: Mapping[str, list[str]]


class Document(TypedDict):
    version: Literal[1]
    experiment: str
    baseline: str
    data: _Data
    metrics: Mapping[str, _Metric]
    rows: list[_Row]
    tests: Whole
    claimed: Whole
    differences: list[_Difference]
    claims: list[_Claim]
    unfinished: list[_Unfinished]
    missing: list[str]
    mixed_environments: list[_Mixture]
    notes: list[str]


COMPARISON_SCHEMA: Schema = {
    "$schema": DRAFT,
    "title": "A comparison of hebbdsl runs",
    **schema_of(Document),
}
