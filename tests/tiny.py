"""A tiny problem that trains in a second: prototypes with noise in place of drawn characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from hebbdsl.expression.condition import Condition
from hebbdsl.parts.curricula.growing import Growing
from hebbdsl.parts.datasets.drawings import CharacterContent
from hebbdsl.parts.datasets.omniglot import Omniglot
from hebbdsl.parts.models.mlp.spec import Mlp
from hebbdsl.parts.optimizers.adam import Adam
from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.part import Output
from hebbdsl.plan.planning import plan_setup
from hebbdsl.program.building import assemble
from hebbdsl.program.classification.program import ClassificationProgram
from hebbdsl.program.data import Opened
from hebbdsl.spec.experiment import Setup, Training

HEBBIAN = Hebbian(gamma=0.05, T=500, rescale="mean_row")
CPU = torch.device("cpu")


def content(classes: int = 40, drawings: int = 20) -> CharacterContent:
    """Each class is a random image; its drawings are that with noise."""

    def read(wanted: Sequence[int], size: int) -> np.ndarray:
        shape = (drawings, size, size)
        images = []
        for one in wanted:
            generator = np.random.default_rng(one)
            prototype = generator.uniform(0, 255, (size, size))
            noise = generator.normal(0, 40, shape)
            images.append(np.clip(prototype + noise, 0, 255).astype(np.uint8))
        return np.stack(images)

    names = tuple(f"prototypes/{number:02}" for number in range(classes))
    return CharacterContent(
        "omniglot", "made here", "f" * 64, names, ("prototypes",) * classes, read
    )


def setup(output: Output | None = None, **training: Any) -> Setup:
    """Twelve classes, four at first and four more twice; 60 steps, an evaluation every 5."""
    fields: dict[str, Any] = {
        "optimizer": Adam(learning_rate=3e-3),
        "batch_size": 16,
        "steps": 60,
        "evaluate_every": 5,
        "binding_steps": 20,
        **training,
    }
    return Setup(
        data=Omniglot(classes=12, image_size=8),
        model=Mlp(hidden=(32,), features=16),
        output=Softmax() if output is None else output,
        curriculum=Growing(start=4, add=4, when=Condition.parse("test_accuracy >= 0.9")),
        training=Training(**fields),
    )


def program(of: Setup, seed: int = 0) -> ClassificationProgram:
    made = assemble("tiny", "main", plan_setup(of), seed, Opened(of.data, content()), CPU)
    assert isinstance(made, ClassificationProgram)
    return made


def with_dropout(of: Setup, dropout: float) -> Setup:
    return replace(of, model=replace(of.model, dropout=dropout))
