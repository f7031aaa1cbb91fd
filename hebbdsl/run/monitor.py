"""Who is told of runs under way. The terminal's versions stand in `run.progress`."""

from __future__ import annotations

from typing import Protocol

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.expression.metrics import Split
from hebbdsl.parts.part import Quiet, Reporter
from hebbdsl.run import interrupts
from hebbdsl.run.record import Evaluation, Record


class Monitor(Protocol):
    """Is told of the steps and evaluations of one run. May end it, by `KeyboardInterrupt`
    or, where a signal came, `Ended`."""

    def trained(self, step: int, loss: float) -> None:
        """Between evaluations that are far apart: so many steps are done, the last at that loss."""

    def reading(self, split: Split, done: int, total: int) -> None:
        """A held-out text is read: so many of its words were asked for."""

    def evaluated(self, evaluation: Evaluation) -> None: ...


class Board(Reporter, Protocol):
    """Is told what many runs do; a job is named by its number."""

    def began(self, job: int) -> None: ...
    def trained(self, job: int, step: int, loss: float) -> None: ...
    def reading(self, job: int, split: Split, done: int, total: int) -> None: ...
    def evaluated(self, job: int, evaluation: Evaluation) -> None: ...
    def ended(self, job: int, record: Record | None, problems: tuple[Problem, ...]) -> None: ...


class Silent(Quiet):
    """A board, and a monitor of one run, that says nothing."""

    def began(self, job: int) -> None:
        pass

    def trained(self, *_: object) -> None:
        pass

    def reading(self, *_: object) -> None:
        pass

    def evaluated(self, *_: object) -> None:
        pass

    def ended(self, job: int, record: Record | None, problems: tuple[Problem, ...]) -> None:
        pass


class Reporting(Silent):
    """A monitor of one run that tells a reporter which text is read."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    def reading(self, split: Split, done: int, total: int) -> None:  # type: ignore[override]
        interrupts.check()
        self._reporter.advance(f"reading the {split} text", done, total, "words")
