"""Comparisons of runs on text: perplexities, by words too, and learning curves."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from hebbdsl.comparison.comparing import compare_records
from hebbdsl.comparison.comparison import Comparison
from hebbdsl.comparison.curves import learning, of_metric
from hebbdsl.comparison.document_schema import COMPARISON_SCHEMA
from hebbdsl.comparison.export import as_json
from hebbdsl.comparison.formats import as_csv, as_latex, as_markdown
from hebbdsl.comparison.plots import draw_figures
from hebbdsl.comparison.table import blocks
from hebbdsl.run.record import Evaluation, Record, Value
from tests.comparison.records import run

METRICS = {
    "test_perplexity": 100.0,
    "test_perplexity_above_10k": 8.0,
    "test_perplexity_below_100": 4_000.0,
    "best_validation_step": 200.0,
    "tokens_per_second": 5_000.0,
}


def evaluation(step: int, loss: float) -> Evaluation:
    return Evaluation(
        step=step,
        seconds=1.0,
        values={
            "epoch": step / 100,
            "tokens": step * 10,
            "train_loss": loss + 0.1,
            "validation_loss": loss,
            "learning_rate": 0.1,
            "best": True,
        },
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


def beyond(metrics: dict[str, float], words: int = 1_000) -> Comparison:
    """Softmax at `metrics`, and another whose perplexities are those times 1.5, on six seeds."""
    records = []
    for variant, factor in (("softmax", 1.0), ("hebbian", 1.5)):
        for seed in range(6):
            values = {
                name: Value(value=value * factor * (1 + seed / 100), tokens=4_321)
                for name, value in metrics.items()
            }
            record = run(variant, seed, values, word="stdlib_docs")
            records.append(replace(record, data={**record.data, "words": words}))
    return compare_records(records, baseline="softmax")


def test_a_band_beyond_the_uniform_model_is_in_nats_and_has_no_ratio() -> None:
    found = beyond({"test_perplexity": 100.0, "test_perplexity_below_100": 900.0})
    whole, bands = blocks(found)[:2]
    assert whole.heads[4] == "ratio to softmax"
    cells = {line.cells[0]: line.cells[1:] for line in bands.lines}
    centre = sum(math.log(900 * (1 + seed / 100)) for seed in range(6)) / 6
    assert cells == {
        "softmax": ("6", f"{centre:.3f} nats"),
        "hebbian": ("6", f"{centre + math.log(1.5):.3f} nats (+0.405)"),
        "uniform model": ("", "6.908 nats"),
        "tokens": ("", "4,321"),
    }
    assert "nats a token and their difference" in bands.about
    for form in (as_markdown, as_latex):
        assert "uniform model" in form(found)
        assert "4,321" in form(found)


def test_bands_within_the_uniform_model_keep_their_ratios() -> None:
    found = beyond({"test_perplexity": 100.0, "test_perplexity_below_100": 600.0})
    cells = {line.cells[0]: line.cells[1:] for line in blocks(found)[1].lines}
    assert set(cells) == {"softmax", "hebbian"}
    assert cells["hebbian"] == ("6", "922 (1.50)")


def test_a_whole_text_beyond_the_uniform_model_is_in_nats_too() -> None:
    found = beyond({"test_perplexity": 1e30})
    (block,) = blocks(found)[:1]
    assert block.about.startswith("nats a token, over 4,321 tokens, since some are beyond")
    assert "6.908" in block.about
    assert block.heads[4] == "difference to softmax"
    (line,) = (line for line in block.lines if line.cells[0] == "hebbian")
    assert line.cells[2] == "69.508"
    assert line.cells[4] == "+0.405"


def test_json_and_csv_give_nats_tokens_and_the_uniform_line() -> None:
    found = beyond({"test_perplexity": 100.0, "test_perplexity_below_100": 900.0})
    document = json.loads(as_json(found))
    jsonschema.validate(document, COMPARISON_SCHEMA)
    bands = document["metrics"]["test_perplexity_below_100"]
    assert (bands["uniform"], bands["beyond_uniform"]) == (1_000, True)
    assert document["metrics"]["test_perplexity"]["beyond_uniform"] is False
    one = document["rows"][0]["metrics"]["test_perplexity_below_100"]
    assert one["tokens"] == 4_321
    assert one["nats"] == pytest.approx(math.log(one["geometric_mean"]))
    lines = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert {line["uniform_nats"] for line in lines} == {str(math.log(1_000))}
    assert {line["tokens"] for line in lines} == {"4321"}
    assert all(float(line["nats"]) > 4 for line in lines)


def test_the_learning_curve_shows_the_uniform_line_where_it_is_crossed(tmp_path: Path) -> None:
    for words, crossed in ((50, True), (10**9, False)):
        records = [replace(r, data={**r.data, "words": words}) for r in RUNS]
        draw_figures(compare_records(records), tmp_path / str(words))
        drawn = (tmp_path / str(words) / "learning.svg").read_text(encoding="utf-8")
        assert ("<!-- uniform model -->" in drawn) is crossed


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
    assert [path.name for path in drawn] == [
        f"{name}.{kind}" for name in ("learning", "validation_loss") for kind in ("png", "svg")
    ]
    assert not learning(compare_records([run("a")]))


def test_no_interval_of_a_perplexity_is_below_one() -> None:
    """Nats a token are not below zero, however few seeds there are and however far apart."""
    found = compare_records(
        [run("a", seed, {"test_perplexity": math.exp(nats)}) for seed, nats in enumerate((2, 30))]
    )
    interval = found.rows[0].summaries["test_perplexity"].mean.interval
    assert interval is not None
    assert interval.low == 1.0
    assert interval.high > math.exp(30)


def test_a_curve_of_any_metric_of_evaluations() -> None:
    compared = compare_records(RUNS)
    for name in ("validation_loss", "train_loss", "learning_rate", "epoch"):
        curves = of_metric(compared, name)
        assert {curve.variant for curve in curves} == {row.variant for row in compared.rows}
        runs = compared.records[curves[0].variant]
        first = [record.evaluations[0].values[name] for record in runs]
        assert curves[0].mean[0] == pytest.approx(sum(first) / len(first))
    assert not of_metric(compared, "test_accuracy")
