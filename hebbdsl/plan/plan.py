"""Stage 4's noun: what each variant will cost."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.expression.condition import Condition
from hebbdsl.frozen import frozen
from hebbdsl.parts.part import Dataset, Facts, Layer
from hebbdsl.plan.sizes import Memory
from hebbdsl.spec.checked import Checked, Sections
from hebbdsl.spec.experiment import Setup
from hebbdsl.tasks import Task

if TYPE_CHECKING:
    from hebbdsl.parts.exposure import Exposure
    from hebbdsl.parts.neighbour_search import Shown


@frozen(kw_only=True)
class VariantPlan:
    """What one variant will cost, on the data as published.

    Attributes:
        model_layers, output_layers: the rows of the plan.
        levels: classes in play at each level; of text one, all words.
        steps: after which the run ends at the latest; None: not known before the text is read.
        evaluate_every: steps between evaluations; None likewise.
    """

    setup: Setup
    facts: Facts
    model_layers: tuple[Layer, ...]
    output_layers: tuple[Layer, ...]
    levels: tuple[int, ...]
    memory: Memory
    steps: int | None
    evaluate_every: int | None

    @classmethod
    @abstractmethod
    def of(cls, setup: Setup, facts: Facts) -> Self:
        """The plan of one setup whose parts fit together."""

    @staticmethod
    @abstractmethod
    def problems(sections: Sections, data: Dataset) -> Iterator[Problem]:
        """What does not fit together in a variant of this task. Places are of the experiment."""

    @abstractmethod
    def exposure(self) -> Exposure:
        """What the runs of the variant show to its parts."""

    @abstractmethod
    def shown_in_training(self, remembers_train: bool) -> Shown:
        """What a memory is shown by the longest run: its batches, the evaluations among them, and
        those at its end."""

    @abstractmethod
    def summary(self) -> Iterator[tuple[str, str]]:
        """Data, curriculum and length of training in words: rows of a name, or none, and text."""

    @property
    def task(self) -> Task:
        return self.setup.data.task

    @property
    def targets_trained(self) -> int:
        """Labels that the longest run is trained on; 0: that is not known yet."""
        training = self.setup.training
        of_step = self.facts.targets_per_step(training.batch_size, training.sequence_length)
        return (self.steps or 0) * of_step

    @property
    def layers(self) -> tuple[Layer, ...]:
        return self.model_layers + self.output_layers

    @property
    def parameters(self) -> int:
        return sum(layer.parameters for layer in self.layers)

    @property
    def counters(self) -> int:
        return sum(layer.counters for layer in self.layers)

    @property
    def evaluations(self) -> int | None:
        """The most that a run can have: one every so many steps, and one at the last step."""
        if self.steps is None or self.evaluate_every is None:
            return None
        return -(-self.steps // self.evaluate_every)

    @property
    def condition(self) -> Condition | None:
        """The condition that ends a level; None: only a clock does, or the number of steps."""
        curriculum = self.setup.curriculum
        return None if curriculum is None else curriculum.passes

    @property
    def level_limits(self) -> tuple[int | None, ...]:
        """Steps after which each level ends, passed or not; None: it has no clock."""
        curriculum = self.setup.curriculum
        return (None,) if curriculum is None else curriculum.level_limits(len(self.levels))

    def earliest(self, level: int) -> int | None:
        """Steps after which a level (from 0) can begin at the earliest: each before it ends by its
        clock, or is passed by its first evaluation. The number of levels: after which the last can
        end. None: no level ends before the run does, or it is not known how long that lasts."""
        if self.evaluate_every is None or (self.condition is None and None in self.level_limits):
            return 0 if level == 0 else None
        every = self.evaluate_every
        if self.condition is not None:  # no clock is shorter than the steps between evaluations
            return level * every
        return sum(limit or 0 for limit in self.level_limits[:level])

    def latest(self, level: int) -> int | None:
        """Steps after which a level begins at the latest, if the run lasts; None: it may never."""
        limits = self.level_limits[:level]
        return None if None in limits else sum(limit or 0 for limit in limits)

    @property
    def cannot_finish_before(self) -> int | None:
        """No run has passed its last level before so many steps; None: nothing is to be passed."""
        if self.condition is None or self.steps is None:
            return None
        earliest = self.earliest(len(self.levels))
        return None if earliest is None else min(earliest, self.steps)

    @property
    def provides(self) -> frozenset[str]:
        """What its runs have that some metrics need."""
        curriculum = self.setup.curriculum
        return frozenset() if curriculum is None else curriculum.provides()


@frozen
class Plan:
    """A checked experiment with the plan of each variant, in the order written."""

    checked: Checked
    variants: Mapping[str, VariantPlan]

    def __repr__(self) -> str:
        of = ", ".join(f"{name} {one.parameters:,}" for name, one in self.variants.items())
        return f"<Plan {self.checked.experiment.experiment}, parameters: {of}>"

    def with_warnings(self, warnings: tuple[Problem, ...]) -> Plan:
        """The same, with all that was found on the way to it."""
        return replace(self, checked=replace(self.checked, warnings=warnings))
