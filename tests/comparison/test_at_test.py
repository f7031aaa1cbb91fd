"""Rows that do not rest on the same at test time: grouped, and said of each what it rests on."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from hebbdsl.comparison.comparing import compare_records
from hebbdsl.comparison.comparison import Comparison
from hebbdsl.comparison.export import as_document
from hebbdsl.comparison.formats import as_csv, as_latex, as_markdown
from hebbdsl.comparison.table import blocks, duration_text
from hebbdsl.run.record import Record

from .records import run

CACHE: Mapping[str, Any] = {"mixture": {"experts": ["trained", {"cache": {"theta": "tuned"}}]}}


def record(
    variant: str,
    seed: int,
    perplexity: float,
    evaluation: Mapping[str, Any] | None = None,
    tuned: Mapping[str, Any] | None = None,
) -> Record:
    metrics = {
        "test_perplexity": perplexity,
        "test_perplexity_below_100": 2 * perplexity,
        "memory_at_test": 4_200_000.0,
        "predictions_per_second": 2_000.0,
    }
    if evaluation is None:
        metrics |= {"best_validation_step": 10.0}
    found = run(variant, seed, metrics, word="stdlib_docs")
    found = replace(found, data={**found.data, "tokens": {"test": 10}})
    if evaluation is None:
        return found
    parent = {"variant": "softmax", "identity": "x", "folder": "softmax/seed-0"}
    return replace(
        found,
        setup={**found.setup, "evaluation": evaluation},
        evaluation={"parent": parent, "tuned": tuned or {}, "reads_labels": True},
    )


@pytest.fixture(scope="module")
def mixed() -> Comparison:
    records = []
    for seed in range(6):
        cache = {"output": CACHE, "adaptation": None}
        still = {"output": "trained", "adaptation": "dynamic_evaluation"}
        records += [
            record("softmax", seed, 200 + seed),
            record("hebbian", seed, 190 + seed),
            record("cache", seed, 120 + seed, cache, {"experts.1.theta": 0.1 + seed / 10}),
            record("other_cache", seed, 110 + seed, cache, {"weights": [0.25, 0.75]}),
            record("dynamic", seed, 150 + seed, still),
        ]
    order = ("softmax", "hebbian", "cache", "other_cache", "dynamic")
    return compare_records(records, baseline="softmax", order=order)


def test_each_group_has_its_own_reference_and_table(mixed: Comparison) -> None:
    assert {row.variant: row.against for row in mixed.rows} == {
        "softmax": "softmax",
        "hebbian": "softmax",
        "cache": "cache",
        "other_cache": "cache",
        "dynamic": "dynamic",
    }
    found = [block for block in blocks(mixed) if block.title == "test_perplexity"]
    assert [[line.cells[0] for line in block.lines] for block in found] == [
        ["softmax", "hebbian"],
        ["dynamic"],
        ["cache", "other_cache"],
    ]
    assert [block.about.split("; ")[-1] for block in found] == [
        "variants that read no test labels and are not tuned",
        "variants that read the test labels that have passed and are not tuned",
        "variants that read the test labels that have passed and are tuned on validation",
    ]
    assert [block.heads[4] for block in found] == [
        "ratio to softmax",
        "ratio to dynamic",
        "ratio to cache",
    ]
    assert all(set(row.contrasts) <= {c.name for c in mixed.columns} for row in mixed.rows)
    (cache,) = (row for row in mixed.rows if row.variant == "cache")
    assert not cache.contrasts


def test_every_row_says_what_it_rests_on(mixed: Comparison) -> None:
    (block,) = (block for block in blocks(mixed) if block.title == "at test time")
    assert [line.cells for line in block.lines] == [
        ("softmax", "its own", "no", "4.2 MB", "500 µs", "no"),
        ("hebbian", "its own", "no", "4.2 MB", "500 µs", "no"),
        ("cache", "softmax", "yes", "4.2 MB", "500 µs", "experts.1.theta 0.1–0.6"),
        ("other_cache", "softmax", "yes", "4.2 MB", "500 µs", "weights [0.25, 0.75]"),
        ("dynamic", "softmax", "yes", "4.2 MB", "500 µs", "no"),
    ]


def test_metrics_of_training_have_no_rows_of_what_was_not_trained(mixed: Comparison) -> None:
    (block,) = (block for block in blocks(mixed) if block.title == "for information")
    assert block.heads == ("variant", "n", "best_validation_step")
    assert [line.cells[0] for line in block.lines] == ["softmax", "hebbian"]


def test_what_is_shown_without_tests_is_grouped_too() -> None:
    """Runs on pictures that a condition ends: their accuracy is not tested, and not ranked."""
    cache, records = {"output": CACHE, "adaptation": None}, []
    for seed in range(3):
        metrics = {"final_test_accuracy": 0.5, "predictions_per_second": 2_000.0}
        plain = {**metrics, "steps_to_finish": 100.0, "steps_per_second": 9.0}
        parent = {"variant": "softmax", "identity": "x", "folder": "softmax/seed-0"}
        records += [run(name, seed, plain) for name in ("softmax", "hebbian")]
        for name, tuned in (("cache", {}), ("tuned", {"experts.1.theta": 0.1})):
            of = {"parent": parent, "tuned": tuned, "reads_labels": False}
            found = run(name, seed, metrics)
            given = {**found.setup, "evaluation": cache}
            records.append(replace(found, setup=given, evaluation=of))
    order = ("softmax", "hebbian", "cache", "tuned")
    comparison = compare_records(records, baseline="softmax", order=order)
    found = [block for block in blocks(comparison) if block.title == "for information"]
    assert [(block.heads[2:], [line.cells[0] for line in block.lines]) for block in found] == [
        (("final_test_accuracy",), ["softmax", "hebbian", "cache"]),
        (("final_test_accuracy",), ["tuned"]),
        (("steps_per_second",), ["softmax", "hebbian"]),
    ]
    assert [block.about for block in found] == [
        "means, without tests; variants that are not tuned",
        "means, without tests; variants that are tuned on validation",
        "means, without tests",
    ]
    for text in (as_markdown(comparison), as_latex(comparison)):
        assert text.count("means, without tests; variants that are") == 2
    rows = csv.DictReader(io.StringIO(as_csv(comparison)))
    against = {r["variant"]: r["baseline"] for r in rows if r["metric"] == "final_test_accuracy"}
    assert (against["cache"], against["tuned"]) == ("softmax", "tuned")
    assert as_document(comparison)["rows"][3]["against"] == "tuned"


def test_every_format_says_it(mixed: Comparison) -> None:
    rows = {row["variant"]: row for row in as_document(mixed)["rows"]}
    assert rows["cache"]["weights_of"] == "softmax"
    assert rows["softmax"]["weights_of"] is None
    assert rows["dynamic"]["reads_labels"]
    lines = list(csv.DictReader(io.StringIO(as_csv(mixed))))
    said = {(r["variant"], r["weights_of"], r["reads_labels"], r["tuned"]) for r in lines}
    assert ("cache", "softmax", "yes", "experts.1.theta 0.1–0.6") in said
    assert ("softmax", "softmax", "no", "") in said
    assert "| cache | softmax | yes | 4.2 MB | 500 µs |" in as_markdown(mixed)
    assert r"cache & softmax & yes & 4.2 MB & 500 \textmu{}s &" in as_latex(mixed)


def test_what_is_added_at_test_time_differs_by_its_own_fields(mixed: Comparison) -> None:
    found = {difference.path: difference.values for difference in mixed.differences}
    assert found["evaluation.adaptation"]["softmax"] is None
    assert found["evaluation.adaptation"]["dynamic"] == "dynamic_evaluation"
    assert found["evaluation.output"]["dynamic"] == "trained"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (3e-5, "30 µs"),
        (2.51e-6, "2.5 µs"),
        (0.0123, "12 ms"),
        (0.001, "1 ms"),
        (2.5, "2.5 s"),
        (61.2, "61 s"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
