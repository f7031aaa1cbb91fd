"""Settings searched on stored activations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import log

import pytest
import torch
from torch import Tensor

from hebbdsl.parts.adaptations.dynamic_evaluation.spec import DynamicEvaluation
from hebbdsl.parts.adaptations.mbpa.module import MbpaLayer
from hebbdsl.parts.adaptations.mbpa.spec import Mbpa
from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.mixture.shares import Branch, fit
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.trained.spec import Trained
from hebbdsl.parts.part import Output
from hebbdsl.program.language.evaluation import (
    StoredText,
    gather_gradients,
    score,
    score_at_test,
)
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.program.test_time import Predictor, at_test, weights_kept
from hebbdsl.program.tuning import tune
from hebbdsl.spec.experiment import Evaluation
from tests import words


def trained(output: Output | None = None, adaptation: object = None) -> LanguageProgram:
    """A program of which 60 steps were made, with an evaluation."""
    evaluation = Evaluation(output=output, adaptation=adaptation)  # type: ignore[arg-type]
    program = words.program(replace(words.setup(), evaluation=evaluation))
    statistics = torch.zeros(60, len(program.update.statistic_names))
    program.train(0, program.start(program.train_streams.streams), statistics, 1.0)
    return program


TUNED = Mixture(experts=(Trained(), Cache(size=50, theta="tuned")), weights="tuned")


MANY_STEPS = Mbpa(size=30, steps=3, pull=0.1, neighbours=4, learning_rate="tuned")


def test_the_best_weights_are_those_of_a_fine_grid() -> None:
    generator = torch.Generator().manual_seed(0)
    terms = [-3 * torch.rand(200, generator=generator) for _ in range(2)]
    fit(branch := Branch((0.9, 0.1), True, terms))
    found = branch.shares

    def likely(share: float) -> float:
        mixed = torch.logaddexp(terms[0] + log(share), terms[1] + log(1 - share))
        return float(mixed.double().mean())

    best = max(likely(k / 1_000) for k in range(1, 1_000))
    assert sum(found) == pytest.approx(1)
    assert likely(min(max(found[0], 1e-6), 1 - 1e-6)) >= best - 1e-7


GRID = [k / 20 for k in range(1, 20)]


def likely(*leaves: tuple[float, torch.Tensor]) -> float:
    """Of words, in the mean, by leaves with their shares of everything."""
    mixed = sum((share * leaf.double().exp() for share, leaf in leaves), torch.zeros(()).double())
    return float(mixed.log().mean())


@pytest.mark.parametrize("outer", [None, 0.7])
@pytest.mark.parametrize("inner", [None, 0.2])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_shares_of_mixtures_in_mixtures_are_the_best_together(
    outer: float | None, inner: float | None, seed: int
) -> None:
    """Beside all of a grid of both. What is best for the inner one alone is not best in it."""
    generator = torch.Generator().manual_seed(seed)
    a, b, c = (-4 * torch.rand(60, generator=generator) ** 2 for _ in range(3))
    # The first and the second know the same words, so that the second is of use alone only.
    b = torch.where(torch.arange(60) < 40, a + 0.1, b - 2)

    def shares(given: float | None) -> tuple[float, float]:
        return (0.5, 0.5) if given is None else (given, 1 - given)

    within = Branch(shares(inner), inner is None, [b, c])
    root = Branch(shares(outer), outer is None, [a, within])
    fit(root)

    def of(w: float, v: float) -> float:
        return likely((w, a), ((1 - w) * v, b), ((1 - w) * (1 - v), c))

    found = of(root.shares[0], within.shares[0])
    assert sum(root.shares) == pytest.approx(1)
    assert sum(within.shares) == pytest.approx(1)
    for w in GRID if outer is None else [outer]:
        for v in GRID if inner is None else [inner]:
            assert found >= of(w, v) - 1e-9
    assert outer is None or root.shares == shares(outer)
    assert inner is None or within.shares == shares(inner)
    alone = Branch((0.5, 0.5), True, [b, c])
    fit(alone)
    if inner is None:
        assert found >= of(root.shares[0], alone.shares[0]) + 1e-3


def test_an_inner_mixture_that_nothing_needs_keeps_shares() -> None:
    sure, hopeless = torch.zeros(9), torch.full((9,), -1e4)
    within = Branch((0.5, 0.5), True, [hopeless, hopeless])
    fit(root := Branch((0.5, 0.5), True, [sure, within]))
    assert root.shares == [1.0, 0.0]
    assert within.shares == [0.5, 0.5]
    fit(untuned := Branch((0.3, 0.7), False, [sure, hopeless]))
    assert untuned.shares == (0.3, 0.7)


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


@pytest.mark.parametrize("mbpa", [Mbpa(size=30, learning_rate="tuned"), MANY_STEPS])
def test_a_step_size_is_searched_on_validation(mbpa: Mbpa) -> None:
    program = trained(None, mbpa)
    at = at_test(program)
    stored = StoredText(program, at)
    tune(at, stored)
    assert set(at.tuned()) == {"adaptation.learning_rate"}
    best = stored.scored(at.output.score_stored(stored)).loss()
    assert best is not None
    assert score_at_test(program, "validation", at).loss() == pytest.approx(best, abs=1e-5)
    for rate in (0.0, 0.01, 0.1, 0.5, 2.0):
        other = trained(None, replace(mbpa, learning_rate=rate))
        by_hand = score_at_test(other, "validation", at_test(other)).loss()
        assert best <= (by_hand or 0) + 2e-3


def test_it_is_searched_together_with_the_memories_around_it() -> None:
    program = trained(TUNED, Mbpa(size=30, learning_rate="tuned"))
    at = at_test(program)
    stored = StoredText(program, at)
    tune(at, stored)
    assert set(at.tuned()) == {"adaptation.learning_rate", "experts.1.theta", "weights"}
    both = stored.scored(at.output.score_stored(stored)).loss()
    assert both is not None
    assert score_at_test(program, "validation", at).loss() == pytest.approx(both, abs=1e-5)
    single = at_test(program := trained(TUNED))
    tune(single, kept := StoredText(program, single))
    # A rate of nothing is the cache alone, so that it is never worse than that.
    assert both <= (kept.scored(single.output.score_stored(kept)).loss() or 0) + 1e-3


def test_the_model_is_run_once_and_a_grid_of_step_sizes_is_read_in_one_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = trained(None, Mbpa(size=30, learning_rate="tuned"))
    at, asked = at_test(program), list[int]()
    score_at = MbpaLayer.score_at

    def counted(
        layer: MbpaLayer, h: Tensor, labels: Tensor, in_play: int, rates: Sequence[float]
    ) -> Tensor:
        asked.append(len(rates))
        return score_at(layer, h, labels, in_play, rates)

    monkeypatch.setattr(MbpaLayer, "score_at", counted)
    stored = StoredText(program, at)
    monkeypatch.setattr(type(program.step), "read", None)
    tune(at, stored)
    # One stretch holds the whole text: as it was stored, the grid, refinements in pairs.
    assert asked[:2] == [1, 7]
    assert set(asked[2:]) <= {1, 2}
    assert len(asked) < 12


def test_a_search_ends_where_nothing_is_gained() -> None:
    """Of a text in which no pair tells of another, the best rate is none at all."""
    program = trained(None, Mbpa(size=30, learning_rate="tuned"))
    at = at_test(program)
    stored = StoredText(program, at)
    ((tunable),) = at.tunables()
    seen = list[float]()

    def falling(_: object) -> Tensor:
        return -torch.tensor([abs(at.trained.rate)])  # type: ignore[arg-type]

    def turn(value: float) -> None:
        seen.append(value)
        tunable.set(value)

    flat = Predictor(at.output, at.adapter, at.trained)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(at.output), "score_stored", lambda _, stored: falling(stored))
        patch.setattr(
            Predictor, "tunables", lambda _: iter([replace(tunable, set=turn, prepare=None)])
        )
        tune(flat, stored)
    assert 1e-6 < min(seen) < 1e-4


def test_fixed_settings_are_left_alone() -> None:
    fixed = Mixture(experts=(Trained(), Cache(size=9, theta=0.2)), weights=(0.5, 0.5))
    at = at_test(program := trained(fixed))
    tune(at, StoredText(program, at))
    assert at.output.tuned() == {}


@pytest.mark.parametrize(
    "adaptation", [DynamicEvaluation(segment_length=4, training_batches=9), Mbpa(size=30)]
)
def test_trained_weights_come_back_bit_for_bit(adaptation: object) -> None:
    program = trained(TUNED, adaptation)
    before = {name: value.clone() for name, value in program.state().items()}
    plain = score(program, "test", 1).loss()
    at = at_test(program)
    assert at.adapter is not None
    if at.adapter.training_batches:
        gather_gradients(program, at.adapter)
    with weights_kept(program):
        adapted = score_at_test(program, "test", at).loss()
    assert adapted != plain
    assert all(torch.equal(value, before[name]) for name, value in program.state().items())


def test_a_rate_of_zero_changes_nothing() -> None:
    still = DynamicEvaluation(learning_rate=0, segment_length=4, training_batches=3)
    program = trained(None, still)
    at = at_test(program)
    assert at.adapter is not None
    gather_gradients(program, at.adapter)
    found = score_at_test(program, "test", at)
    assert found.sums == pytest.approx(score(program, "test", 1).sums, abs=1e-3)


def found(program: LanguageProgram) -> tuple[float, dict[str, object]]:
    """The loss on the validation text of what was tuned on it, and what that is."""
    at = at_test(program)
    stored = StoredText(program, at)
    tune(at, stored)
    best = stored.scored(at.output.score_stored(stored)).loss()
    assert best is not None
    # The same settings, read afresh from the model and without the store.
    assert score_at_test(program, "validation", at).loss() == pytest.approx(best, abs=1e-5)
    return best, dict(at.output.tuned())


def test_a_nested_tuned_mixture_is_as_good_as_a_flat_one_and_as_any_grid_of_both() -> None:
    caches = Cache(size=9, theta=0.5), Cache(size=100, theta=2.0)
    nested = Mixture(experts=(Trained(), Mixture(experts=caches, weights="tuned")), weights="tuned")
    best, chosen = found(trained(nested))
    flat, _ = found(trained(Mixture(experts=(Trained(), *caches), weights="tuned")))
    assert best == pytest.approx(flat, abs=1e-6)
    assert set(chosen) == {"weights", "experts.1.weights"}
    program = trained()
    at = at_test(program)
    for w in (0.05, 0.2, 0.4):
        for v in (0.1, 0.3, 0.5, 0.7, 0.9):
            inner = Mixture(experts=caches, weights=(v, 1 - v))
            by_hand = Mixture(experts=(Trained(), inner), weights=(1 - w, w))
            layer = by_hand.build(12, words.WORDS)
            next(iter(layer.outputs())).stands_for = program.output  # type: ignore[operator, union-attr]
            other = score_at_test(program, "validation", replace(at, output=layer)).loss()
            assert other is not None
            assert best <= other + 1e-6


@pytest.mark.parametrize(
    "adaptation",
    [None, DynamicEvaluation(segment_length=6, training_batches=3, learning_rate=1e-4)],
)
def test_a_temperature_is_tuned(adaptation: object) -> None:
    """Of a mixture by entropies, in which another is tuned for itself."""
    caches = Mixture(experts=(Cache(size=9), Cache(size=99, theta="tuned")), weights="tuned")

    def mixed(temperature: object) -> Mixture:
        return Mixture(
            experts=(Trained(), caches),
            weights="entropy",
            temperature=temperature,  # type: ignore[arg-type]
        )

    program = trained(mixed("tuned"), adaptation)
    at = at_test(program)
    assert at.needs_entropies
    if at.adapter is not None:
        gather_gradients(program, at.adapter)
    with weights_kept(program):
        stored = StoredText(program, at)
    tune(at, stored)
    best = stored.scored(at.output.score_stored(stored)).loss()
    chosen = at.output.tuned()
    assert set(chosen) == {"temperature", "experts.1.weights", "experts.1.experts.1.theta"}
    with weights_kept(program):
        again = score_at_test(program, "validation", at).loss()
    assert again == pytest.approx(best, abs=1e-4)
    for temperature in (0.1, 0.3, 1.0, 3.0, 10.0):
        at.output.temperature = temperature  # type: ignore[assignment]
        other = stored.scored(at.output.score_stored(stored)).loss()
        assert best is not None
        assert other is not None
        assert best <= other + 1e-3


def test_entropies_are_asked_of_what_is_trained_only_where_they_are_needed() -> None:
    for output, asked in ((TUNED, False), (replace(TUNED, weights="entropy"), True)):
        program = trained(output)
        at = at_test(program)
        assert at.needs_entropies is asked
        assert (StoredText(program, at).entropies is None) is not asked
