"""Progress of runs on a terminal (rich, one line a run under way), or as plain lines elsewhere.

All of it goes to stderr. The only module beside the command line that knows the terminal.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import exp
from typing import TYPE_CHECKING, TextIO

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.escaping import printed, visible
from hebbdsl.expression.metric import Metric, Split, Unit
from hebbdsl.expression.metrics import EVALUATION_VALUES
from hebbdsl.run.job import Job
from hebbdsl.run.monitor import JobMonitor
from hebbdsl.run.record import Evaluation, Record, perplexity_text

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PAUSE = 5.0
"""Seconds between plain lines about one run."""


@contextmanager
def show_progress() -> Iterator[JobMonitor]:
    """A monitor that shows what runs do on stderr: live on a terminal, as plain lines elsewhere."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        with Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[state]}", markup=False),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        ) as progress:
            yield _Live(progress)
    else:
        yield _Lines(sys.stderr)


class _Lines:
    """Plain lines: what a log file or a CI shows."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._done = self._count = 0
        self._spoke: dict[object, float] = {}
        self._pace = _Pace()

    def say(self, text: str) -> None:
        print(printed(text), file=self._stream, flush=True)

    def advance(self, what: str, done: int, total: int | None, unit: str) -> None:
        if self._is_due(what) or done == total:
            self.say(f"{what}: {_amount(done, unit)}{_of(total, unit)}")

    def scheduled(self, jobs: Sequence[Job]) -> None:
        self._done, self._count = 0, len(jobs)

    def started(self, job: Job) -> None:
        self._pace.start(job)

    def trained(self, job: Job, step: int, loss: float) -> None:
        if self._is_due(job):
            self.say(f"{job.name}: step {step}{_of_steps(job)}, train loss {loss:.3f}")

    def reading(self, job: Job, split: Split, done: int, total: int) -> None:
        if self._is_due(job):
            self.say(f"{job.name}: {_read(split, done, total)}")

    def evaluated(self, job: Job, evaluation: Evaluation) -> None:
        pace = self._pace.of(job, evaluation.step)
        if self._is_due(job):
            state = _state(job, evaluation, pace)
            self.say(f"{job.name}: step {evaluation.step}{_of_steps(job)}, {state}")

    def ended(self, job: Job, record: Record | None, problems: tuple[Problem, ...]) -> None:
        self._done += 1
        self.say(f"[{self._done}/{self._count}] {job.name}: {_outcome(record)}")

    def _is_due(self, topic: object) -> bool:
        now = time.monotonic()
        if now - self._spoke.setdefault(topic, now) < _PAUSE:
            return False
        self._spoke[topic] = now
        return True


class _Live:
    """A line a run under way, one for all of them, and finished runs scrolling by above."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[object, TaskID] = {}
        self._pace = _Pace()
        self._all: TaskID | None = None

    def scheduled(self, jobs: Sequence[Job]) -> None:
        if len(jobs) > 1:
            self._all = self._progress.add_task("all runs", total=len(jobs), state="")

    def say(self, text: str) -> None:
        # Each line is wrapped by the terminal itself, so that none begins amid a text.
        said = printed(text)
        self._progress.console.print(said, markup=False, highlight=False, soft_wrap=True)

    def advance(self, what: str, done: int, total: int | None, unit: str) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(visible(what), total=total, state="")
        state = f"{_amount(done, unit)}{_of(total, unit)}"
        self._progress.update(self._tasks[what], completed=done, total=total, state=state)
        if done == total:
            self._progress.remove_task(self._tasks.pop(what))

    def started(self, job: Job) -> None:
        steps = job.plan.steps
        self._pace.start(job)
        self._tasks[job] = self._progress.add_task(job.name, total=steps, state="preparing")

    def trained(self, job: Job, step: int, loss: float) -> None:
        state = f"train loss {loss:.3f}"
        self._progress.update(self._tasks[job], completed=step, state=state)

    def reading(self, job: Job, split: Split, done: int, total: int) -> None:
        self._progress.update(self._tasks[job], state=_read(split, done, total))

    def evaluated(self, job: Job, evaluation: Evaluation) -> None:
        state = _state(job, evaluation, self._pace.of(job, evaluation.step))
        self._progress.update(self._tasks[job], completed=evaluation.step, state=state)

    def ended(self, job: Job, record: Record | None, problems: tuple[Problem, ...]) -> None:
        if job in self._tasks:
            self._progress.remove_task(self._tasks.pop(job))
        self.say(f"{job.name}: {_outcome(record)}")
        if self._all is not None:
            self._progress.advance(self._all)


class _Pace:
    """Steps a second of each run, evaluations included: what the time left depends on."""

    def __init__(self) -> None:
        self._started: dict[Job, float] = {}

    def start(self, job: Job) -> None:
        self._started[job] = time.monotonic()

    def of(self, job: Job, step: int) -> float:
        return step / max(time.monotonic() - self._started[job], 1e-9)


def _read(split: Split, done: int, total: int) -> str:
    return f"reading the {split} text, {done / total:.0%}"


def _of_steps(job: Job) -> str:
    return "" if job.plan.steps is None else f" of {job.plan.steps}"


def _state(job: Job, evaluation: Evaluation, pace: float) -> str:
    said = ", ".join(
        _of_metric(job, metric, evaluation.values[name])
        for name, metric in EVALUATION_VALUES.items()
        if metric.progress is not None and evaluation.values.get(name, False) is not False
    )
    steps = job.plan.steps
    if steps is None:
        return f"{said}, {pace:.0f} steps/s"
    left = _duration((steps - evaluation.step) / max(pace, 1e-9))
    return f"{said}, {pace:.0f} steps/s, at most {left} left"


def _of_metric(job: Job, metric: Metric, value: float) -> str:
    """A flag is told where it is raised, a loss as the perplexity that it is."""
    match metric.unit:
        case Unit.LEVEL:
            return f"{metric.progress} {value + 1:.0f}/{len(job.plan.levels)}"
        case Unit.CLASSES:
            return f"{value:.0f} {metric.progress}"
        case Unit.NATS:
            return f"{metric.progress} {perplexity_text(exp(value))}"
        case Unit.FLAG:
            return str(metric.progress)
    return f"{metric.progress} {value:.2f}"


def _outcome(record: Record | None) -> str:
    if record is None:
        return "could not be run"
    if record.status != "finished":
        return record.status
    if (perplexity := record.metrics.get("test_perplexity")) is not None:
        return f"test perplexity {perplexity_text(perplexity.value)}" + _substituted(record)
    finish = record.metrics.get("steps_to_finish")
    accuracy = record.metrics["final_test_accuracy"].value
    how = f"accuracy {accuracy:.2f} after {record.steps} steps"
    if finish is None:
        text = how
    elif finish.censored:
        passed = record.metrics["levels_passed"].value
        text = f"not finished (levels passed: {passed:.0f}), {how}"
    else:
        text = f"finished in {record.steps} steps"
    return text + _substituted(record)


def _substituted(record: Record) -> str:
    substituted = record.data["substituted_for"]
    said = f" (on {record.data['word']} in place of {substituted})"
    return visible(said) if substituted else ""


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _amount(count: int, unit: str) -> str:
    return f"{count / 1e6:.1f} MB" if unit == "bytes" else f"{count:,} {unit}"


def _of(total: int | None, unit: str) -> str:
    return "" if total is None else f" of {_amount(total, unit)}"
