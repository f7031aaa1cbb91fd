"""Every metric, declared once: name, unit, when and where it is defined, how it is compared.

What lists, checks, stores, formats or draws metrics asks the declarations; a run computes values
under their names. The unit decides how values are compared, which way is better, and their limits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from typing import Literal

from hebbdsl.tasks import CLASSIFICATION, LANGUAGE, Task

Split = Literal["train", "validation", "test"]
"""What examples are for: to train on, for decisions during a run, for its results."""
HELD_OUT: tuple[Split, ...] = ("validation", "test")


class Scope(Enum):
    """When a metric has a value."""

    EVALUATION = "at each evaluation"
    RUN = "once, when a run has ended"


class Scale(Enum):
    """How seeds are compared: counts and times by their ratio, shares by their difference."""

    RATIO = "ratio"
    DIFFERENCE = "difference"


_LOWER, _HIGHER = True, False
_EXACT = 2**53
"""Whole numbers up to here are exact as doubles, and so in JSON."""
_MOST = 2**63


class Unit(StrEnum):
    """What a metric counts.

    Attributes:
        scale: on which seeds are compared.
        lower_is_better: which way is better.
        minimum: of the values in a file, with room for rounding: a loss of nothing may be a little
            less.
        maximum: of the values in a file; float32 holds no loss that is larger. None: any.
        whole: values are whole numbers.
    """

    scale: Scale
    lower_is_better: bool
    minimum: float
    maximum: float | None
    whole: bool

    def __new__(
        cls,
        name: str,
        scale: Scale,
        lower: bool,
        minimum: float = 0,
        maximum: float | None = None,
        whole: bool = False,
    ) -> Unit:
        unit = str.__new__(cls, name)
        unit._value_ = name
        unit.scale, unit.lower_is_better = scale, lower
        unit.minimum, unit.maximum, unit.whole = minimum, maximum, whole
        return unit

    SHARE = "share", Scale.DIFFERENCE, _HIGHER, 0, 1
    NATS = "nats", Scale.DIFFERENCE, _LOWER, -1, 3.5e38
    PERPLEXITY = "perplexity", Scale.RATIO, _LOWER, 0.999
    """The exponential of nats a token."""
    STEPS = "steps", Scale.RATIO, _LOWER, 0, _EXACT
    LEVELS = "levels", Scale.DIFFERENCE, _HIGHER
    BYTES = "bytes", Scale.RATIO, _LOWER, 0, _MOST
    PER_SECOND = "1/s", Scale.RATIO, _HIGHER, 0, _MOST
    LEVEL = "level", Scale.DIFFERENCE, _HIGHER, 0, _EXACT, True
    CLASSES = "classes", Scale.RATIO, _HIGHER, 1, _EXACT, True
    TOKENS = "tokens", Scale.RATIO, _HIGHER, 0, _EXACT, True
    EPOCHS = "epochs", Scale.RATIO, _HIGHER, 0, _MOST
    RATE = "learning rate", Scale.RATIO, _LOWER
    FLAG = "yes or no", Scale.DIFFERENCE, _HIGHER, 0, 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """What is known of a metric before any run.

    Attributes:
        needs: what a curriculum must give for it to exist: `levels` (classes are added), `finish`
            (a condition ends it), or nothing.
        of: the kind of data that has it; None: any.
        split: the examples that it is measured on, which the data must have.
        aged: it is written `name@k`.
        detail: the metric that it looks closer at; no list of suggestions names such.
        may_be_censored: its value is a lower bound where a run ended before its event came.
        tested: variants are set against each other in it, else it is shown for information.
        cost: what it is a cost of. Costs are never tested, and no held-out data is read for them.
        aggregates: the metric of evaluations that it is a value of, and which one: that of the last
            evaluation, or the lowest.
        shown: when a comparison has a column for it: where it was `recorded`, only where some value
            is `censored` (or it is claimed), or only where it is `claimed`.
        optional: an evaluation of its kind of data may lack it.
        progress: its name in a line of progress; None: it is not in it.
        heading: its name in the table of what testing costs.
        summary: the line of a run's summary, `{}` the value; of aged ones with `{age}` and
            `{cohorts}`. None: it is not in it.
        plotted: the title of the figure of its curve; None: no figure of it is drawn.
    """

    name: str
    about: str
    unit: Unit
    scope: Scope
    needs: Literal["levels", "finish"] | None = None
    of: Task | None = None
    split: Split | None = None
    aged: bool = False
    detail: str | None = None
    may_be_censored: bool = False
    tested: bool = True
    cost: Literal["training", "test"] | None = None
    aggregates: tuple[str, Literal["last", "lowest"]] | None = None
    shown: Literal["recorded", "censored", "claimed"] = "recorded"
    optional: bool = False
    progress: str | None = None
    heading: str | None = None
    summary: str | None = None
    plotted: str | None = None

    @property
    def scale(self) -> Scale:
        return self.unit.scale

    @property
    def lower_is_better(self) -> bool:
        return self.unit.lower_is_better

    @property
    def most(self) -> float:
        """No value is larger."""
        return 1.0 if self.unit is Unit.SHARE else math.inf

    @property
    def least(self) -> float:
        """No value is smaller."""
        return 1.0 if self.unit is Unit.PERPLEXITY else 0.0


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
        about="share of the test drawings of all classes in play that are classified rightly",
        unit=Unit.SHARE,
        scope=Scope.EVALUATION,
        split="test",
        progress="accuracy",
    ),
    Metric(
        name="newest_accuracy",
        of=CLASSIFICATION,
        about="share of the test drawings of the classes added last that are classified rightly,"
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
        about="share of the validation drawings of all classes in play that are classified rightly;"
        " the data must have `validation_drawings`",
        unit=Unit.SHARE,
        scope=Scope.EVALUATION,
        split="validation",
        optional=True,
        progress="validation",
    ),
    Metric(
        name="newest_validation_accuracy",
        of=CLASSIFICATION,
        about="share of the validation drawings of the classes added last that are classified"
        " rightly, among all classes in play; the data must have `validation_drawings`",
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
        about="validation accuracy at the last evaluation; the data must have"
        " `validation_drawings`",
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
        about="words of the test text predicted a second, read as one stream; or held-out drawings,"
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
