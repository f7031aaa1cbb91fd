"""The same steps on a GPU and on the CPU, from the same weights: how far apart they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch

from hebbdsl import (
    AdaptiveSoftmax,
    Cache,
    Convnet,
    Gru,
    Hebbian,
    Lstm,
    Mixture,
    MixtureOfSoftmaxes,
    Nearest,
    Omniglot,
    Softmax,
    Transformer,
)
from hebbdsl.plan.planning import plan_setup
from hebbdsl.program.building import assemble
from hebbdsl.program.classification.batches import InPlay
from hebbdsl.program.classification.program import ClassificationProgram
from hebbdsl.program.data import Opened
from hebbdsl.program.devices import computing
from hebbdsl.program.language.evaluation import score
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.program.program import Program
from hebbdsl.spec.experiment import Setup
from hebbdsl.tasks import LANGUAGE
from tests import tiny, words

STEPS = 10
LOSS, WEIGHTS = 1e-4, 1e-3
"""Largest differences: of a loss relative to it, and of a weight. Sums come in another order, and
ten steps carry that on."""

EVERY = Hebbian(gamma=0.01, T=20, rescale="mean_row", center="running", moments="clear")
# Nothing is drawn on the device: its draws are its own. Of `sampled_softmax` the classes are.
SETUPS: Mapping[str, Setup] = {
    "lstm, softmax": words.setup(output=Softmax()),
    "lstm, hebbian": words.setup(output=EVERY),
    "lstm, cache": words.setup(output=Cache(size=30)),
    "lstm, nearest": words.setup(output=Nearest(neighbours=5, search="exact")),
    "lstm, mixture": words.setup(output=Mixture(experts=(EVERY, Cache(size=30)))),
    "lstm, mixture of softmaxes": words.setup(output=MixtureOfSoftmaxes(components=3)),
    "lstm, adaptive softmax": words.setup(output=AdaptiveSoftmax(cutoffs=(4, 15))),
    "lstm tied, hebbian": words.setup(model=Lstm(hidden=(12,), tied=True), output=EVERY),
    "gru, hebbian": words.setup(model=Gru(hidden=(12,), embedding=12), output=EVERY),
    "transformer, hebbian": words.setup(
        model=Transformer(d_model=12, num_heads=2, num_layers=1, context_length=6), output=EVERY
    ),
    "mlp, hebbian": tiny.setup(EVERY, clip_grad_norm=1.0),
    "convnet, hebbian": replace(
        tiny.setup(EVERY),
        model=Convnet(channels=(8, 8), features=16),
        data=Omniglot(classes=12, image_size=16),
    ),
}


def program_on(device: torch.device, setup: Setup) -> ClassificationProgram | LanguageProgram:
    text = words.content() if setup.data.task == LANGUAGE else None
    plan = plan_setup(setup, None if text is None else text.facts())
    opened = Opened(setup.data, tiny.content() if text is None else text)
    made = assemble("beside", "main", plan, 0, opened, device)
    assert isinstance(made, ClassificationProgram | LanguageProgram)
    return made


def stepped(program: ClassificationProgram | LanguageProgram, steps: int = STEPS) -> torch.Tensor:
    """The losses of the first steps."""
    statistics = torch.zeros(steps, len(program.update.statistic_names), device=program.device)
    with computing(program.device, program.setup.training):
        if isinstance(program, LanguageProgram):
            program.train(0, program.start(program.train_streams.streams), statistics, 1.0)
        else:
            play = InPlay(12, 8)
            program.train(0, program.draw(0, steps, play), play, statistics)
    return statistics[:, 0].cpu()


def apart(device: torch.device, name: str) -> tuple[float, float]:
    """The largest relative difference of a loss, of held-out words too, and that of a weight."""
    here, there = (program_on(one, SETUPS[name]) for one in (torch.device("cpu"), device))
    one, other = stepped(here), stepped(there)
    losses = float(((one - other) / one).abs().max())
    if isinstance(here, LanguageProgram) and isinstance(there, LanguageProgram):
        mine, its = score(here, "validation", 1).loss(), score(there, "validation", 1).loss()
        assert mine is not None
        assert its is not None
        losses = max(losses, abs(mine - its) / mine)
    return losses, _weights_apart(here, there)


def _weights_apart(here: Program, there: Program) -> float:
    mine, its = here.weights(), there.weights()
    return max(float((mine[name] - its[name]).abs().max()) for name in mine)
