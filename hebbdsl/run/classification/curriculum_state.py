"""Where a run stands in its curriculum."""

from __future__ import annotations

from hebbdsl.program.classification.batches import InPlay
from hebbdsl.run.record import Level


class CurriculumState:
    """The level at hand and when each began.

    Cohort k is the classes that came in together at level k; cohort 0 are the first ones.

    Args:
        levels: classes in play at each.
        began, passed: steps done when each level began and was passed; both grow. None: none was.
    """

    def __init__(
        self,
        levels: tuple[int, ...],
        began: list[int] | None = None,
        passed: list[int] | None = None,
    ) -> None:
        self._levels = levels
        self._began = [0] if began is None else began
        self._passed = [] if passed is None else passed

    @property
    def level(self) -> int:
        """From 0; stays at the last level once that is passed."""
        return len(self._began) - 1

    @property
    def in_play(self) -> InPlay:
        newest = self.cohort(self.level)
        return InPlay(classes=newest.stop, newest=newest.start)

    @property
    def finished(self) -> bool:
        return len(self._passed) == len(self._levels)

    def cohort(self, number: int) -> range:
        """The labels of a cohort that has come in."""
        return range(self._levels[number - 1] if number else 0, self._levels[number])

    def appeared(self, cohort: int) -> int:
        """The number of steps done when the cohort came in."""
        return self._began[cohort]

    def pass_level(self, step: int) -> None:
        """The level is passed after `step` steps; the next begins, or the last is finished."""
        self._passed.append(step)
        if not self.finished:
            self._began.append(step)

    def followed(self, step: int, steps: int) -> list[int]:
        """Cohorts added after the first level that appeared at most `steps` steps ago."""
        return [
            cohort
            for cohort in range(1, len(self._began))
            if 0 < step - self._began[cohort] <= steps
        ]

    def history(self) -> tuple[Level, ...]:
        passed: list[int | None] = [*self._passed]
        passed += [None] * (len(self._began) - len(self._passed))
        return tuple(
            Level(classes=self._levels[number], began=began, passed=passed[number])
            for number, began in enumerate(self._began)
        )
