"""A run of classification: batches of the classes in play, levels passed, accuracy measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.expression.metrics import HELD_OUT, accuracy_of, final_accuracy_of
from hebbdsl.parts.reporter import Reporter
from hebbdsl.program.classification.evaluation import (
    StoredExamples,
    accuracy_by_class,
    over_examples,
    predictions_per_second,
    remember_training,
)
from hebbdsl.program.classification.program import ClassificationProgram
from hebbdsl.program.program import Program
from hebbdsl.program.test_time import Predictor
from hebbdsl.program.tuning import tune
from hebbdsl.run.classification.curriculum_state import CurriculumState
from hebbdsl.run.classification.evaluation import Assessment, assess
from hebbdsl.run.loop import Measured, Run
from hebbdsl.run.monitor import Monitor
from hebbdsl.run.problems import AlteredRecord
from hebbdsl.run.record import Level, Record, Value
from hebbdsl.run.state import RunState

_MOST_DRAWN = 1_000
"""Steps whose batches are drawn and held at once: rare evaluations cost no memory."""


@dataclass(kw_only=True, slots=True)
class ClassificationState(RunState):
    """What the host knows of a run.

    Attributes:
        began: steps done when each level began.
        passed: of each level that has ended, steps done when it was passed; None: a clock ended it.
        exposures: how often each class stood in the batches.
        binding, cohorts: by age of added classes the sum of their accuracies, and of how many
            cohorts. Ages are texts, as names in JSON are.
        accuracies: of the last evaluation, by name.
    """

    began: list[int] = field(default_factory=lambda: [0])
    passed: list[int | None] = field(default_factory=list)
    exposures: Int[np.ndarray, " classes"]
    binding: dict[str, float] = field(default_factory=dict)
    cohorts: dict[str, int] = field(default_factory=dict)
    accuracies: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "exposures": self.exposures.tolist()}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        return cls(**{**body, "exposures": np.array(body["exposures"], dtype=np.int64)})


class ClassificationRun(Run):
    """A run of classification under way."""

    states: ClassVar[type[RunState]] = ClassificationState
    program: ClassificationProgram
    state: ClassificationState

    def __init__(
        self, program: Program, state: RunState | None = None, carried: tuple[Tensor, ...] = ()
    ) -> None:
        assert isinstance(program, ClassificationProgram), program
        levels = program.plan.levels
        if state is None:
            state = ClassificationState(exposures=np.zeros(levels[-1], dtype=np.int64))
        assert isinstance(state, ClassificationState), state
        self.program, self.state, self.carried = program, state, carried
        self._condition = program.plan.curriculum.passes
        self._curriculum = CurriculumState(
            levels, program.plan.level_limits, state.began, state.passed
        )
        self._speed: float | None = None
        """Examples predicted a second, by the weights at the end."""

    @property
    def steps(self) -> int:
        return self.program.plan.steps

    @property
    def evaluate_every(self) -> int:
        return self.program.plan.evaluate_every

    @property
    def next_evaluation(self) -> int:
        due = self._curriculum.next_evaluation(self.state.step, self.evaluate_every)
        return min(due, self.steps)

    @property
    def steps_at_once(self) -> int:
        return _MOST_DRAWN

    @property
    def ended(self) -> bool:
        return self._curriculum.ended or self.state.step >= self.steps

    @property
    def best(self) -> bool:
        """The last ones are kept."""
        return self.ended

    def train(self, statistics: Float[Tensor, "steps statistics"]) -> None:
        program, step, play = self.program, self.state.step, self._curriculum.in_play
        batches = program.draw(step, len(statistics), play)
        program.train(step, batches, play, statistics)
        self.state.exposures[: play.classes] += batches.exposures

    def evaluate(self, loss: float, monitor: Monitor) -> Measured:
        """Accuracies, and a level passed where they meet the condition, or ended by its clock."""
        state = self.state
        found = self._assess(whole=state.step >= self.steps)
        passed = self._passes(loss, found)
        if passed and not found.whole:
            found = self._assess(whole=True)
            passed = self._passes(loss, found)
        for one in found.binding:
            age = str(one.age)
            state.binding[age] = state.binding.get(age, 0.0) + one.accuracy
            state.cohorts[age] = state.cohorts.get(age, 0) + 1
        state.accuracies = dict(found.accuracies)
        values = {**self._values(loss, found), "whole": found.whole}
        if passed:
            self._curriculum.pass_level(state.step)
        else:
            self._curriculum.check_clock(state.step)
        return values, found.binding

    def _assess(self, whole: bool) -> Assessment:
        state = self.state
        return assess(self.program, self._curriculum, state.step, state.exposures, whole=whole)

    def _passes(self, loss: float, found: Assessment) -> bool:
        if self._condition is None:
            return False
        return self._condition.holds(self._values(loss, found))

    def _values(self, loss: float, found: Assessment) -> dict[str, float]:
        """The metrics that a condition may speak of."""
        return {
            "level": self._curriculum.level,
            "classes": self._curriculum.in_play.classes,
            "train_loss": loss,
            "learning_rate": self.program.learning_rate,
            **found.accuracies,
        }

    def conclude(self, monitor: Monitor) -> None:
        """The last evaluation was of all; how long a prediction takes is measured by itself."""
        self._speed = predictions_per_second(self.program, self._curriculum.in_play.classes)

    def evaluate_trained(
        self, at: Predictor, parent: Record, reporter: Reporter, monitor: Monitor
    ) -> Mapping[str, Value]:
        program, in_play = self.program, parent.levels[-1].classes
        if in_play > program.plan.levels[-1]:
            place = str(parent.folder)
            reason = f"its curriculum has no {in_play:,} classes"
            raise Rejected([AlteredRecord(place=place, reason=reason)])
        remember_training(program, at, in_play)
        if program.setup.evaluation.tunes:
            tune(at, StoredExamples(program, at, in_play))
        found = accuracy_by_class(program, range(in_play), in_play, at.output)
        speed = predictions_per_second(program, in_play, at.output)
        metrics = {
            final_accuracy_of(split): Value(
                value=over_examples(shares, program.examples[split].counts[:in_play])
            )
            for split, shares in found.items()
        }
        return metrics | {"predictions_per_second": Value(value=speed)}

    @property
    def levels(self) -> tuple[Level, ...]:
        return self._curriculum.history()

    def data(self) -> Mapping[str, Any]:
        return {"classes": list(self.program.chosen)}

    def metrics(self) -> dict[str, Value]:
        curriculum, metrics = self._curriculum, dict[str, Value]()
        if self._condition is not None:
            metrics["steps_to_finish"] = Value(
                value=self.state.step, censored=not curriculum.finished
            )
            passed = sum(level.passed is not None for level in curriculum.history())
            metrics["levels_passed"] = Value(value=passed)
        for age in sorted(self.state.cohorts, key=int):
            cohorts = self.state.cohorts[age]
            mean = self.state.binding[age] / cohorts
            metrics[f"newest_accuracy@{age}"] = Value(value=mean, cohorts=cohorts)
        for split in HELD_OUT:
            if (accuracy := self.state.accuracies.get(accuracy_of(split))) is not None:
                metrics[final_accuracy_of(split)] = Value(value=accuracy)
        if self._speed is not None:
            metrics["predictions_per_second"] = Value(value=self._speed)
        return metrics
