"""Every metric, declared once: name, unit, when it is defined, how it is compared."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Literal

Split = Literal["train", "validation", "test"]
"""What drawings are for: to train on, for decisions during a run, for its results."""


class Scope(Enum):
    """When a metric has a value."""

    EVALUATION = "at each evaluation"
    RUN = "once, when a run has ended"


class Scale(Enum):
    """How seeds are compared: counts and times by their ratio, shares by their difference."""

    RATIO = "ratio"
    DIFFERENCE = "difference"


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """`needs` names what a curriculum must give for the metric to exist: `levels` (classes are
    added), `finish` (a condition ends it), or nothing; `split` the drawings that it is measured
    on, which the data must have. `of` is the kind of data that has it; None: any. `aged` metrics
    are written `name@k`; `detail` names the metric that one looks closer at; no list of
    suggestions names such. The value of one with `may_be_censored` is a lower bound where a run
    ended before its event came."""

    name: str
    about: str
    unit: str
    scope: Scope
    scale: Scale
    lower_is_better: bool
    needs: str | None = None
    of: Literal["pictures", "text"] | None = None
    split: Split | None = None
    aged: bool = False
    detail: str | None = None
    may_be_censored: bool = False

    @property
    def most(self) -> float:
        """No value is larger."""
        return 1.0 if self.unit == "share" else math.inf

    @property
    def least(self) -> float:
        """No value is smaller."""
        return 1.0 if self.unit == PERPLEXITY else 0.0


PERPLEXITY = "perplexity"
"""A unit: the exponential of nats a token."""

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


def _perplexities() -> Iterator[Metric]:
    """Of each held-out split: of all its words, then of the words of each band."""
    for split in ("validation", "test"):
        said = f"exponential of the mean negative log-likelihood of the {split} text's words"
        whole = Metric(
            name=f"{split}_perplexity",
            about=f"{said}, read as one stream with the best weights",
            unit=PERPLEXITY,
            scope=Scope.RUN,
            scale=Scale.RATIO,
            lower_is_better=True,
            of="text",
            split=split,
        )
        yield whole
        for band, which in BANDS.items():
            name = f"{whole.name}_{band}"
            yield replace(whole, name=name, about=f"{said} {which}", detail=whole.name)


_METRICS = (
    *_perplexities(),
    Metric(
        name="best_validation_step",
        of="text",
        about="optimizer steps after which the validation loss was best: those weights are kept",
        unit="steps",
        scope=Scope.RUN,
        scale=Scale.RATIO,
        lower_is_better=True,
        split="validation",
    ),
    Metric(
        name="tokens_per_second",
        of="text",
        about="words a second of training, evaluations left out",
        unit="1/s",
        scope=Scope.RUN,
        scale=Scale.RATIO,
        lower_is_better=False,
    ),
    Metric(
        name="train_loss",
        of="pictures",
        about="mean cross-entropy of the training batches since the evaluation before",
        unit="nats",
        scope=Scope.EVALUATION,
        scale=Scale.DIFFERENCE,
        lower_is_better=True,
        split="train",
    ),
    Metric(
        name="test_accuracy",
        of="pictures",
        about="share of the test drawings of all classes in play that are classified rightly",
        unit="share",
        scope=Scope.EVALUATION,
        scale=Scale.DIFFERENCE,
        lower_is_better=False,
        split="test",
    ),
    Metric(
        name="newest_accuracy",
        of="pictures",
        about="share of the test drawings of the classes added last that are classified rightly,"
        " among all classes in play",
        unit="share",
        scope=Scope.EVALUATION,
        scale=Scale.DIFFERENCE,
        lower_is_better=False,
        needs="levels",
        split="test",
    ),
    Metric(
        name="validation_accuracy",
        of="pictures",
        about="share of the validation drawings of all classes in play that are classified rightly;"
        " the data must have `validation_drawings`",
        unit="share",
        scope=Scope.EVALUATION,
        scale=Scale.DIFFERENCE,
        lower_is_better=False,
        split="validation",
    ),
    Metric(
        name="newest_validation_accuracy",
        of="pictures",
        about="share of the validation drawings of the classes added last that are classified"
        " rightly, among all classes in play; the data must have `validation_drawings`",
        unit="share",
        scope=Scope.EVALUATION,
        scale=Scale.DIFFERENCE,
        lower_is_better=False,
        needs="levels",
        split="validation",
    ),
    Metric(
        name="newest_accuracy",
        of="pictures",
        about="accuracy on classes k steps after they appeared, averaged over the cohorts that were"
        " added after the first level and lived that long",
        unit="share",
        scope=Scope.RUN,
        scale=Scale.DIFFERENCE,
        lower_is_better=False,
        needs="levels",
        split="test",
        aged=True,
    ),
    Metric(
        name="steps_to_finish",
        of="pictures",
        about="optimizer steps until the last level was passed; a lower bound where it never was",
        unit="steps",
        scope=Scope.RUN,
        scale=Scale.RATIO,
        lower_is_better=True,
        needs="finish",
        may_be_censored=True,
    ),
    Metric(
        name="final_test_accuracy",
        of="pictures",
        about="test accuracy at the last evaluation",
        unit="share",
        scope=Scope.RUN,
        scale=Scale.DIFFERENCE,
        lower_is_better=False,
        split="test",
    ),
    Metric(
        name="final_validation_accuracy",
        of="pictures",
        about="validation accuracy at the last evaluation; the data must have"
        " `validation_drawings`",
        unit="share",
        scope=Scope.RUN,
        scale=Scale.DIFFERENCE,
        lower_is_better=False,
        split="validation",
    ),
    Metric(
        name="levels_passed",
        of="pictures",
        about="levels of the curriculum that were passed",
        unit="levels",
        scope=Scope.RUN,
        scale=Scale.DIFFERENCE,
        lower_is_better=False,
        needs="finish",
    ),
    Metric(
        name="steps_per_second",
        about="optimizer steps a second of training, evaluations left out",
        unit="1/s",
        scope=Scope.RUN,
        scale=Scale.RATIO,
        lower_is_better=False,
    ),
    Metric(
        name="predictions_per_second",
        about="words of the test text predicted a second, read as one stream; or held-out drawings,"
        " by the best of several short passes",
        unit="1/s",
        scope=Scope.RUN,
        scale=Scale.RATIO,
        lower_is_better=False,
    ),
    Metric(
        name="memory_at_test",
        about="memory that testing takes beside the data, as planned: weights, counters, what is"
        " remembered, and what adaptations keep",
        unit="bytes",
        scope=Scope.RUN,
        scale=Scale.RATIO,
        lower_is_better=True,
    ),
    Metric(
        name="peak_memory",
        about="most memory that the process (on a GPU: the device) held",
        unit="bytes",
        scope=Scope.RUN,
        scale=Scale.RATIO,
        lower_is_better=True,
    ),
)

EVALUATION_METRICS = {m.name: m for m in _METRICS if m.scope is Scope.EVALUATION}
"""What a condition may speak of."""

RUN_METRICS = {m.name: m for m in _METRICS if m.scope is Scope.RUN}
"""What a claim may speak of."""


def run_metric(name: str) -> tuple[Metric, int | None] | None:
    """The metric that `name` or `name@k` stands for, with k; None: there is none of that form."""
    stem, at, age = name.partition("@")
    metric = RUN_METRICS.get(stem)
    if metric is None or metric.aged != bool(at) or (at and not age.isdigit()):
        return None
    return metric, int(age) if at else None
