"""`fixed`: all classes from the start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from hebbdsl.diagnostics.codes.parts import NothingNewest
from hebbdsl.diagnostics.codes.plan import BatchTooLarge
from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.expression.condition import Condition
from hebbdsl.parts.classification import ClassificationFacts
from hebbdsl.parts.part import Curriculum


@dataclass(frozen=True, kw_only=True, slots=True)
class Fixed(Curriculum):
    """All classes are in play from the start; the run ends after `steps`, or when `until` holds."""

    until: Annotated[Condition | None, "condition on metrics that ends the run early"] = None

    def levels(self, classes: int) -> tuple[int, ...]:
        return (classes,)

    @property
    def passes(self) -> Condition | None:
        return self.until

    def refusals(self) -> Iterator[Problem]:
        if self.newest_share is not None:
            yield NothingNewest(place=At(("newest_share",), key=True))

    def data_problems(self, facts: ClassificationFacts, batch_size: int) -> Iterator[Problem]:
        if batch_size > facts.classes * facts.train_drawings:
            yield BatchTooLarge(
                place=At(("training", "batch_size")),
                batch_size=batch_size,
                classes=facts.classes,
                drawings=facts.train_drawings,
                start=At(("data", "classes")),
            )
