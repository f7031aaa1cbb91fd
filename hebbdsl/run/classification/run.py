"""A run on pictures: batches of the classes in play, levels passed, accuracy measured."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from hebbdsl.expression.metrics import HELD_OUT, accuracy_of, final_accuracy_of
from hebbdsl.program.classification.evaluation import predictions_per_second
from hebbdsl.program.classification.program import ClassificationProgram
from hebbdsl.run.classification.curriculum_state import CurriculumState
from hebbdsl.run.classification.evaluation import Assessment, assess
from hebbdsl.run.monitor import Monitor
from hebbdsl.run.peak_memory import peak_memory
from hebbdsl.run.record import Evaluation, Level, Value
from hebbdsl.run.step_statistics import finite

_MOST_DRAWN = 1_000
"""Steps whose batches are drawn and held at once: rare evaluations cost no memory."""


class ClassificationRun:
    """A run on pictures under way: what is counted on the host between evaluations."""

    def __init__(self, program: ClassificationProgram) -> None:
        self._program = program
        self._condition = program.plan.curriculum.passes
        self._course = CurriculumState(program.plan.levels)
        self.step = 0
        self._seconds = 0.0
        self._exposures = np.zeros(program.plan.levels[-1], dtype=np.int64)
        self._binding: defaultdict[int, list[float]] = defaultdict(list)
        self._last: Assessment | None = None
        self._speed: float | None = None
        """Drawings predicted a second, by the weights at the end."""

    @property
    def ended(self) -> bool:
        return self._course.finished or self.step >= self._program.plan.steps

    @property
    def best(self) -> bool:
        """The last ones are kept."""
        return self.ended

    def advance(self, monitor: Monitor) -> Evaluation:
        """Train up to the next evaluation, evaluate, and move on in the curriculum."""
        started = time.perf_counter()
        try:
            loss = self._train(monitor)
        finally:
            self._seconds += time.perf_counter() - started
        course = self._course
        last = self.step >= self._program.plan.steps
        found = self._assess(whole=last)
        passed = self._passes(loss, found)
        if passed and not found.whole:
            found = self._assess(whole=True)
            passed = self._passes(loss, found)
        for one in found.binding:
            self._binding[one.age].append(one.accuracy)
        self._last = found
        evaluation = Evaluation(
            step=self.step,
            seconds=round(self._seconds, 3),
            values={**self._values(loss, found), "whole": found.whole},
            binding=found.binding,
        )
        if passed:
            course.pass_level(self.step)
        return evaluation

    def _train(self, monitor: Monitor) -> float:
        """Steps up to the next evaluation. Returns their mean loss. Raises: NotFiniteAt."""
        every = self._program.plan.evaluate_every
        end = min(self.step + every - self.step % every, self._program.plan.steps)
        losses = []
        while self.step < end:
            losses.append(self._train_on(min(end - self.step, _MOST_DRAWN)))
            if self.step < end:
                monitor.trained(self.step, float(losses[-1][-1]))
        return float(torch.cat(losses).mean())

    def _train_on(self, count: int) -> Tensor:
        """The losses of the next `count` steps, on the host. Raises: NotFiniteAt."""
        program, play = self._program, self._course.in_play
        statistics = torch.empty(count, len(program.update.statistic_names), device=program.device)
        batches = program.draw(self.step, count, play)
        program.train(self.step, batches, play, statistics)
        self._exposures[: play.classes] += batches.exposures
        seen = finite(program.update, statistics, self.step)
        self.step += count
        return seen[:, 0]

    def _assess(self, whole: bool) -> Assessment:
        return assess(self._program, self._course, self.step, self._exposures, whole=whole)

    def _passes(self, loss: float, found: Assessment) -> bool:
        if self._condition is None:
            return False
        return self._condition.holds(self._values(loss, found))

    def _values(self, loss: float, found: Assessment) -> dict[str, float]:
        """The metrics that a condition may speak of."""
        return {
            "level": self._course.level,
            "classes": self._course.in_play.classes,
            "train_loss": loss,
            "learning_rate": self._program.learning_rate,
            **found.accuracies,
        }

    def conclude(self, monitor: Monitor) -> None:
        """The last evaluation was of all; how long a prediction takes is measured by itself."""
        self._speed = predictions_per_second(self._program, self._course.in_play.classes)

    @property
    def levels(self) -> tuple[Level, ...]:
        return self._course.history()

    def data(self) -> Mapping[str, Any]:
        """What the record says of the data beside its word and origin."""
        program, content = self._program, self._program.content
        turns = [f"@{90 * one.quarter_turns}" * bool(one.quarter_turns) for one in program.chosen]
        names = [content.names[one.index] for one in program.chosen]
        return {"classes": [name + turn for name, turn in zip(names, turns, strict=True)]}

    def metrics(self) -> dict[str, Value]:
        course, metrics = self._course, dict[str, Value]()
        if self._condition is not None:
            metrics["steps_to_finish"] = Value(value=self.step, censored=not course.finished)
            passed = sum(level.passed is not None for level in course.history())
            metrics["levels_passed"] = Value(value=passed)
        for age in sorted(self._binding):
            values = self._binding[age]
            mean = sum(values) / len(values)
            metrics[f"newest_accuracy@{age}"] = Value(value=mean, cohorts=len(values))
        found = {} if self._last is None else self._last.accuracies
        for split in HELD_OUT:
            if (accuracy := found.get(accuracy_of(split))) is not None:
                metrics[final_accuracy_of(split)] = Value(value=accuracy)
        if self._speed is not None:
            metrics["predictions_per_second"] = Value(value=self._speed)
        if self.step:
            metrics["steps_per_second"] = Value(value=self.step / self._seconds)
            metrics["peak_memory"] = Value(value=peak_memory(self._program.device))
        return metrics
