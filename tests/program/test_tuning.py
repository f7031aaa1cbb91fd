"""Settings searched on stored activations."""

from __future__ import annotations

from dataclasses import replace
from math import log

import pytest
import torch

from hebbdsl.parts.adaptations.dynamic_evaluation.spec import DynamicEvaluation
from hebbdsl.parts.adaptations.mbpa.spec import Mbpa
from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.mixture.module import best_weights
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.trained.spec import Trained
from hebbdsl.parts.part import Output
from hebbdsl.program.at_test import at_test, weights_kept
from hebbdsl.program.text_evaluation import (
    StoredText,
    gather_slopes,
    score,
    score_at_test,
)
from hebbdsl.program.tuning import tune
from hebbdsl.program.word_program import WordProgram
from hebbdsl.spec.experiment import Evaluation
from tests import words


def trained(output: Output | None = None, adaptation: object = None) -> WordProgram:
    """A program of which 60 steps were made, with an evaluation."""
    evaluation = Evaluation(output=output, adaptation=adaptation)  # type: ignore[arg-type]
    program = words.program(replace(words.setup(), evaluation=evaluation))
    watch = torch.zeros(60, len(program.update.watched))
    program.train(0, program.start(program.train_streams.streams), watch, 1.0)
    return program


TUNED = Mixture(experts=(Trained(), Cache(size=50, theta="tuned")), weights="tuned")


def test_the_best_weights_are_those_of_a_fine_grid() -> None:
    generator = torch.Generator().manual_seed(0)
    terms = [-3 * torch.rand(200, generator=generator) for _ in range(2)]
    found = best_weights(terms)

    def likely(share: float) -> float:
        mixed = torch.logaddexp(terms[0] + log(share), terms[1] + log(1 - share))
        return float(mixed.double().mean())

    best = max(likely(k / 1_000) for k in range(1, 1_000))
    assert sum(found) == pytest.approx(1)
    assert likely(min(max(found[0], 1e-6), 1 - 1e-6)) >= best - 1e-7


def test_an_output_as_trained_is_the_trained_output() -> None:
    program = trained()
    plain = score(program, "test", 1)
    added = score_at_test(program, "test", at_test(program))
    assert added.sums == pytest.approx(plain.sums, abs=1e-4)
    alone = replace(program.setup.evaluation, output=Mixture(experts=(Trained(),)))
    program = trained(alone.output)
    assert score_at_test(program, "test", at_test(program)).sums == pytest.approx(
        plain.sums, abs=1e-4
    )


def test_what_is_tuned_beats_a_grid_on_validation_and_says_what_it_chose() -> None:
    program = trained(TUNED)
    at = at_test(program)
    stored = StoredText(program, at)
    tune(at, stored)
    best = stored.scored(at.output.score_stored(stored)).loss()
    assert best is not None
    chosen = at.output.tuned()
    assert set(chosen) == {"weights", "experts.1.theta"}
    # The same settings, read afresh from the model and without the store.
    again = score_at_test(program, "validation", at).loss()
    assert again == pytest.approx(best, abs=1e-5)
    for theta in (0.05, 0.3, 1.0, 3.0):
        for share in (0.05, 0.3, 0.6):
            by_hand = Mixture(
                experts=(Trained(), Cache(size=50, theta=theta)), weights=(1 - share, share)
            )
            other = score_at_test(trained(by_hand), "validation", at_test(trained(by_hand)))
            assert best <= (other.loss() or 0) + 1e-4


def test_nested_mixtures_are_tuned_knob_by_knob() -> None:
    inner = Mixture(
        experts=(Cache(size=9, theta="tuned"), Cache(size=100, theta="tuned")), weights="tuned"
    )
    program = trained(Mixture(experts=(Trained(), inner), weights="tuned"))
    at = at_test(program)
    stored = StoredText(program, at)
    tune(at, stored)
    assert set(at.output.tuned()) == {
        "weights",
        "experts.1.weights",
        "experts.1.experts.0.theta",
        "experts.1.experts.1.theta",
    }
    nested = stored.scored(at.output.score_stored(stored)).loss()
    single = at_test(program := trained(TUNED))
    tune(single, kept := StoredText(program, single))
    assert nested is not None
    assert nested <= (kept.scored(single.output.score_stored(kept)).loss() or 0) + 1e-3


def test_fixed_settings_are_left_alone() -> None:
    fixed = Mixture(experts=(Trained(), Cache(size=9, theta=0.2)), weights=(0.5, 0.5))
    at = at_test(program := trained(fixed))
    tune(at, StoredText(program, at))
    assert at.output.tuned() == {}


@pytest.mark.parametrize(
    "adaptation", [DynamicEvaluation(segment=4, training_batches=9), Mbpa(size=30)]
)
def test_trained_weights_come_back_bit_for_bit(adaptation: object) -> None:
    program = trained(TUNED, adaptation)
    before = {name: value.clone() for name, value in program.state().items()}
    plain = score(program, "test", 1).loss()
    at = at_test(program)
    assert at.adapter is not None
    if at.adapter.training_batches:
        gather_slopes(program, at.adapter)
    with weights_kept(program):
        adapted = score_at_test(program, "test", at).loss()
    assert adapted != plain
    assert all(torch.equal(value, before[name]) for name, value in program.state().items())


def test_a_rate_of_zero_changes_nothing() -> None:
    still = DynamicEvaluation(learning_rate=0, segment=4, training_batches=3)
    program = trained(None, still)
    at = at_test(program)
    assert at.adapter is not None
    gather_slopes(program, at.adapter)
    found = score_at_test(program, "test", at)
    assert found.sums == pytest.approx(score(program, "test", 1).sums, abs=1e-3)
