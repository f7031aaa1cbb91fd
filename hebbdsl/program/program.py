"""Stage 5's noun: a variant and a seed as tensors and functions on one device."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor, nn

from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.plan.plan import VariantPlan
from hebbdsl.program.data import Opened
from hebbdsl.program.randomness import torch_generator
from hebbdsl.program.update import Update
from hebbdsl.spec.experiment import Setup

if TYPE_CHECKING:
    from hebbdsl.program.building import Start


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Program:
    """All that a run needs. Its weights and the optimizer's state change as it is run."""

    experiment: str
    variant: str
    seed: int
    identity: str
    plan: VariantPlan
    opened: Opened
    device: torch.device
    model: nn.Module
    output: OutputLayer
    update: Update

    @classmethod
    @abstractmethod
    def assemble(cls, plan: VariantPlan, start: Start) -> Self:
        """Read the data, build and initialise modules, and bind them to the device.

        Raises: Rejected, when the data that was read is too short for the setup.
        """

    def __repr__(self) -> str:
        run = f"{self.experiment}, {self.variant}, seed {self.seed}"
        return f"<{type(self).__name__} {run}, on {self.device}>"

    @property
    def setup(self) -> Setup:
        """The setup as it is run: with the data set that stands in, where one does."""
        return self.plan.setup

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        return self.update.optimizer

    @property
    def learning_rate(self) -> float:
        """With which the optimizer made its last step."""
        rate: float = self.optimizer.param_groups[0]["lr"]
        return rate

    def set_learning_rate(self, factor: float) -> None:
        """What the spec says, times `factor`."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.setup.training.optimizer.learning_rate * factor

    def draw_samples(self, purpose: str, step: int, in_play: int) -> None:
        """Let outputs whose loss is an estimate draw what that of `step` is made from."""
        for number, layer in enumerate(self.output.modules()):
            if isinstance(layer, OutputLayer) and layer.samples:
                key = f"{purpose} of output {number}"
                layer.draw(torch_generator(self.seed, key, step, self.device), in_play)

    def state(self) -> Mapping[str, Tensor]:
        """Every parameter and buffer of model and output, by name: views of what is in use."""
        state = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        return state | {f"output.{n}": value for n, value in self.output.state_dict().items()}

    def weights(self) -> Mapping[str, Tensor]:
        """The same as they stand now, on the CPU."""
        return {name: value.detach().cpu().contiguous() for name, value in self.state().items()}

    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Copy all of them in; memories that grow take the length of what they are given.

        Raises: ValueError, when they are those of another model.
        """
        if weights.keys() != self.state().keys():
            raise ValueError("they have other names")
        for part, module in (("model", self.model), ("output", self.output)):
            own = {n.removeprefix(f"{part}."): v for n, v in weights.items() if n.startswith(part)}
            try:
                module.load_state_dict(own)
            except RuntimeError as error:
                raise ValueError("they have other shapes") from error
