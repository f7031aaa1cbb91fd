"""Mixtures of softmaxes and mixtures by entropy on a text: trained, tied, and at test time."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from hebbdsl.parts.models.lstm.spec import Lstm
from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.mixture_of_softmaxes.spec import MixtureOfSoftmaxes
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.outputs.trained.spec import Trained
from hebbdsl.parts.part import Output
from hebbdsl.program.language.evaluation import StoredText, score, score_at_test
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.program.test_time import at_test
from hebbdsl.program.tuning import tune
from hebbdsl.spec.experiment import Evaluation
from tests import words

UNTIED = Lstm(hidden=(12,), embedding=12)
NARROW = MixtureOfSoftmaxes(components=3, width=8)
MODES: dict[str, tuple[Lstm, Output]] = {
    "untied": (UNTIED, MixtureOfSoftmaxes(components=3)),
    "narrow": (UNTIED, NARROW),
    "tied": (Lstm(hidden=(12,), tied=True), MixtureOfSoftmaxes(components=2)),
    "tied, narrow": (Lstm(hidden=(12,), embedding=8, tied=True), NARROW),
    "in a mixture": (UNTIED, Mixture(experts=(NARROW, Cache(size=40)), weights="learned")),
    "by entropy": (UNTIED, Mixture(experts=(NARROW, Cache(size=40)), weights="entropy")),
    "caches alone": (UNTIED, Mixture(experts=(Cache(size=40), Cache(size=9, theta=2.0)))),
}
CACHES = Mixture(experts=(Trained(), Cache(size=50, theta="tuned")), weights="tuned")


def trained(model: Lstm, output: Output, added: Output | None = None) -> LanguageProgram:
    setup = words.setup(model=model, output=output)
    program = words.program(replace(setup, evaluation=Evaluation(output=added)))
    statistics = torch.zeros(60, len(program.update.statistic_names))
    program.train(0, program.start(program.train_streams.streams), statistics, 1.0)
    assert statistics.isfinite().all()
    return program


@pytest.mark.parametrize("name", MODES)
def test_it_is_trained_and_a_cache_is_added_to_it(name: str) -> None:
    model, output = MODES[name]
    before = words.program(words.setup(model=model, output=output))
    program = trained(model, output, CACHES)
    plain = score(program, "validation", 1).loss()
    untrained = score(before, "validation", 1).loss()
    assert plain is not None
    assert untrained is not None
    assert plain < untrained - 0.05
    assert score(program, "validation", 1).loss() == plain
    at = at_test(program)
    tune(at, stored := StoredText(program, at))
    best = stored.scored(at.output.score_stored(stored)).loss()
    assert best is not None
    assert best <= plain + 1e-6
    assert score_at_test(program, "validation", at).loss() == pytest.approx(best, abs=1e-5)


def test_weights_by_entropy_are_tested_beside_those_that_are_tuned() -> None:
    """Streams of a text side by side and one after the other, with no weight of the run changed."""
    program = trained(UNTIED, Softmax(), replace(CACHES, weights="entropy", temperature=0.5))
    before = {name: value.clone() for name, value in program.state().items()}
    at = at_test(program)
    tune(at, StoredText(program, at))
    first, second = (score_at_test(program, "test", at).loss() for _ in range(2))
    assert first == second
    assert all(torch.equal(value, before[name]) for name, value in program.state().items())


@pytest.mark.parametrize("name", ["narrow", "tied, narrow", "by entropy"])
def test_it_is_trained_in_bfloat16(name: str) -> None:
    model, output = MODES[name]
    program = words.program(words.setup(model=model, output=output, precision="bfloat16"))
    statistics = torch.zeros(60, len(program.update.statistic_names))
    program.train(0, program.start(program.train_streams.streams), statistics, 1.0)
    assert statistics.isfinite().all()
    assert statistics[-10:, 0].mean() < statistics[:10, 0].mean()


def test_tied_rows_are_the_embedding() -> None:
    program = trained(*MODES["tied, narrow"])
    assert program.model.embedding is None
    rows = program.output.class_rows()
    assert rows is not None
    assert rows.shape == (words.WORDS, 8)
