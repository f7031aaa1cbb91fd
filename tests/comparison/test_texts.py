"""Comparisons of runs on text: perplexities, by words too, and learning curves."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from hebbdsl.comparison.comparing import compare_records
from hebbdsl.comparison.curves import learning
from hebbdsl.comparison.plots import draw_figures
from hebbdsl.comparison.table import blocks
from hebbdsl.run.record import Record, TextEvaluation
from tests.comparison.records import run

METRICS = {
    "test_perplexity": 100.0,
    "test_perplexity_above_10k": 8.0,
    "test_perplexity_below_100": 4_000.0,
    "best_validation_step": 200.0,
    "tokens_per_second": 5_000.0,
}


def evaluation(step: int, loss: float) -> TextEvaluation:
    return TextEvaluation(
        step=step,
        epoch=step / 100,
        tokens=step * 10,
        train_loss=loss + 0.1,
        validation_loss=loss,
        learning_rate=0.1,
        best=True,
        seconds=1.0,
    )


def ran(variant: str, seed: int, factor: float) -> Record:
    metrics = {name: value * factor * (1 + seed / 100) for name, value in METRICS.items()}
    found = (evaluation(100, 5 * factor + seed), evaluation(200, 4 * factor + seed))
    return run(variant, seed, metrics, word="stdlib_docs", evaluations=found)


RUNS = [
    *(ran("softmax", seed, 1.0) for seed in range(6)),
    *(ran("hebbian", seed, 0.5) for seed in range(6)),
]


def test_bands_stand_side_by_side_below_their_metric() -> None:
    comparison = compare_records(RUNS, baseline="softmax")
    found = blocks(comparison)
    assert [block.title for block in found] == [
        "test_perplexity",
        "test_perplexity, by words",
        "for information",
    ]
    assert found[1].heads == ("variant", "n", "above 10k", "below 100")
    cells = {line.cells[0]: line.cells[1:] for line in found[1].lines}
    assert cells["softmax"] == ("6", "8.2", "4100")
    assert cells["hebbian"] == ("6", "4.1 (0.50)", "2050 (0.50)")
    assert found[2].heads == ("variant", "n", "best_validation_step", "tokens_per_second")


def test_a_band_that_some_runs_lack_is_said_to_be_lacking() -> None:
    without = run("odd", 0, {"test_perplexity": 90.0}, word="stdlib_docs")
    found = blocks(compare_records([*RUNS, without], baseline="softmax"))
    cells = {line.cells[0]: line.cells[1:] for line in found[1].lines}
    assert cells["odd"] == ("1", "–", "–")


def test_curves_are_of_mean_losses_against_words() -> None:
    curves = {curve.variant: curve for curve in learning(compare_records(RUNS))}
    assert curves["softmax"].x == (1_000, 2_000)
    assert curves["softmax"].mean == pytest.approx((math.exp(7.5), math.exp(6.5)))
    assert curves["hebbian"].low[0] < curves["hebbian"].mean[0] < curves["hebbian"].high[0]


def test_points_that_few_seeds_reach_are_left_out() -> None:
    longer = run("softmax", 9, word="stdlib_docs", evaluations=(evaluation(300, 3.0),))
    (curve,) = learning(compare_records([*RUNS[:6], longer]))
    assert curve.x == (1_000, 2_000)


def test_learning_is_drawn_of_texts_alone(tmp_path: Path) -> None:
    drawn = draw_figures(compare_records(RUNS), tmp_path)
    assert [path.name for path in drawn] == ["learning.png", "learning.svg"]
    assert not learning(compare_records([run("a")]))
