"""The program of a variant that learns pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import torch
from jaxtyping import Float
from torch import Tensor

from hebbdsl.parts.datasets.content import LabelledContent
from hebbdsl.parts.models.network import Network
from hebbdsl.plan.classification import ClassificationPlan
from hebbdsl.plan.plan import VariantPlan
from hebbdsl.program.building import PRECISIONS, Start
from hebbdsl.program.classification.augmentation import rotate_and_shift
from hebbdsl.program.classification.batches import Batches, InPlay, Sampler
from hebbdsl.program.classification.classes import ChosenClass, choose_classes
from hebbdsl.program.classification.examples import Images, read_images
from hebbdsl.program.classification.step import ClassificationStep
from hebbdsl.program.program import Program
from hebbdsl.program.randomness import own_draws_only, torch_generator


@dataclass(frozen=True, eq=False, kw_only=True, slots=True, repr=False)
class ClassificationProgram(Program):
    """A program whose batches are drawn from the classes in play."""

    plan: ClassificationPlan
    content: LabelledContent
    chosen: tuple[ChosenClass, ...]
    images: Images
    sampler: Sampler
    model: Network
    step: ClassificationStep

    @classmethod
    def assemble(cls, plan: VariantPlan, start: Start) -> Self:
        content, seed, device = start.opened.content, start.seed, start.device
        assert isinstance(plan, ClassificationPlan), plan
        assert isinstance(content, LabelledContent), content
        facts, training = plan.facts, plan.setup.training
        chosen = choose_classes(seed, plan.data, plan.curriculum, len(content.names))
        images = read_images(content, plan.data, chosen, device)
        with own_draws_only():
            model = plan.model.build(facts.image)
            output = plan.setup.output.build(plan.model.features, facts.classes)
        update = start.update(plan, model, output, plan.model.features)
        precision = PRECISIONS[training.precision]
        return cls(
            experiment=start.experiment,
            variant=start.variant,
            seed=seed,
            identity=start.identity(plan),
            opened=start.opened,
            device=device,
            plan=plan,
            content=content,
            chosen=chosen,
            images=images,
            sampler=Sampler(
                seed,
                training.batch_size,
                facts.train_drawings,
                plan.curriculum.newest_drawn(training.batch_size),
            ),
            model=model,
            output=output,
            update=update,
            step=ClassificationStep(model, output, update, precision, training.compile),
        )

    def draw(self, first: int, steps: int, play: InPlay) -> Batches:
        return self.sampler.draw(first, steps, play, self.device)

    def train(
        self,
        first: int,
        batches: Batches,
        play: InPlay,
        statistics: Float[Tensor, "steps statistics"],
    ) -> None:
        """Run the steps of `batches`, the first of which is step `first` (from 0)."""
        dropout, schedule = self.plan.model.dropout, self.setup.training.schedule
        self.model.train()
        rows = zip(
            batches.labels.unbind(), batches.drawings.unbind(), statistics.unbind(), strict=True
        )
        for step, (labels, drawings, row) in enumerate(rows, start=first):
            if schedule is not None:
                self.set_learning_rate(schedule.factor(step, self.plan.steps))
            self.draw_samples("sample", step, play.classes)
            images = self._augmented(self.images.training_batch(labels, drawings), step)
            keep = None if dropout == 0 else self._keep(step, len(labels))
            self.step(images, labels, keep, play.classes, row)

    def _augmented(self, images: Tensor, step: int) -> Tensor:
        data = self.plan.data
        if data.augment_rotation == 0 and data.augment_shift == 0:
            return images
        generator = torch_generator(self.seed, "augmentation", step, self.device)
        return rotate_and_shift(images, data.augment_rotation, data.augment_shift, generator)

    def _keep(self, step: int, batch: int) -> Tensor:
        """Dropout's mask: 0 with probability p, else 1/(1 − p)."""
        p = self.plan.model.dropout
        generator = torch_generator(self.seed, "dropout", step, self.device)
        draws = torch.rand(batch, self.plan.model.features, generator=generator, device=self.device)
        return (draws >= p).float() / (1 - p)
