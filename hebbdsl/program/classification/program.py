"""The program of a variant that learns labelled examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import torch
from jaxtyping import Float
from torch import Tensor

from hebbdsl.expression.metric import Split
from hebbdsl.parts.models.network import Network
from hebbdsl.plan.classification import ClassificationPlan
from hebbdsl.plan.plan import VariantPlan
from hebbdsl.program.building import PRECISIONS, Start
from hebbdsl.program.classification.batches import Batches, InPlay, Sampler
from hebbdsl.program.classification.classes import choose_classes
from hebbdsl.program.classification.examples import Examples, read_examples
from hebbdsl.program.classification.step import ClassificationStep
from hebbdsl.program.program import Program
from hebbdsl.program.randomness import own_draws_only, torch_generator


@dataclass(frozen=True, eq=False, kw_only=True, slots=True, repr=False)
class ClassificationProgram(Program):
    """A program whose batches are drawn from the classes in play.

    Attributes:
        chosen: the names of the classes that take part, by label.
        examples: of those classes.
    """

    plan: ClassificationPlan
    chosen: tuple[str, ...]
    examples: Mapping[Split, Examples]
    sampler: Sampler
    model: Network
    step: ClassificationStep

    @classmethod
    def assemble(cls, plan: VariantPlan, start: Start) -> Self:
        content, seed, device = start.opened.content, start.seed, start.device
        assert isinstance(plan, ClassificationPlan), plan
        facts, training = plan.facts, plan.setup.training
        names = plan.data.class_names(content)
        chosen = choose_classes(seed, plan.curriculum, facts.classes, len(names))
        examples = read_examples(plan.data, facts.shape, content, chosen, device)
        with own_draws_only():
            model = plan.model.build(facts.shape)
            output = plan.setup.output.build(plan.model.features, facts.classes)
        update = start.update(plan, model, output)
        precision = PRECISIONS[training.precision]
        return cls(
            experiment=start.experiment,
            variant=start.variant,
            seed=seed,
            identity=start.identity(plan),
            opened=start.opened,
            device=device,
            plan=plan,
            chosen=tuple(names[number] for number in chosen),
            examples=examples,
            sampler=Sampler(
                seed,
                training.batch_size,
                examples["train"].offsets,
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
        augment = self.plan.data.augmentation()
        self.model.train()
        rows = zip(
            batches.labels.unbind(), batches.places.unbind(), statistics.unbind(), strict=True
        )
        for step, (labels, places, row) in enumerate(rows, start=first):
            if schedule is not None:
                self.set_learning_rate(schedule.factor(step, self.plan.steps))
            self.draw_samples("sample", step, play.classes)
            inputs = self.examples["train"].inputs(places)
            if augment is not None:
                generator = torch_generator(self.seed, "augmentation", step, self.device)
                inputs = augment(inputs, generator)
            keep = None if dropout == 0 else self._keep(step, len(labels))
            self.step(inputs, labels, keep, play.classes, row)

    @property
    def held_out(self) -> Mapping[Split, Examples]:
        """Those that nothing is trained on."""
        return {split: one for split, one in self.examples.items() if split != "train"}

    def _keep(self, step: int, batch: int) -> Tensor:
        """Dropout's mask: 0 with probability p, else 1/(1 − p)."""
        p = self.plan.model.dropout
        generator = torch_generator(self.seed, "dropout", step, self.device)
        draws = torch.rand(batch, self.plan.model.features, generator=generator, device=self.device)
        return (draws >= p).float() / (1 - p)
