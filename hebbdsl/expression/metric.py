"""What is declared of a metric: name, unit, when and where it is defined, how it is compared.

The unit decides how values are compared, which way is better, and their limits.
"""

from __future__ import annotations

import math
from enum import Enum, StrEnum
from typing import Literal

from hebbdsl.frozen import frozen
from hebbdsl.tasks import Task

Split = Literal["train", "validation", "test"]
"""What examples are for: to train on, for decisions during a run, for its results."""


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


@frozen(kw_only=True)
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
