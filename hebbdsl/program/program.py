"""Stage 5's noun: a variant and a seed as tensors and functions on one device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from hebbdsl.parts.models.network import Network
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.plan.plan import VariantPlan
from hebbdsl.program.augmentation import rotate_and_shift
from hebbdsl.program.batches import Batches, InPlay, Sampler
from hebbdsl.program.choice import ChosenClass
from hebbdsl.program.images import Images
from hebbdsl.program.opening import Opened
from hebbdsl.program.randomness import torch_generator
from hebbdsl.program.step import Step
from hebbdsl.spec.experiment import Setup


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Program:
    """All that a run needs. Its weights and the optimizer's state change as it is run."""

    experiment: str
    variant: str
    seed: int
    identity: str
    plan: VariantPlan
    setup: Setup
    """The setup as it is run: with the data set that stands in, where one does."""
    opened: Opened
    chosen: tuple[ChosenClass, ...]
    device: torch.device
    images: Images
    sampler: Sampler
    model: Network
    output: OutputLayer
    optimizer: torch.optim.Optimizer
    step: Step

    def draw(self, first: int, steps: int, play: InPlay) -> Batches:
        return self.sampler.draw(first, steps, play, self.device)

    def train(
        self, first: int, batches: Batches, play: InPlay, watch: Float[Tensor, "steps watched"]
    ) -> None:
        """Run the steps of `batches`, the first of which is step `first` (from 0)."""
        dropout, schedule = self.setup.model.dropout, self.setup.training.schedule
        self.model.train()
        rows = zip(batches.labels.unbind(), batches.drawings.unbind(), watch.unbind(), strict=True)
        for step, (labels, drawings, row) in enumerate(rows, start=first):
            if schedule is not None:
                self._set_learning_rate(schedule.factor(step, self.setup.training.steps))
            images = self._augmented(self.images.training_batch(labels, drawings), step)
            keep = None if dropout == 0 else self._keep(step, len(labels))
            self.step(images, labels, keep, play.classes, row)

    def _set_learning_rate(self, factor: float) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = self.setup.training.optimizer.learning_rate * factor

    def _augmented(self, images: Tensor, step: int) -> Tensor:
        data = self.setup.data
        if data.augment_rotation == 0 and data.augment_shift == 0:
            return images
        generator = torch_generator(self.seed, "augmentation", step, self.device)
        return rotate_and_shift(images, data.augment_rotation, data.augment_shift, generator)

    def _keep(self, step: int, batch: int) -> Tensor:
        """Dropout's mask: 0 with probability p, else 1/(1 − p)."""
        p = self.setup.model.dropout
        generator = torch_generator(self.seed, "dropout", step, self.device)
        draws = torch.rand(
            batch, self.setup.model.features, generator=generator, device=self.device
        )
        return (draws >= p).float() / (1 - p)

    def weights(self) -> Mapping[str, Tensor]:
        """Every parameter and buffer of model and output, by name, on the CPU."""
        state = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        state |= {f"output.{name}": value for name, value in self.output.state_dict().items()}
        return {name: value.detach().cpu().contiguous() for name, value in state.items()}
