"""Records made by hand: a growing curriculum whose classes are bound at a rate of one's choice."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hebbdsl.expression.claim import Claim
from hebbdsl.expression.nodes import Arithmetic, Compare, Expression, MetricOf, Number
from hebbdsl.run.record import Binding, Evaluation, Level, Record, Value

OUTPUTS: Mapping[str, Any] = {
    "softmax": {"softmax": {"bias": True}},
    "hebbian": {"hebbian": {"bias": True, "gamma": 0.05, "T": 500, "rescale": "mean_row"}},
    "raw_write": {"hebbian": {"bias": True, "gamma": 0.05, "T": 500, "rescale": "none"}},
    "cache": {"cache": {"size": 1000}},
    "softmax_and_cache": {"mixture": {"experts": ["softmax", {"cache": {"size": 1000}}]}},
    "hebbian_and_cache": {
        "mixture": {
            "experts": [{"hebbian": {"gamma": 0.05, "rescale": "mean_row"}}, {"cache": {}}],
            "weights": "learned",
        }
    },
}


def setup(variant: str) -> Mapping[str, Any]:
    return {
        "data": {"omniglot": {"image_size": 28, "classes": 200}},
        "model": {"convnet": {"channels": [32, 32, 32, 32], "features": 64}},
        "output": OUTPUTS.get(variant, "softmax"),
        "training": {"optimizer": {"adam": {"learning_rate": 0.001}}, "steps": 2000},
    }


def run(
    variant: str = "softmax",
    seed: int = 0,
    metrics: Mapping[str, float | Value] | None = None,
    *,
    experiment: str = "letters",
    status: str = "finished",
    fingerprint: str = "5eed" * 16,
    word: str = "omniglot",
    substituted_for: str | None = None,
    environment: Mapping[str, Any] | None = None,
    given: Mapping[str, Any] | None = None,
    folder: str | None = None,
    levels: tuple[Level, ...] = (),
    steps: int = 2000,
    evaluations: tuple[...] = (),
) -> Record:
    values = {
        name: value if isinstance(value, Value) else Value(value=value)
        for name, value in (metrics or {}).items()
    }
    return Record(
        experiment=experiment,
        variant=variant,
        seed=seed,
        identity=f"{variant}-{seed}",
        status=status,
        setup=setup(variant) if given is None else given,
        data={"word": word, "fingerprint": fingerprint, "substituted_for": substituted_for},
        environment={
            "semantics": 1,
            "torch": "2.13.0",
            "device": "cpu",
            "dtype": "float32",
            **(environment or {}),
        },
        plan={},
        levels=levels,
        metrics=values,
        steps=steps,
        folder=None if folder is None else Path(folder),
        evaluations=evaluations,
    )


def censored(value: float) -> Value:
    return Value(value=value, censored=True)


def steps(name: str, *values: float | Value) -> list[Record]:
    """Runs of seeds 0, 1, … that finished after so many steps."""
    return [run(name, seed, {"steps_to_finish": v}) for seed, v in enumerate(values)]


def accuracies(name: str, *values: float) -> list[Record]:
    return [run(name, seed, {"final_test_accuracy": v}) for seed, v in enumerate(values)]


def metric(variant: str, name: str = "steps_to_finish") -> MetricOf:
    return MetricOf(name, variant)


def claim(sign: str, left: Expression, right: Expression | float) -> Claim:
    side = Number(right) if isinstance(right, int | float) else right
    return Claim(f"left {sign} right", Compare(sign, left, side))


def times(factor: float, expression: Expression) -> Expression:
    return Arithmetic("*", Number(factor), expression)


RATES = {
    "softmax": (0.05, 55),
    "hebbian": (0.40, 25),
    "raw_write": (0.45, 110),
    "cache": (0.35, 70),
    "softmax_and_cache": (0.25, 40),
    "hebbian_and_cache": (0.42, 24),
}
"""Accuracy on new classes after ten steps, and steps a level takes."""


def curriculum(variant: str, seed: int, limit: int = 2000, **options: Any) -> Record:
    """A run through levels of 30, 40, … 200 classes, with its curves."""
    draw = random.Random(f"{variant} {seed}")
    early, pace = RATES[variant]
    levels: list[Level] = []
    began, classes = 0, 30
    while classes <= 200 and began < limit:
        length = 10 * round(draw.gauss(6 if classes == 30 else pace / 10, 1))
        passed = began + max(10, length)
        levels.append(
            Level(classes=classes, began=began, passed=passed if passed <= limit else None)
        )
        began, classes = passed, classes + 10
    end = min(began, limit)
    finished = levels[-1].passed is not None and levels[-1].classes == 200
    evaluations = []
    for step in range(0, end + 1, 10):
        level = max(i for i, at in enumerate(levels) if at.began <= step)
        binding = []
        for cohort, born in enumerate(levels[1:], start=1):
            age = step - born.began
            if 0 <= age <= 100:
                rise = 1 - math.exp(-age / 40)
                at = 0.01 if age == 0 else min(0.95, early + (0.75 - early) * rise)
                noisy = min(1.0, max(0.0, at + draw.gauss(0, 0.05) * (age > 0)))
                exposures = 64 * age / born.classes
                binding.append(Binding(cohort=cohort, age=age, exposures=exposures, accuracy=noisy))
        evaluations.append(
            Evaluation(
                step=step,
                seconds=step / 90,
                binding=tuple(binding),
                values={
                    "level": level,
                    "classes": levels[level].classes,
                    "train_loss": 2.0,
                    "test_accuracy": 0.6,
                    "newest_accuracy": 0.4,
                    "whole": True,
                },
            )
        )
    aged = {}
    for age in (10, 20, 50):
        found = [b.accuracy for e in evaluations for b in e.binding if b.age == age]
        if found:
            aged[f"newest_accuracy@{age}"] = Value(
                value=sum(found) / len(found), cohorts=len(found)
            )
    return run(
        variant,
        seed,
        {
            "steps_to_finish": Value(value=end, censored=not finished),
            **aged,
            "final_test_accuracy": draw.gauss(0.62, 0.02),
            "levels_passed": sum(level.passed is not None for level in levels),
            "steps_per_second": draw.gauss(90, 3),
            "peak_memory": 4.1e8,
        },
        levels=tuple(levels),
        steps=end,
        evaluations=tuple(evaluations),
        **options,
    )


def experiment(
    seeds: int = 10, variants: tuple[str, ...] = tuple(RATES), **options: Any
) -> list[Record]:
    return [curriculum(name, seed, **options) for name in variants for seed in range(seeds)]
