"""Where a run stands in its curriculum."""

from __future__ import annotations

from hebbdsl.program.classification.batches import InPlay
from hebbdsl.run.record import Level


class CurriculumState:
    """The level at hand and when each began.

    Cohort k is the classes that came in together at level k; cohort 0 are the first ones.

    Args:
        levels: classes in play at each.
        limits: steps after which each ends, passed or not; None: it, or none, has a clock.
        began: steps done when each level began; it grows.
        passed: of each level that has ended, the steps done when it was passed, or None where the
            clock ended it; it grows. None: no level has ended.
    """

    def __init__(
        self,
        levels: tuple[int, ...],
        limits: tuple[int | None, ...] | None = None,
        began: list[int] | None = None,
        passed: list[int | None] | None = None,
    ) -> None:
        self._levels = levels
        self._limits = (None,) * len(levels) if limits is None else limits
        self._began = [0] if began is None else began
        self._passed = list[int | None]() if passed is None else passed

    @property
    def level(self) -> int:
        """From 0; stays at the last level once that has ended."""
        return len(self._began) - 1

    @property
    def in_play(self) -> InPlay:
        newest = self.cohort(self.level)
        return InPlay(classes=newest.stop, newest=newest.start)

    @property
    def ended(self) -> bool:
        """The last level was passed, or its time is up."""
        return len(self._passed) == len(self._levels)

    @property
    def finished(self) -> bool:
        """The last level was passed."""
        return self.ended and self._passed[-1] is not None

    def cohort(self, number: int) -> range:
        """The labels of a cohort that has come in."""
        return range(self._levels[number - 1] if number else 0, self._levels[number])

    def appeared(self, cohort: int) -> int:
        """The number of steps done when the cohort came in."""
        return self._began[cohort]

    def next_evaluation(self, step: int, every: int) -> int:
        """The step after `step` at which the next one is due: every so many of a level, and when
        its time is up."""
        began, limit = self._began[-1], self._limits[self.level]
        due = step + every - (step - began) % every
        return due if limit is None else min(due, began + limit)

    def pass_level(self, step: int) -> None:
        """The level is passed after `step` steps; the next begins, or the last is finished."""
        self._end(step, step)

    def check_clock(self, step: int) -> None:
        """End the level unpassed where its time is up after `step` steps."""
        limit = self._limits[self.level]
        if limit is not None and step - self._began[-1] >= limit:
            self._end(step, None)

    def _end(self, step: int, passed: int | None) -> None:
        self._passed.append(passed)
        if not self.ended:
            self._began.append(step)

    def followed(self, step: int, steps: int) -> list[int]:
        """Cohorts added after the first level that appeared at most `steps` steps ago."""
        return [
            cohort
            for cohort in range(1, len(self._began))
            if 0 < step - self._began[cohort] <= steps
        ]

    def history(self) -> tuple[Level, ...]:
        return tuple(self._history(number, began) for number, began in enumerate(self._began))

    def _history(self, number: int, began: int) -> Level:
        ended = number < len(self._passed)
        passed, limit = self._passed[number] if ended else None, self._limits[number]
        timed_out = began + limit if ended and passed is None and limit is not None else None
        return Level(classes=self._levels[number], began=began, passed=passed, timed_out=timed_out)
