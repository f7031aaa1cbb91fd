"""Stage 6's noun: what happened in one run, as its folder tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hebbdsl.expression.metrics import RUN_METRICS


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """A metric of a whole run. A censored value is a lower bound: the event had not come by then.

    `cohorts` says over how many cohorts of added classes it is averaged, where it is, and `tokens`
    over how many of a text.
    """

    value: float
    censored: bool = False
    cohorts: int | None = None
    tokens: int | None = None


def perplexity_text(value: float, form: str = ".2f") -> str:
    """As `form` says, and with two digits where that would be a row of them."""
    return format(value, form if value < 1e7 else ".1e")


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """`classes` in play from step `began` until `passed`; None: never passed."""

    classes: int
    began: int
    passed: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Binding:
    """Test accuracy of the classes added together at level `cohort` (the second level's are 1),
    `age` steps after they appeared, when each had been trained on `exposures` times on the mean."""

    cohort: int
    age: int
    exposures: float
    accuracy: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """One line of `metrics.jsonl`.

    Attributes:
        step: optimizer steps done.
        seconds: of training so far, evaluations left out.
        values: of metrics of evaluations, by declared name; what was not measured is missing.
        binding: of cohorts of classes that are followed; None: the task adds no classes.
    """

    step: int
    seconds: float
    values: Mapping[str, float]
    binding: tuple[Binding, ...] | None = None


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

    experiment: str
    variant: str
    seed: int
    identity: str
    status: str
    setup: Mapping[str, Any]
    data: Mapping[str, Any]
    environment: Mapping[str, Any]
    plan: Mapping[str, Any]
    levels: tuple[Level, ...]
    metrics: Mapping[str, Value]
    steps: int
    failure: Mapping[str, Any] | None = None
    evaluation: Mapping[str, Any] | None = None
    folder: Path | None = None
    evaluations: tuple[Evaluation, ...] = ()

    def __repr__(self) -> str:
        run = f"{self.experiment}, {self.variant}, seed {self.seed}"
        return f"<Record {run}: {self.status} after {self.steps:,} steps>"
