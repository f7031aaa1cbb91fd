"""From a plan, a variant and a seed to a program."""

from __future__ import annotations

import torch

from hebbdsl.plan.plan import VariantPlan
from hebbdsl.plan.planning import plan_setup
from hebbdsl.program.batches import Sampler
from hebbdsl.program.choice import choose_classes
from hebbdsl.program.identity import identity
from hebbdsl.program.images import read_images
from hebbdsl.program.opening import Opened
from hebbdsl.program.program import Program
from hebbdsl.program.randomness import torch_generator
from hebbdsl.program.step import Step

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def assemble(
    experiment: str,
    variant: str,
    plan: VariantPlan,
    seed: int,
    opened: Opened,
    device: torch.device,
) -> Program:
    """Choose classes, read images, build and initialise modules, and bind them to the device.

    Weights are drawn on the CPU, the model's and the output's from generators of their own: two
    variants that differ in one of them start from the same weights in the other.
    """
    setup = opened.applied(plan.setup)
    if setup != plan.setup:
        plan = plan_setup(setup)  # all classes of what stands in may be another number
    facts, training = setup.data.facts(), setup.training
    chosen = choose_classes(seed, setup.data, setup.curriculum, len(opened.content.names))
    images = read_images(opened.content, setup.data, chosen, device)
    model = setup.model.build(facts.image)
    output = setup.output.build(setup.model.features, facts.classes)
    model.initialise(torch_generator(seed, "model"))
    output.initialise(torch_generator(seed, "output"))
    model, output = model.to(device), output.to(device)
    optimizer = training.optimizer.build([*model.parameters(), *output.parameters()])
    return Program(
        experiment=experiment,
        variant=variant,
        seed=seed,
        identity=identity(setup, seed, opened.content.fingerprint),
        plan=plan,
        setup=setup,
        opened=opened,
        chosen=chosen,
        device=device,
        images=images,
        sampler=Sampler(
            seed,
            training.batch_size,
            facts.train_drawings,
            setup.curriculum.newest_drawn(training.batch_size),
        ),
        model=model,
        output=output,
        optimizer=optimizer,
        step=Step(model, output, optimizer, PRECISIONS[training.precision], training.compile),
    )
