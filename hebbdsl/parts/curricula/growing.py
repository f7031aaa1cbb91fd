"""`growing`: classes are added whenever those in play are learnt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from hebbdsl.diagnostics.codes.lint_course import RoundedShare
from hebbdsl.diagnostics.codes.lint_fields import NoEffect
from hebbdsl.diagnostics.codes.plan import BatchTooLarge, NewestShareTooLarge, StartAboveClasses
from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.expression.condition import Condition
from hebbdsl.parts.bounds import Classes, Suggested
from hebbdsl.parts.classification import ClassificationFacts
from hebbdsl.parts.part import Curriculum

if TYPE_CHECKING:
    from hebbdsl.parts.exposure import Exposure


@dataclass(frozen=True, kw_only=True, slots=True)
class Growing(Curriculum):
    """Begin with `start` classes and add `add` more each time the condition holds.

    The condition is asked at every evaluation. The last level holds all classes of the data; when
    it is passed the run is finished.

    Source:
        Rae et al. 2018, section 4.1; threshold, increment and class count are not published.
    """

    start: Annotated[Classes, Suggested(), "classes in play at first"] = 30
    add: Annotated[Classes, Suggested(), "classes added at each level"] = 10
    when: Annotated[
        Condition,
        Suggested("test_accuracy >= 0.6"),
        "condition on metrics that brings in the next classes",
    ]

    def levels(self, classes: int) -> tuple[int, ...]:
        return (*range(self.start, classes, self.add), classes)

    @property
    def passes(self) -> Condition | None:
        return self.when

    def provides(self) -> frozenset[str]:
        return frozenset({"finish", "levels"})

    def doubts(self, run: Exposure) -> Iterator[Problem]:
        if len(run.levels) == 1:
            yield NoEffect(
                place=At.field("add"),
                field="add",
                why=f"all {run.levels[0]:_} classes are in play from the start",
                advice="start with fewer classes, or use `fixed`",
            )
        share, drawn = self.newest_share, run.newest_drawn
        if share is not None and 0 < share < 1 and drawn in (0, run.batch_size):
            yield RoundedShare(
                place=At.field("newest_share"), share=share, batch_size=run.batch_size, drawn=drawn
            )

    def data_problems(self, facts: ClassificationFacts, batch_size: int) -> Iterator[Problem]:
        start = At(("curriculum", "start"))
        if self.start > facts.classes:
            yield StartAboveClasses(place=start, start=self.start, classes=facts.classes)
            return
        if batch_size > self.start * facts.train_drawings:
            yield BatchTooLarge(
                place=At(("training", "batch_size")),
                batch_size=batch_size,
                classes=self.start,
                drawings=facts.train_drawings,
                start=start,
            )
        additions = [after - before for before, after in pairwise(self.levels(facts.classes))]
        drawn = self.newest_drawn(batch_size) or 0
        if additions and drawn > min(additions) * facts.train_drawings:
            yield NewestShareTooLarge(
                place=At(("curriculum", "newest_share")),
                drawn=drawn,
                added=min(additions),
                drawings=facts.train_drawings,
            )
