"""Stage 4's noun: what each variant will cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.expression.condition import Condition
from hebbdsl.parts.classification import CharacterSet, ClassificationFacts, ClassificationModel
from hebbdsl.parts.language import Corpus, LanguageFacts
from hebbdsl.parts.models.language_model import LanguageModel
from hebbdsl.parts.part import Curriculum, Facts, Layer
from hebbdsl.spec.checked import Checked
from hebbdsl.spec.experiment import Setup


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """What a run holds all the time, in bytes. Activations of a batch come on top.

    Attributes:
        weights: parameters of the model and the output, in float32.
        gradients: as many again, also in float32.
        optimizer: its numbers for each parameter.
        buffers: running statistics, counters, remembered activations.
        data: pixels of the classes that take part, one byte each; text stays on the disk.
        evaluation: what is added at test time: memories and adaptations.
        tuning: what is stored of the validation data while they are tuned.
    """

    weights: int
    gradients: int
    optimizer: int
    buffers: int
    data: int
    evaluation: int = 0
    tuning: int = 0

    @property
    def total(self) -> int:
        """While it is trained."""
        return self.weights + self.gradients + self.optimizer + self.buffers + self.data

    @property
    def at_test(self) -> int:
        """While it is tested, the data apart."""
        return self.weights + self.buffers + self.evaluation

    @property
    def most(self) -> int:
        """While it is trained, tuned or tested, whichever takes most."""
        return max(self.total, self.at_test + self.tuning)


@dataclass(frozen=True, kw_only=True, slots=True)
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
        """The condition that ends a level; None: nothing does but the number of steps."""
        curriculum = self.setup.curriculum
        return None if curriculum is None else curriculum.passes

    @property
    def provides(self) -> frozenset[str]:
        """What its runs have that some metrics need."""
        curriculum = self.setup.curriculum
        return frozenset() if curriculum is None else curriculum.provides()


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassificationPlan(VariantPlan):
    """Of a variant that learns pictures."""

    facts: ClassificationFacts
    data: CharacterSet
    model: ClassificationModel
    curriculum: Curriculum
    steps: int
    evaluate_every: int

    @property
    def evaluations(self) -> int:
        return -(-self.steps // self.evaluate_every)


@dataclass(frozen=True, kw_only=True, slots=True)
class LanguagePlan(VariantPlan):
    """Of a variant that learns a text. `epoch`: steps of one; None: not known."""

    facts: LanguageFacts
    data: Corpus
    model: LanguageModel
    epoch: int | None


@dataclass(frozen=True, slots=True)
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
