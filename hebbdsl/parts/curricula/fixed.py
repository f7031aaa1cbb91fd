"""`fixed`: all classes from the start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.expression.condition import Condition
from hebbdsl.frozen import frozen
from hebbdsl.parts.classification import ClassificationFacts
from hebbdsl.parts.exposure import fewest
from hebbdsl.parts.part import Curriculum
from hebbdsl.parts.problems import BatchTooLarge


@frozen(kw_only=True)
class Fixed(Curriculum):
    """All classes are in play from the start; the run ends after `steps`, or when `until` holds."""

    until: Annotated[Condition | None, "condition on metrics that ends the run early"] = None

    def levels(self, classes: int) -> tuple[int, ...]:
        return (classes,)

    @property
    def passes(self) -> Condition | None:
        return self.until

    def errors(self) -> Iterator[Problem]:
        if self.newest_share is not None:
            yield NothingNewest(place=At(("newest_share",), key=True))

    def data_problems(self, facts: ClassificationFacts, batch_size: int) -> Iterator[Problem]:
        if batch_size > fewest(facts.train, facts.classes):
            yield BatchTooLarge(
                place=At(("training", "batch_size")),
                batch_size=batch_size,
                classes=facts.classes,
                examples=facts.train,
                start=At(("data", "classes")),
            )


class NothingNewest(Problem):
    """`newest_share` is given to a curriculum that never adds classes.

    With `fixed` all classes are in play from the start, so that none are newer than others. Leave
    the field out, or use `growing`.

    Wrong:
        curriculum:
          fixed: {newest_share: 0.5}

    Right:
        curriculum: fixed
    """

    code = "HEB406"
    title = "`newest_share` needs a curriculum that adds classes"
    label = "no class is newer than another"
    hint = "leave `newest_share` out, or use `growing`"
