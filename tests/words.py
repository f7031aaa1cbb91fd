"""A tiny text that trains in a second: each word is mostly followed by the same other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from hebbdsl.parts.datasets.corpora.corpus_content import CorpusContent
from hebbdsl.parts.datasets.stdlib_docs import StdlibDocs
from hebbdsl.parts.models.lstm.spec import Lstm
from hebbdsl.parts.optimizers.adam import Adam
from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.plan.planning import plan_setup
from hebbdsl.program.building import assemble
from hebbdsl.program.data import Opened
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.spec.experiment import Setup, Training

HEBBIAN = Hebbian(gamma=0.01, T=20, rescale="row", center="running")
CPU = torch.device("cpu")
WORDS = 30


def tokens(count: int, seed: int) -> np.ndarray:
    """A walk: from word w to 7w + 3, or one time in five anywhere, low ids the likelier."""
    generator = np.random.default_rng(seed)
    shares = 1 / np.arange(1, WORDS + 1)
    jumps = generator.choice(WORDS, count, p=shares / shares.sum())
    follows = generator.random(count) < 0.8
    found = np.empty(count, np.int32)
    found[0] = 0
    for place in range(1, count):
        found[place] = (7 * found[place - 1] + 3) % WORDS if follows[place] else jumps[place]
    return found


def content(train: int = 1_500, held_out: int = 203) -> CorpusContent:
    counts = np.bincount(tokens(train, 0), minlength=WORDS)
    order = np.argsort(-counts, kind="stable")
    rank = np.empty(WORDS, np.int32)
    rank[order] = np.arange(WORDS)
    return CorpusContent(
        word="stdlib_docs",
        origin="made up",
        fingerprint="0" * 64,
        words=[f"w{number}" for number in order],
        counts=counts[order],
        splits={
            "train": rank[tokens(train, 0)],
            "validation": rank[tokens(held_out, 1)],
            "test": rank[tokens(held_out, 2)],
        },
    )


def setup(**changes: Any) -> Setup:
    """`model`, `output`, and fields of `Training`."""
    training = Training(
        optimizer=Adam(learning_rate=1e-2),
        batch_size=5,
        sequence_length=7,
        epochs=2,
        evaluation_streams=4,
    )
    parts = {name: changes.pop(name) for name in ("model", "output") if name in changes}
    made = Setup(
        data=StdlibDocs(),
        model=Lstm(hidden=(12,), embedding=12),
        output=HEBBIAN,
        training=replace(training, **changes),
    )
    return replace(made, **parts)


def program(
    of: Setup | None = None, seed: int = 0, text: CorpusContent | None = None
) -> LanguageProgram:
    of, text = of or setup(), text or content()
    plan = plan_setup(of, text.facts())
    made = assemble("tiny", "main", plan, seed, Opened(of.data, text), CPU)
    assert isinstance(made, LanguageProgram)
    return made
