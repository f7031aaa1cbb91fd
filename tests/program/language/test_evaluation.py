"""Likelihoods of a held-out text beside a loop over its words."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from hebbdsl.parts.models.language_model import LanguageModel
from hebbdsl.parts.models.lstm.spec import Lstm
from hebbdsl.parts.models.transformer.spec import Transformer
from hebbdsl.program.language import evaluation as module
from hebbdsl.program.language.evaluation import score
from hebbdsl.program.language.program import LanguageProgram
from tests.words import WORDS, program, setup

MODELS = [
    Lstm(hidden=(12,), embedding=12, dropout=0.5),
    Lstm(hidden=(8, 10), embedding=6, features=6, tied=True),
    Transformer(d_model=12, num_heads=2, num_layers=2, dim_feedforward=16, context_length=9),
]


def trained(model: LanguageModel) -> LanguageProgram:
    made = program(setup(model=model))
    made.train(0, made.start(5), torch.empty(20, len(made.update.statistic_names)), 1.0)
    return made


@pytest.mark.parametrize("model", MODELS)
def test_the_whole_text_is_read_word_by_word(model: LanguageModel) -> None:
    made = trained(model)
    text = torch.from_numpy(made.content.splits["test"].astype(np.int64))
    state, sums = made.start(1), np.zeros(WORDS)
    rows = made.output.class_rows() if model.tied else None
    with torch.no_grad():
        for before, after in pairwise(text):
            h, state = made.model(before.view(1, 1), rows, state)
            sums[after] -= float(made.output.log_probabilities(h[0], WORDS)[0, after])
    found = score(made, "test", 1)
    np.testing.assert_allclose(found.sums, sums, rtol=1e-4)
    assert found.counts.tolist() == np.bincount(text[1:], minlength=WORDS).tolist()
    assert found.loss() == pytest.approx(sums.sum() / (len(text) - 1), rel=1e-5)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("block", [1, 7, 64])
def test_where_windows_end_makes_no_difference(
    model: LanguageModel, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = trained(model)
    whole = score(made, "validation", 1).loss()
    monkeypatch.setattr(module, "BLOCK", block)
    assert score(made, "validation", 1).loss() == pytest.approx(whole, rel=1e-5)


def test_evaluating_changes_nothing() -> None:
    made = trained(MODELS[0])
    before = {name: value.clone() for name, value in made.weights().items()}
    first, second = score(made, "validation", 3), score(made, "validation", 3)
    assert first.sums.tolist() == second.sums.tolist()
    for name, value in made.weights().items():
        assert torch.equal(value, before[name])


def test_words_that_are_not_asked_for_have_no_loss() -> None:
    found = score(trained(MODELS[0]), "test", 1)
    assert found.loss(np.array([], dtype=int)) is None
    assert found.loss(np.arange(WORDS)) == pytest.approx(found.loss())
