"""What predicts at test time: the trained output with what the evaluation adds to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from torch import Tensor

from hebbdsl.parts.adaptations.adapter import Adapter
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.trained.module import TrainedLayer
from hebbdsl.parts.outputs.trained.spec import Trained
from hebbdsl.program.program import Program


@dataclass(frozen=True, eq=False, slots=True)
class AtTest:
    """What predicts.

    Attributes:
        output: memories around `trained`.
        adapter: changes what was trained; None: nothing does.
        trained: what stands for `trained`, adapted where the adapter wraps it.
    """

    output: OutputLayer
    adapter: Adapter | None
    trained: OutputLayer

    def forget(self) -> None:
        self.output.forget()
        self.trained.forget()

    def give(self, terms: Tensor | None) -> None:
        """What `trained` says of the next stretch of text; None: it is to be asked."""
        for layer in self.output.modules():
            if isinstance(layer, TrainedLayer):
                layer.given = terms


def at_test(program: Program) -> AtTest:
    """Build what the evaluation of a program's setup declares."""
    declared = program.setup.evaluation
    adapter = None if declared.adaptation is None else declared.adaptation.build()
    trained = program.output if adapter is None else adapter.wrap(program.output)
    hidden, classes = program.setup.model.activation_width, program.plan.levels[-1]
    output = (declared.output or Trained()).build(hidden, classes).to(program.device)
    for layer in output.modules():
        if isinstance(layer, TrainedLayer):
            layer.stands_for = trained
    output.eval()
    return AtTest(output, adapter, trained)


@contextmanager
def weights_kept(program: Program) -> Iterator[None]:
    """All weights and buffers come back bit for bit, whatever is done to them inside."""
    before = {name: value.clone() for name, value in program.state().items()}
    try:
        yield
    finally:
        program.load(before)
