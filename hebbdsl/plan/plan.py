"""Stage 4's noun: what each variant will cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.parts.part import ImageFacts, Layer
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
        data: pixels of the classes that take part, one byte each.
    """

    weights: int
    gradients: int
    optimizer: int
    buffers: int
    data: int

    @property
    def total(self) -> int:
        return sum(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, kw_only=True, slots=True)
class VariantPlan:
    """What one variant will cost, on the data as published.

    Attributes:
        layers: those of the model, then those of the output.
        levels: classes in play at each level of the curriculum.
    """

    setup: Setup
    facts: ImageFacts
    layers: tuple[Layer, ...]
    levels: tuple[int, ...]
    memory: Memory

    @property
    def parameters(self) -> int:
        return sum(layer.parameters for layer in self.layers)

    @property
    def counters(self) -> int:
        return sum(layer.counters for layer in self.layers)

    @property
    def evaluations(self) -> int:
        """The most that a run can have: one every so many steps, and one at the last step."""
        training = self.setup.training
        return -(-training.steps // training.evaluate_every)


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked experiment with the plan of each variant, in the order written."""

    checked: Checked
    variants: Mapping[str, VariantPlan]

    def with_warnings(self, warnings: tuple[Problem, ...]) -> Plan:
        """The same, with all that was found on the way to it."""
        return replace(self, checked=replace(self.checked, warnings=warnings))
