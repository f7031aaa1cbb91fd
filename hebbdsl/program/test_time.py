"""What predicts at test time: the trained output with what the evaluation adds to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from jaxtyping import Float, Int
from torch import Tensor

from hebbdsl.parts.adaptations.adapter import Adapter
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.memory_layer import MemoryLayer
from hebbdsl.parts.outputs.stand_in import StandIn
from hebbdsl.parts.outputs.stored import Tunable
from hebbdsl.program.program import Program
from hebbdsl.program.randomness import own_draws_only
from hebbdsl.vocabulary import refuse_part

ADAPTATION = "adaptation."


@dataclass(frozen=True, eq=False, slots=True)
class Predictor:
    """What predicts.

    Attributes:
        output: memories around `trained`.
        adapter: changes what was trained; None: nothing does.
        trained: what stands for `trained`, adapted where the adapter wraps it.
    """

    output: MemoryLayer
    adapter: Adapter | None
    trained: OutputLayer

    def clear_memory(self) -> None:
        self.output.clear_memory()
        self.trained.clear_memory()

    @property
    def needs_entropies(self) -> bool:
        """Whether the entropies of what `trained` predicts are needed."""
        layers = self.output.modules()
        return any(isinstance(layer, MemoryLayer) and layer.needs_entropies for layer in layers)

    def tunables(self) -> Iterator[Tunable]:
        """What is to be searched on validation: settings of the adaptation, then of memories."""
        if isinstance(self.trained, MemoryLayer):
            for tunable in self.trained.tunables():
                yield replace(tunable, name=f"{ADAPTATION}{tunable.name}")
        yield from self.output.tunables()

    def tuned(self) -> Mapping[str, float | Sequence[float]]:
        """What was chosen there, by path: of the output, and `adaptation.…`."""
        found = self.trained.tuned() if isinstance(self.trained, MemoryLayer) else {}
        adapted = {f"{ADAPTATION}{name}": value for name, value in found.items()}
        return {**self.output.tuned(), **adapted}

    def remember(
        self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], in_play: int
    ) -> None:
        """Show training examples to all that is added; what was trained is not written by them."""
        self.output.after_step(h, h, labels, in_play)
        if self.adapter is not None and self.adapter.remembers:
            self.trained.after_step(h, h, labels, in_play)

    def give(self, scores: Tensor | None, entropies: Tensor | None) -> None:
        """What `trained` predicts of the next stretch of text; None: it is not known yet."""
        for layer in self.output.modules():
            if isinstance(layer, StandIn):
                layer.given, layer.given_entropies = scores, entropies


def at_test(program: Program) -> Predictor:
    """Build what the evaluation of a program's setup declares."""
    declared = program.setup.evaluation
    adapter = None if declared.adaptation is None else declared.adaptation.build()
    trained = program.output if adapter is None else adapter.wrap(program.output)
    hidden, classes = program.setup.model.activation_width, program.plan.levels[-1]
    shown = program.plan.facts.examples_at_test or 0
    output: MemoryLayer = StandIn()
    if declared.output is not None:
        with own_draws_only():
            added = declared.output.build_at_test(hidden, classes, shown).to(program.device)
        if not isinstance(added, MemoryLayer):
            refuse_part(declared.output, "it learns nothing, and builds no `MemoryLayer`")
        output = added
    for layer in output.modules():
        if isinstance(layer, StandIn):
            layer.stands_for = trained
    output.eval()
    return Predictor(output, adapter, trained)


@contextmanager
def weights_kept(program: Program) -> Iterator[None]:
    """All weights and buffers come back bit for bit, whatever is done to them inside."""
    before = {name: value.clone() for name, value in program.state().items()}
    try:
        yield
    finally:
        program.load(before)
