"""Every metric, declared once.

What lists, checks, stores, formats or draws metrics asks the declarations; a run computes values
under their names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hebbdsl.expression.metric import Metric, Scope, Split, Unit
from hebbdsl.tasks import CLASSIFICATION, LANGUAGE

HELD_OUT: tuple[Split, ...] = ("validation", "test")

FREQUENCIES = {
    "above_10k": (10_001, None),
    "1k_to_10k": (1_000, 10_000),
    "100_to_1k": (100, 999),
    "below_100": (0, 99),
}
"""Bands of words by their count in train, both ends included; None: no end."""
QUARTERS = ("most frequent", "second most frequent", "third most frequent", "rarest")
"""Bands of equally many words, in the order of ids."""


def _counted(least: int, most: int | None) -> str:
    if most is None:
        return f"more than {least - 1:,} times"
    return f"{least:,} to {most:,} times" if least else f"less than {most + 1:,} times"


BANDS = {
    **{name: f"that stand {_counted(*ends)} in train" for name, ends in FREQUENCIES.items()},
    **{
        f"quarter_{number}": f"of the {which} quarter of the vocabulary"
        for number, which in enumerate(QUARTERS, start=1)
    },
}
"""What each band is, by what ends the name of its metric."""

AGES = (10, 20)
"""Of metrics that are written `name@k`: the k that are shown, beside those claimed."""


def perplexity_of(split: Split, band: str | None = None) -> str:
    """The name of the metric: of all words of a held-out text, or of those of a band."""
    return f"{split}_perplexity" if band is None else f"{split}_perplexity_{band}"


def final_accuracy_of(split: Split) -> str:
    """The name of the metric: accuracy on a held-out split when a run has ended."""
    return f"final_{split}_accuracy"


def accuracy_of(split: Split, newest: bool = False) -> str:
    """The name of the metric of evaluations: on all classes in play, or on those added last."""
    if newest:
        return "newest_accuracy" if split == "test" else f"newest_{split}_accuracy"
    return f"{split}_accuracy"


def _perplexities() -> Iterator[Metric]:
    """Of each held-out split: of all its words, then of the words of each band."""
    for split in HELD_OUT:
        said = f"exponential of the mean negative log-likelihood of the {split} text's words"
        whole = Metric(
            name=perplexity_of(split),
            about=f"{said}, read as one stream with the best weights",
            unit=Unit.PERPLEXITY,
            scope=Scope.RUN,
            of=LANGUAGE,
            split=split,
            summary=f"{split} perplexity: {{}}",
        )
        yield whole
        for band, which in BANDS.items():
            yield replace(
                whole,
                name=perplexity_of(split, band),
                about=f"{said} {which}",
                detail=whole.name,
                summary=None,
            )


_OF_EVALUATIONS = (
    Metric(
        name="level",
        about="levels of the curriculum that were passed before it",
        unit=Unit.LEVEL,
        scope=Scope.EVALUATION,
        of=CLASSIFICATION,
        progress="level",
    ),
    Metric(
        name="classes",
        about="classes in play",
        unit=Unit.CLASSES,
        scope=Scope.EVALUATION,
        of=CLASSIFICATION,
        progress="classes",
    ),
    Metric(
        name="epoch",
        about="how often the training text was read, a fraction where it is amid one",
        unit=Unit.EPOCHS,
        scope=Scope.EVALUATION,
        of=LANGUAGE,
        progress="epoch",
    ),
    Metric(
        name="tokens",
        about="words trained on so far, repeats counted",
        unit=Unit.TOKENS,
        scope=Scope.EVALUATION,
        of=LANGUAGE,
    ),
    Metric(
        name="train_loss",
        about="mean cross-entropy of the training batches since the evaluation before",
        unit=Unit.NATS,
        scope=Scope.EVALUATION,
        split="train",
    ),
    Metric(
        name="test_accuracy",
        of=CLASSIFICATION,
        about="share of the test examples of all classes in play that are classified rightly",
        unit=Unit.SHARE,
        scope=Scope.EVALUATION,
        split="test",
        progress="accuracy",
    ),
    Metric(
        name="newest_accuracy",
        of=CLASSIFICATION,
        about="share of the test examples of the classes added last that are classified rightly,"
        " among all classes in play",
        unit=Unit.SHARE,
        scope=Scope.EVALUATION,
        needs="levels",
        split="test",
        progress="newest",
    ),
    Metric(
        name="validation_accuracy",
        of=CLASSIFICATION,
        about="share of the validation examples of all classes in play that are classified rightly;"
        " the data must have a validation split",
        unit=Unit.SHARE,
        scope=Scope.EVALUATION,
        split="validation",
        optional=True,
        progress="validation",
    ),
    Metric(
        name="newest_validation_accuracy",
        of=CLASSIFICATION,
        about="share of the validation examples of the classes added last that are classified"
        " rightly, among all classes in play; the data must have a validation split",
        unit=Unit.SHARE,
        scope=Scope.EVALUATION,
        needs="levels",
        split="validation",
        optional=True,
    ),
    Metric(
        name="validation_loss",
        of=LANGUAGE,
        about="mean negative log-likelihood of the validation text's words",
        unit=Unit.NATS,
        scope=Scope.EVALUATION,
        split="validation",
        progress="validation perplexity",
        plotted="Validation loss while learning",
    ),
    Metric(
        name="learning_rate",
        about="learning rate of the last step before it, the schedule's factor included",
        unit=Unit.RATE,
        scope=Scope.EVALUATION,
        optional=True,  # the first records do not have it
    ),
    Metric(
        name="whole",
        about="whether every class in play was looked at",
        unit=Unit.FLAG,
        scope=Scope.EVALUATION,
        of=CLASSIFICATION,
    ),
    Metric(
        name="best",
        about="whether no evaluation before it had a lower validation loss",
        unit=Unit.FLAG,
        scope=Scope.EVALUATION,
        of=LANGUAGE,
        progress="best",
    ),
)

_OF_RUNS = (
    # What a run comes to stands first, and how it got there after it.
    Metric(
        name="steps_to_finish",
        of=CLASSIFICATION,
        about="optimizer steps until the last level was passed; a lower bound where it never was",
        unit=Unit.STEPS,
        scope=Scope.RUN,
        needs="finish",
        may_be_censored=True,
        summary="steps to finish: {}",
    ),
    Metric(
        name="newest_accuracy",
        of=CLASSIFICATION,
        about="accuracy on classes k steps after they appeared, averaged over the cohorts that were"
        " added after the first level and lived that long",
        unit=Unit.SHARE,
        scope=Scope.RUN,
        needs="levels",
        split="test",
        aged=True,
        summary="accuracy on new classes {age} steps after they appear: {} (mean of {cohorts}"
        " cohorts)",
    ),
    Metric(
        name=final_accuracy_of("test"),
        of=CLASSIFICATION,
        about="test accuracy at the last evaluation",
        unit=Unit.SHARE,
        scope=Scope.RUN,
        split="test",
        aggregates=(accuracy_of("test"), "last"),
        summary="test accuracy at the end: {}",
    ),
    Metric(
        name=final_accuracy_of("validation"),
        of=CLASSIFICATION,
        about="validation accuracy at the last evaluation; the data must have a validation split",
        unit=Unit.SHARE,
        scope=Scope.RUN,
        split="validation",
        aggregates=(accuracy_of("validation"), "last"),
        summary="validation accuracy at the end: {}",
    ),
    Metric(
        name="final_train_loss",
        about="train loss at the last evaluation",
        unit=Unit.NATS,
        scope=Scope.RUN,
        split="train",
        aggregates=("train_loss", "last"),
        shown="claimed",
    ),
    Metric(
        name="best_validation_loss",
        of=LANGUAGE,
        about="lowest validation loss of all evaluations",
        unit=Unit.NATS,
        scope=Scope.RUN,
        split="validation",
        aggregates=("validation_loss", "lowest"),
        shown="claimed",
    ),
    Metric(
        name="levels_passed",
        of=CLASSIFICATION,
        about="levels of the curriculum that were passed",
        unit=Unit.LEVELS,
        scope=Scope.RUN,
        needs="finish",
        tested=False,
        shown="censored",
    ),
    Metric(
        name="best_validation_step",
        of=LANGUAGE,
        about="optimizer steps after which the validation loss was best: those weights are kept",
        unit=Unit.STEPS,
        scope=Scope.RUN,
        split="validation",
        tested=False,
    ),
    Metric(
        name="steps_per_second",
        about="optimizer steps a second of training, evaluations left out",
        unit=Unit.PER_SECOND,
        scope=Scope.RUN,
        cost="training",
        summary="speed: {} steps/s of training",
    ),
    Metric(
        name="tokens_per_second",
        of=LANGUAGE,
        about="words a second of training, evaluations left out",
        unit=Unit.PER_SECOND,
        scope=Scope.RUN,
        cost="training",
        summary="speed: {} words/s of training",
    ),
    Metric(
        name="memory_at_test",
        about="memory that testing takes beside the data, as planned: weights, counters, what is"
        " remembered, and what adaptations keep",
        unit=Unit.BYTES,
        scope=Scope.RUN,
        cost="test",
        heading="memory",
    ),
    Metric(
        name="predictions_per_second",
        about="words of the test text predicted a second, read as one stream; or held-out examples,"
        " by the best of several short passes",
        unit=Unit.PER_SECOND,
        scope=Scope.RUN,
        cost="test",
        heading="a prediction",
    ),
    Metric(
        name="peak_memory",
        about="most memory that the process (on a GPU: the device) held",
        unit=Unit.BYTES,
        scope=Scope.RUN,
        cost="training",
    ),
    *_perplexities(),
)

EVALUATION_VALUES = {metric.name: metric for metric in _OF_EVALUATIONS}
"""What an evaluation holds."""

EVALUATION_METRICS = {m.name: m for m in _OF_EVALUATIONS if m.unit is not Unit.FLAG}
"""What a condition may speak of."""

RUN_METRICS = {metric.name: metric for metric in _OF_RUNS}
"""What a claim may speak of."""


def run_metric(name: str) -> tuple[Metric, int | None] | None:
    """The metric that `name` or `name@k` stands for, with k; None: there is none of that form."""
    stem, at, age = name.partition("@")
    metric = RUN_METRICS.get(stem)
    if metric is None or metric.aged != bool(at) or (at and not age.isdigit()):
        return None
    return metric, int(age) if at else None
