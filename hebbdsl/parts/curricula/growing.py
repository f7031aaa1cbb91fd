"""`growing`: classes are added when those in play are learnt, by a clock, or by either."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Second, Severity
from hebbdsl.diagnostics.wording import entry, quoted
from hebbdsl.expression.condition import Condition
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import AddedLater, Classes, Steps, Suggested
from hebbdsl.parts.classification import ClassificationFacts
from hebbdsl.parts.exposure import Counts, fewest, training_examples
from hebbdsl.parts.part import Curriculum
from hebbdsl.parts.problems import BatchTooLarge, NoEffect

if TYPE_CHECKING:
    from hebbdsl.parts.exposure import Exposure


@frozen(kw_only=True)
class Growing(Curriculum):
    """Begin with `start` classes and add `add` more when the condition `when` holds, after `every`
    steps of a level, or at whichever comes first.

    The condition is asked at every evaluation: each `evaluate_every` steps of a level, and when the
    clock ends it. The last level holds all classes of the data. With a condition the run is
    finished when that level is passed, and no clock ends it; by the clock alone the run ends when
    the last classes were in play for `every` steps too.

    Source:
        Rae et al. 2018, section 4.1; threshold, increment and class count are not published.
    """

    start: Annotated[Classes, Suggested(), "classes in play at first"] = 30
    add: Annotated[Classes, Suggested(), "classes added at each level"] = 10
    when: Annotated[
        Condition | None,
        Suggested("test_accuracy >= 0.6"),
        "condition on metrics that brings in the next classes; null: the clock alone",
    ] = None
    every: Annotated[
        Steps | None,
        AddedLater(),
        "steps of a level after which the next classes come, learnt or not; null: no clock",
    ] = None

    def levels(self, classes: int) -> tuple[int, ...]:
        return (*range(self.start, classes, self.add), classes)

    @property
    def passes(self) -> Condition | None:
        return self.when

    def level_limits(self, levels: int) -> tuple[int | None, ...]:
        last = self.every if self.when is None else None
        return (*(self.every,) * (levels - 1), last)

    def provides(self) -> frozenset[str]:
        # The class by name: `super()` of a dataclass with slots is another class.
        return Curriculum.provides(self) | {"levels"}

    def errors(self) -> Iterator[Problem]:
        if self.when is None and self.every is None:
            yield NothingAdds(place=At(()))

    def warnings(self, run: Exposure) -> Iterator[Problem]:
        if len(run.levels) == 1:
            yield NoEffect(
                place=At.field("add"),
                field="add",
                why=f"all {run.levels[0]:_} classes are in play from the start",
                advice="start with fewer classes, or use `fixed`",
            )
        elif self.when is not None and self.every is not None and self.every <= run.evaluate_every:
            yield ClockFirst(place=At.field("when"), every=self.every)
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
        if batch_size > fewest(facts.train, self.start):
            yield BatchTooLarge(
                place=At(("training", "batch_size")),
                batch_size=batch_size,
                classes=self.start,
                examples=facts.train,
                start=start,
            )
        additions = [after - before for before, after in pairwise(self.levels(facts.classes))]
        drawn = self.newest_drawn(batch_size) or 0
        if additions and drawn > fewest(facts.train, min(additions)):
            yield NewestShareTooLarge(
                place=At(("curriculum", "newest_share")),
                drawn=drawn,
                added=min(additions),
                examples=facts.train,
            )


class NothingAdds(Problem):
    """A growing curriculum has neither a condition nor a clock.

    `when` brings in the next classes when those in play are learnt, `every` after so many steps of
    a level. With both, whichever comes first. For all classes from the start, use `fixed`.

    Wrong:
        curriculum:
          growing: {start: 30, add: 10}

    Right:
        curriculum:
          growing: {start: 30, add: 10, every: 25}
    """

    code = "HEB480"
    title = "nothing ever brings in the next classes"
    label = "needs `when`, `every`, or both"

    @property
    def hint(self) -> str:
        when = quoted(entry("when", "test_accuracy >= 0.6", self.place))
        every = quoted(entry("every", "25", self.place))
        return f"add a condition ({when}), a number of steps ({every}), or both"


class ClockFirst(Problem):
    """A clock ends each level at its first evaluation, so that the condition only ends the run.

    A level is evaluated each `evaluate_every` steps and when the clock ends it. Where `every` is no
    more than `evaluate_every`, no level is passed before the clock ends it: leave `when` out,
    evaluate more often, or give each level more steps.

    Wrong:
        curriculum:
          growing: {start: 20, add: 10, when: test_accuracy >= 0.5, every: 25}
        training: {optimizer: adam, steps: 1_000, evaluate_every: 50}

    Right:
        curriculum:
          growing: {start: 20, add: 10, when: test_accuracy >= 0.5, every: 25}
        training: {optimizer: adam, steps: 1_000, evaluate_every: 5}
    """

    code = "HEB762"
    severity = Severity.WARNING
    every: int

    title = "the clock ends each level at its first evaluation, after {every:step}"
    label = "only decides when the run ends"
    hint = "evaluate more often, raise `every`, or leave `when` out"


class RoundedShare(Problem):
    """A share of the batch is rounded to none or all of it.

    `newest_share` of `batch_size` examples, rounded, show the newest classes. With none, they are
    never trained on; with all, the older ones never again. Give 0 or 1 where that is meant.

    Wrong:
        curriculum:
          growing: {start: 20, add: 10, when: test_accuracy >= 0.5, newest_share: 0.005}
        training: {optimizer: adam, batch_size: 64, steps: 1_000}

    Right:
        curriculum:
          growing: {start: 20, add: 10, when: test_accuracy >= 0.5, newest_share: 0.05}
        training: {optimizer: adam, batch_size: 64, steps: 1_000}
    """

    code = "HEB713"
    severity = Severity.WARNING
    share: float
    batch_size: int
    drawn: int

    title = "{share:g} of {batch_size:example} is rounded to {drawn:example}"

    @property
    def label(self) -> str:
        return "the older classes are never seen again" if self.drawn else "none of the newest"

    hint = "change the share, or raise `batch_size`"


class StartAboveClasses(Problem):
    """A curriculum starts with more classes than take part.

    `start` counts the classes in play at first, `data.classes` all that will ever be. Lower
    `start`, or let more classes take part.

    Wrong:
        data:
          glyphs: {classes: 20}
        curriculum:
          growing: {start: 30, add: 10, when: test_accuracy >= 0.6}
        training: {optimizer: adam, batch_size: 16, steps: 1_000}

    Right:
        data:
          glyphs: {classes: 200}
        curriculum:
          growing: {start: 30, add: 10, when: test_accuracy >= 0.6}
        training: {optimizer: adam, batch_size: 16, steps: 1_000}
    """

    code = "HEB403"
    start: int
    classes: int
    data_classes: Second = At.field("data", "classes")

    title = "the curriculum starts with {start:_} classes, but {classes:_} take part"
    label = "more than {classes:_}"
    hint = "set `start` to at most {classes:_}, or raise `classes` of the data"
    related = Also("data_classes", "{classes:_} classes take part")


class NewestShareTooLarge(Problem):
    """The share of a batch for the newest classes is more examples than they have.

    With `newest_share`, that part of each batch is drawn, without repeats, from the classes added
    last; the last addition may be smaller than `add`. Lower the share or the batch size, or add
    more classes at a time.

    Wrong:
        curriculum:
          growing: {start: 30, add: 1, when: test_accuracy >= 0.6, newest_share: 0.5}
        training: {optimizer: adam, batch_size: 64, steps: 100}

    Right:
        curriculum:
          growing: {start: 30, add: 10, when: test_accuracy >= 0.6, newest_share: 0.5}
        training: {optimizer: adam, batch_size: 64, steps: 100}
    """

    code = "HEB405"
    drawn: int
    added: int
    examples: Counts
    batch_size: Second = At.field("training", "batch_size")

    @property
    def title(self) -> str:
        return (
            f"{self.drawn:_} examples of each batch are to show the newest classes, which have"
            f" {fewest(self.examples, self.added):_}"
        )

    label = "{drawn:_} examples of each batch"

    @property
    def hint(self) -> str:
        classes = "1 class" if self.added == 1 else f"{self.added:_} classes"
        examples = training_examples(self.examples, self.added)
        return (
            f"the smallest addition is {classes} with {examples};"
            " lower `newest_share` or `batch_size`, or raise `add`"
        )

    related = Also("batch_size", "a share of this")
