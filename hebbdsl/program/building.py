"""From a plan, a variant and a seed to a program."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from hebbdsl.parts.models.language_network import LanguageNetwork
from hebbdsl.parts.models.network import Network
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.part import Output
from hebbdsl.plan.plan import VariantPlan
from hebbdsl.program.data import Opened
from hebbdsl.program.identity import identity
from hebbdsl.program.program import Program
from hebbdsl.program.randomness import torch_generator
from hebbdsl.program.update import Update
from hebbdsl.vocabulary import package_of, refuse_part

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def assemble(
    experiment: str,
    variant: str,
    plan: VariantPlan,
    seed: int,
    opened: Opened,
    device: torch.device,
) -> Program:
    """Read the data, build and initialise modules, and bind them to the device.

    Weights are drawn on the CPU, the model's and the output's from generators of their own: two
    variants that differ in one of them start from the same weights in the other.

    Raises: Rejected, when the data that was read is too short for the setup.
    """
    start = Start(experiment, variant, seed, opened, device)
    found = opened.planned(plan)
    return found.task.program_class.assemble(found, start)


@dataclass(frozen=True, slots=True)
class Start:
    """What every program is given, whatever its task."""

    experiment: str
    variant: str
    seed: int
    opened: Opened
    device: torch.device

    def identity(self, plan: VariantPlan) -> str:
        return identity(plan.setup, self.seed, self.opened.content.fingerprint)

    def update(
        self, plan: VariantPlan, model: Network | LanguageNetwork, output: OutputLayer
    ) -> Update:
        """Draws the initial weights, moves them to the device in place, and makes what updates
        them."""
        training, word = plan.setup.training, plan.setup.output
        if not isinstance(output, OutputLayer):
            refuse_part(word, f"`build` returns {type(output).__name__}")
        model.initialise(torch_generator(self.seed, "model"))
        output.initialise(torch_generator(self.seed, "output"))
        if package_of(type(word)) is not None:
            _try_shapes(word, output, plan.setup.model.activation_width)
        model.to(self.device)
        output.to(self.device)
        optimizer = training.optimizer.build([*model.parameters(), *output.parameters()])
        return Update(model, output, optimizer, training.clip_grad_norm)


@torch.no_grad()
def _try_shapes(word: Output, output: OutputLayer, hidden: int) -> None:
    """Refuses the output of a package whose predictions have another shape than is promised: our
    own are held to it by tests."""
    examples, classes = 3, 2
    found = output.eval().log_probabilities(torch.zeros(examples, hidden), classes)
    output.train()
    if tuple(found.shape) != (examples, classes):
        refuse_part(
            word,
            f"`log_probabilities` of {examples} examples and {classes} classes has shape "
            f"{tuple(found.shape)}",
        )
