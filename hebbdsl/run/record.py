"""Stage 6's noun: what happened in one run, as its folder tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from hebbdsl.expression.metrics import RUN_METRICS
from hebbdsl.parts.bounds import Bounds, Count, Fraction, Length, Name, Pattern, Seed, Whole
from hebbdsl.spec.json_schema import Elsewhere, Keys, LeftOut

Digest = Annotated[str, Pattern(r"[0-9a-f]{64}", "a SHA-256 in hex digits")]
Text = Annotated[str, Length(maximum=4_096)]
Amount = Annotated[float, Bounds(minimum=0, maximum=2**63)]
Status = Literal["finished", "failed", "interrupted"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """A metric of a whole run. A censored value is a lower bound: the event had not come by then.

    `cohorts` says over how many cohorts of added classes it is averaged, where it is, and `tokens`
    over how many of a text.
    """

    value: float
    censored: bool = False
    cohorts: Count | None = None
    tokens: Annotated[Count | None, LeftOut()] = None


def perplexity_text(value: float, form: str = ".2f") -> str:
    """As `form` says, and with two digits where that would be a row of them."""
    return format(value, form if value < 1e7 else ".1e")


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """`classes` in play from step `began` until `passed`; None: never passed.

    `timed_out` is the step at which a clock ended the level instead; None: no clock did.
    """

    classes: Count
    began: Whole
    passed: Whole | None
    timed_out: Annotated[Whole | None, LeftOut()] = None

    @property
    def ended(self) -> int | None:
        """The step at which it was passed or timed out; None: the run ended before."""
        return self.timed_out if self.passed is None else self.passed


@dataclass(frozen=True, kw_only=True, slots=True)
class Binding:
    """Test accuracy of the classes added together at level `cohort` (the second level's are 1),
    `age` steps after they appeared, when each had been trained on `exposures` times on the mean."""

    cohort: Count
    age: Count
    exposures: Amount
    accuracy: Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """One line of `metrics.jsonl`.

    Attributes:
        step: optimizer steps done.
        seconds: of training so far, evaluations left out.
        values: of metrics of evaluations, by declared name; what was not measured is missing.
        binding: of cohorts of classes that are followed; None: the task adds no classes.
    """

    step: Whole
    seconds: Amount
    values: Annotated[Mapping[str, float], Elsewhere()]
    binding: Annotated[tuple[Binding, ...] | None, LeftOut()] = None


def aggregated(evaluations: Sequence[Evaluation]) -> dict[str, Value]:
    """The metrics of a run that are values of its evaluations: the last one, or the lowest."""
    found = {}
    for name, metric in RUN_METRICS.items():
        if metric.aggregates is not None:
            of, how = metric.aggregates
            values = [one.values[of] for one in evaluations if of in one.values]
            if values:
                found[name] = Value(value=values[-1] if how == "last" else min(values))
    return found


class SetupKeys(TypedDict, total=False):
    evaluation: Mapping[str, Any] | None


class DataKeys(TypedDict):
    """The data a run was trained on: classes of images, or words and tokens of a text, by split."""

    word: Text
    fingerprint: Text
    origin: Text
    substituted_for: Text | None
    classes: NotRequired[tuple[Text, ...]]
    words: NotRequired[Count]
    tokens: NotRequired[Mapping[str, Whole]]


class EnvironmentKeys(TypedDict):
    semantics: Any
    hebbdsl: Any
    torch: Any
    device: Any
    dtype: Any
    threads: Any


class FailureKeys(TypedDict):
    """The step, and the tensor that was not finite."""

    step: Whole
    tensor: Text


class ParentKeys(TypedDict):
    """The run that was trained; its folder is beside those of the experiment."""

    variant: Name
    identity: Digest
    folder: Text


class EvaluationKeys(TypedDict):
    parent: ParentKeys
    tuned: Mapping[str, float | Annotated[tuple[float, ...], Length(minimum=1)]]
    reads_labels: bool


@dataclass(frozen=True, kw_only=True)
class Record:
    """What one run left: who it was, what it ran on, what came out.

    Attributes:
        status: `finished`, `failed` or `interrupted`. A run that used all its steps is finished.
        identity: hex digest of what decides the training.
        setup: what decides the training, as plain JSON values ({"output": {"hebbian": {…}}}): the
            resolved setup without the fields that only say where data is found.
        data: word, fingerprint, origin, and `substituted_for` (a word, or None).
        environment: semantics, hebbdsl, torch, device, dtype, threads, float32_matmul_precision,
            cudnn_benchmark; where results depend on them, `bfloat16`, `products`, `neighbours`; and
            the versions of `parts`, by word, that no longer mean what they did at first.
        evaluation: of a trained run that was evaluated otherwise: its `parent` (variant, identity,
            folder beside those of the experiment), what was `tuned` on validation, whether it
            `reads_labels` of the test; None: the run was evaluated as trained.
        metrics: name to value, `newest_accuracy@10` included.
        folder: where it stands.
    """

    experiment: Name
    variant: Name
    seed: Seed
    identity: Digest
    status: Status
    setup: Annotated[Mapping[str, Any], Keys(SetupKeys, more=True)]
    data: Annotated[Mapping[str, Any], Keys(DataKeys, more=True)]
    environment: Annotated[Mapping[str, Any], Keys(EnvironmentKeys, more=True)]
    plan: Mapping[str, Any]
    levels: Annotated[tuple[Level, ...], Length(minimum=1, maximum=10_000)]
    metrics: Mapping[str, Value]
    steps: Whole
    failure: Annotated[Mapping[str, Any] | None, Keys(FailureKeys, more=True)] = None
    evaluation: Annotated[Mapping[str, Any] | None, Keys(EvaluationKeys), LeftOut()] = None
    folder: Annotated[Path | None, Elsewhere()] = None
    evaluations: Annotated[tuple[Evaluation, ...], Elsewhere()] = ()

    def __repr__(self) -> str:
        run = f"{self.experiment}, {self.variant}, seed {self.seed}"
        return f"<Record {run}: {self.status} after {self.steps:,} steps>"
