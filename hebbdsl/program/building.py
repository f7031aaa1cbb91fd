"""From a plan, a variant and a seed to a program."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from hebbdsl.parts.datasets.content import LabelledContent
from hebbdsl.parts.datasets.corpora.content import CorpusContent
from hebbdsl.parts.models.language_network import LanguageNetwork
from hebbdsl.parts.models.network import Network
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.plan.plan import ClassificationPlan, LanguagePlan, VariantPlan
from hebbdsl.program.classification.batches import Sampler
from hebbdsl.program.classification.classes import choose_classes
from hebbdsl.program.classification.examples import read_images
from hebbdsl.program.classification.program import ClassificationProgram
from hebbdsl.program.classification.step import ClassificationStep
from hebbdsl.program.data import Opened
from hebbdsl.program.identity import identity
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.program.language.step import LanguageStep
from hebbdsl.program.language.streams import Streams
from hebbdsl.program.program import Program
from hebbdsl.program.randomness import own_draws_only, torch_generator
from hebbdsl.program.update import Update
from hebbdsl.vocabulary import refuse_part

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

    Raises: Rejected, when the text that was read is too short for the setup.
    """
    start = _Start(experiment, variant, seed, opened, device)
    opened.refuse_short(plan.setup)
    found = opened.planned(plan)
    match opened.content, found:
        case LabelledContent() as content, ClassificationPlan():
            return _of_pictures(found, content, start)
        case CorpusContent() as content, LanguagePlan():
            return _of_words(found, content, start)
    raise TypeError("a plan is of the data that was opened")


@dataclass(frozen=True, slots=True)
class _Start:
    """What every program is given, whatever it learns."""

    experiment: str
    variant: str
    seed: int
    opened: Opened
    device: torch.device

    def identity(self, plan: VariantPlan) -> str:
        return identity(plan.setup, self.seed, self.opened.content.fingerprint)


def _of_pictures(
    plan: ClassificationPlan, content: LabelledContent, start: _Start
) -> ClassificationProgram:
    seed, device = start.seed, start.device
    facts, training = plan.facts, plan.setup.training
    chosen = choose_classes(seed, plan.data, plan.curriculum, len(content.names))
    images = read_images(content, plan.data, chosen, device)
    with own_draws_only():
        model = plan.model.build(facts.image)
        output = plan.setup.output.build(plan.model.features, facts.classes)
    update = _prepared(plan, model, output, start)
    precision = PRECISIONS[training.precision]
    return ClassificationProgram(
        experiment=start.experiment,
        variant=start.variant,
        seed=start.seed,
        identity=start.identity(plan),
        opened=start.opened,
        device=start.device,
        plan=plan,
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


def _of_words(plan: LanguagePlan, content: CorpusContent, start: _Start) -> LanguageProgram:
    training = plan.setup.training
    with own_draws_only():
        model = plan.model.build(plan.facts.words)
        output = plan.setup.output.build(plan.model.activation_width, plan.facts.words)
    update = _prepared(plan, model, output, start)
    rows = output.class_rows() if plan.model.tied else None
    return LanguageProgram(
        experiment=start.experiment,
        variant=start.variant,
        seed=start.seed,
        identity=start.identity(plan),
        opened=start.opened,
        device=start.device,
        plan=plan,
        content=content,
        train_streams=Streams(
            content.splits["train"],
            training.batch_size,
            training.sequence_length,
            len(content.words),
        ),
        model=model,
        output=output,
        update=update,
        step=LanguageStep(
            model, output, rows, update, PRECISIONS[training.precision], training.compile
        ),
    )


def _prepared(
    plan: VariantPlan,
    model: Network | LanguageNetwork,
    output: OutputLayer,
    start: _Start,
) -> Update:
    """Initial weights, moved to the device in place, and what updates them."""
    training = plan.setup.training
    if not isinstance(output, OutputLayer):
        refuse_part(plan.setup.output, f"`build` returns {type(output).__name__}")
    model.initialise(torch_generator(start.seed, "model"))
    output.initialise(torch_generator(start.seed, "output"))
    model.to(start.device)
    output.to(start.device)
    optimizer = training.optimizer.build([*model.parameters(), *output.parameters()])
    return Update(model, output, optimizer, training.clip_grad_norm)
