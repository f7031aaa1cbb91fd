"""Who is told of runs under way. The terminal's versions stand in `run.progress`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hebbdsl import interrupts
from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.expression.metric import Split
from hebbdsl.parts.reporter import Quiet, Reporter
from hebbdsl.run.record import Evaluation, Record

if TYPE_CHECKING:
    from hebbdsl.run.job import Job


class Monitor(Protocol):
    """Is told of the steps and evaluations of one run. May end it, by `KeyboardInterrupt`
    or, where a signal came, `Interrupted`."""

    def trained(self, step: int, loss: float) -> None:
        """Between evaluations that are far apart: so many steps are done, the last at that loss."""

    def reading(self, split: Split, done: int, total: int) -> None:
        """A held-out text is read: so many of its words were asked for."""

    def evaluated(self, evaluation: Evaluation) -> None: ...


class JobMonitor(Reporter, Protocol):
    """Is told what the jobs of a command do, in whichever process they run."""

    def scheduled(self, jobs: Sequence[Job]) -> None:
        """These will be run: all those whose records are not there already."""

    def started(self, job: Job) -> None: ...
    def trained(self, job: Job, step: int, loss: float) -> None: ...
    def reading(self, job: Job, split: Split, done: int, total: int) -> None: ...
    def evaluated(self, job: Job, evaluation: Evaluation) -> None: ...
    def ended(self, job: Job, record: Record | None, problems: tuple[Problem, ...]) -> None:
        """Its record, in which the evaluations may be left out; None: it could not be run."""


class Silent(Quiet):
    """A monitor of jobs, and of one run, that says nothing."""

    def scheduled(self, jobs: Sequence[Job]) -> None:
        pass

    def started(self, job: Job) -> None:
        pass

    def trained(self, *_: object) -> None:
        pass

    def reading(self, *_: object) -> None:
        pass

    def evaluated(self, *_: object) -> None:
        pass

    def ended(self, job: Job, record: Record | None, problems: tuple[Problem, ...]) -> None:
        pass


@dataclass(frozen=True, slots=True)
class OfJob:
    """The monitor of one run, which tells that of many. Ends the run where a signal came."""

    job: Job
    monitor: JobMonitor

    def trained(self, step: int, loss: float) -> None:
        interrupts.check()
        self.monitor.trained(self.job, step, loss)

    def reading(self, split: Split, done: int, total: int) -> None:
        interrupts.check()
        self.monitor.reading(self.job, split, done, total)

    def evaluated(self, evaluation: Evaluation) -> None:
        interrupts.check()
        self.monitor.evaluated(self.job, evaluation)


class Reporting(Silent):
    """A monitor of one run that tells a reporter which text is read."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    def reading(self, split: Split, done: int, total: int) -> None:  # type: ignore[override]
        interrupts.check()
        self._reporter.advance(f"reading the {split} text", done, total, "words")
