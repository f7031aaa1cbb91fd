"""Stage 6: the loop, from the first step to the record."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from hebbdsl import __version__
from hebbdsl.program.identity import SEMANTICS
from hebbdsl.program.program import Program
from hebbdsl.run.assessment import Assessment, assess
from hebbdsl.run.course import Course
from hebbdsl.run.memory import forget_peak, peak_memory
from hebbdsl.run.monitor import Monitor
from hebbdsl.run.record import Evaluation, Record, Value
from hebbdsl.run.store import RunFolder
from hebbdsl.spec.canonical import plain

_MOST_DRAWN = 1_000
"""Steps whose batches are drawn and held at once: rare evaluations cost no memory."""


def execute(program: Program, folder: RunFolder, monitor: Monitor) -> Record:
    """Train until the curriculum is finished or the steps are used up, and write the record.

    The host waits for the device once an evaluation (and once in 1,000 steps), where it also learns
    whether a loss, gradient or written row was not finite.

    A number that was not finite gives a record with status `failed`.

    Raises:
        KeyboardInterrupt: passed on, after a record with status `interrupted` has been written.
    """
    run = _Run(program)
    folder.begin(plain(program.setup))
    forget_peak(program.device)
    status, failure = "finished", None
    try:
        while not run.ended:
            evaluation = run.advance()
            folder.append(evaluation)
            monitor.evaluated(evaluation)
        folder.save_weights(program.weights())
    except _NotFiniteAt as found:
        status, failure = "failed", {"step": found.step, "tensor": found.tensor}
    except KeyboardInterrupt:
        folder.finish(run.record("interrupted", None))
        raise
    folder.finish(run.record(status, failure))
    record = folder.read()
    assert record is not None, "the record was just written"
    return record


class _NotFiniteAt(Exception):
    def __init__(self, step: int, tensor: str) -> None:
        self.step, self.tensor = step, tensor
        super().__init__(f"{tensor} at step {step}")


class _Run:
    """A run under way: what is counted on the host between evaluations."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._training = program.setup.training
        self._condition = program.setup.curriculum.passes
        self._course = Course(program.plan.levels)
        self._step = 0
        self._seconds = 0.0
        self._exposures = np.zeros(program.plan.levels[-1], dtype=np.int64)
        self._binding: defaultdict[int, list[float]] = defaultdict(list)
        self._last: Assessment | None = None

    @property
    def ended(self) -> bool:
        return self._course.finished or self._step >= self._training.steps

    def advance(self) -> Evaluation:
        """Train up to the next evaluation, evaluate, and move on in the curriculum."""
        started = time.perf_counter()
        loss = self._train()
        self._seconds += time.perf_counter() - started
        course, level = self._course, self._course.level
        last = self._step >= self._training.steps
        found = assess(self._program, course, self._step, self._exposures, whole=last)
        passed = self._passes(loss, found)
        if passed and not found.whole:
            found = assess(self._program, course, self._step, self._exposures, whole=True)
            passed = self._passes(loss, found)
        for one in found.binding:
            self._binding[one.age].append(one.accuracy)
        self._last = found
        evaluation = Evaluation(
            step=self._step,
            level=level,
            classes=course.in_play.classes,
            train_loss=loss,
            test_accuracy=found.test_accuracy,
            newest_accuracy=found.newest_accuracy,
            validation_accuracy=found.validation_accuracy,
            newest_validation_accuracy=found.newest_validation_accuracy,
            whole=found.whole,
            seconds=round(self._seconds, 3),
            binding=found.binding,
        )
        if passed:
            course.pass_level(self._step)
        return evaluation

    def _train(self) -> float:
        """Steps up to the next evaluation. Returns their mean loss. Raises: _NotFiniteAt."""
        every = self._training.evaluate_every
        end = min(self._step + every - self._step % every, self._training.steps)
        losses = []
        while self._step < end:
            losses.append(self._train_on(min(end - self._step, _MOST_DRAWN)))
        return float(torch.cat(losses).mean())

    def _train_on(self, count: int) -> Tensor:
        """The losses of the next `count` steps, on the host. Raises: _NotFiniteAt."""
        program, play = self._program, self._course.in_play
        watch = torch.empty(count, len(program.step.watched), device=program.device)
        batches = program.draw(self._step, count, play)
        program.train(self._step, batches, play, watch)
        self._exposures[: play.classes] += batches.exposures
        seen = watch.cpu()
        bad = (~torch.isfinite(seen)).nonzero()
        if len(bad):
            row, column = bad[0].tolist()
            raise _NotFiniteAt(self._step + row + 1, program.step.watched[column])
        if (name := program.step.first_bad_parameter()) is not None:
            raise _NotFiniteAt(self._step + count, name)
        self._step += count
        return seen[:, 0]

    def _passes(self, loss: float, found: Assessment) -> bool:
        if self._condition is None:
            return False
        values = {
            "train_loss": loss,
            "test_accuracy": found.test_accuracy,
            "newest_accuracy": found.newest_accuracy,
            "validation_accuracy": found.validation_accuracy,
            "newest_validation_accuracy": found.newest_validation_accuracy,
        }
        return self._condition.holds({n: value for n, value in values.items() if value is not None})

    def record(self, status: str, failure: Mapping[str, Any] | None) -> Record:
        program, opened = self._program, self._program.opened
        content = opened.content
        return Record(
            experiment=program.experiment,
            variant=program.variant,
            seed=program.seed,
            identity=program.identity,
            status=status,
            setup=plain(program.setup, deciding_only=True),
            data={
                "word": content.word,
                "fingerprint": content.fingerprint,
                "origin": content.origin,
                "substituted_for": opened.substituted_for,
                "classes": [
                    content.names[one.index]
                    + f"@{90 * one.quarter_turns}" * bool(one.quarter_turns)
                    for one in program.chosen
                ],
            },
            environment={
                "semantics": SEMANTICS,
                "hebbdsl": __version__,
                "torch": torch.__version__,
                "device": _device_name(program.device),
                "dtype": self._training.precision,
                "threads": torch.get_num_threads(),
            },
            plan={"parameters": program.plan.parameters, "counters": program.plan.counters},
            levels=self._course.history(),
            metrics=self._metrics(),
            steps=self._step,
            failure=failure,
        )

    def _metrics(self) -> dict[str, Value]:
        course, metrics = self._course, dict[str, Value]()
        if self._condition is not None:
            metrics["steps_to_finish"] = Value(value=self._step, censored=not course.finished)
            passed = sum(level.passed is not None for level in course.history())
            metrics["levels_passed"] = Value(value=passed)
        for age in sorted(self._binding):
            values = self._binding[age]
            mean = sum(values) / len(values)
            metrics[f"newest_accuracy@{age}"] = Value(value=mean, cohorts=len(values))
        if (last := self._last) is not None:
            metrics["final_test_accuracy"] = Value(value=last.test_accuracy)
            if last.validation_accuracy is not None:
                metrics["final_validation_accuracy"] = Value(value=last.validation_accuracy)
        if self._step:
            metrics["steps_per_second"] = Value(value=self._step / self._seconds)
            metrics["peak_memory"] = Value(value=peak_memory(self._program.device))
        return metrics


def _device_name(device: torch.device) -> str:
    if device.type == "cuda":
        return f"cuda ({torch.cuda.get_device_name(device)})"
    return device.type
