"""The screen and the JSON of `hebbdsl plan`."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest

from hebbdsl.cli.plan import difference, plan_to_json, show, size
from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.launch.selection import select_variants
from hebbdsl.parts.datasets.glyphs import Glyphs
from hebbdsl.pipeline import load_plan
from hebbdsl.plan.classification import levels_in_words
from hebbdsl.plan.plan import Plan

SPEC = """\
hebbdsl: 1
experiment: small
about: Is [this] shown as it was written?
seeds: 0..2
data:
  omniglot: {classes: 100, fallback: glyphs}
model:
  convnet: {channels: [8, 8]}
output:
  hebbian: {gamma: 0.05}
curriculum:
  growing: {start: 30, add: 10, when: test_accuracy >= 0.6}
training: {optimizer: adam, steps: 1_000}
baseline: softmax
variants:
  hebbian: {}
  softmax: {output: softmax}
  wide: {model.features: 128, training.steps: 500}
"""


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    path = tmp_path / "small.yaml"
    path.write_text(SPEC)
    return load_plan(path)


def screen(plan: Plan, *names: str) -> str:
    text = StringIO()
    show(plan, names or tuple(plan.variants), text, width=100)
    return text.getvalue()


def row(text: str, first: str) -> list[str]:
    (line,) = [line for line in text.splitlines() if line.split()[:1] == [first]]
    return line.split()


def test_screen_shows_layers_memory_levels_and_variants(plan: Plan) -> None:
    text = screen(plan)
    assert "small  3 variants × 3 seeds" in text
    assert "Is [this] shown as it was written?" in text
    assert "8 levels: 30, 40, … 100 classes" in text
    assert "passed when test_accuracy >= 0.6" in text
    available = f"{Glyphs().base_classes():,}"
    assert f"when it can't be had, glyphs: 100 of {available} classes" in text
    assert "at most 1,000 steps of 64 examples, at most 100 evaluations" in text
    hebbian = plan.variants["hebbian"]
    assert row(text, "all") == ["all", f"{hebbian.parameters:,}", "100"]
    assert "8×14×14" in text
    assert size(hebbian.memory.total) in text
    assert row(text, "softmax")[2] == "same"
    wide = plan.variants["wide"]
    more = wide.parameters - plan.variants["softmax"].parameters
    assert row(text, "wide")[1:4] == [f"{wide.parameters:,}", f"+{more:,}", "100"]
    assert row(text, "wide")[-3:] == ["8", "100", "500"]
    assert max(map(len, text.splitlines())) <= 100


def test_one_variant_alone_has_no_table_of_variants(plan: Plan) -> None:
    text = screen(plan, "softmax")
    assert "layers of softmax" in text
    assert "beside" not in text


def test_examples_are_shown_by_what_they_are_for(tmp_path: Path) -> None:
    def planned(drawings: str) -> Plan:
        path = tmp_path / "small.yaml"
        path.write_text(SPEC.replace("classes: 100", f"classes: 100{drawings}"))
        return load_plan(path)

    assert "15 + 5 examples each to train and test on" in screen(planned(""))
    held_out = planned(", validation_drawings: 4")
    said = " ".join(screen(held_out).split())
    assert "11 + 4 + 5 examples each to train, validate and test on" in said
    (data,) = [one["data"] for one in plan_to_json(held_out, ["hebbian"])["variants"]]
    assert (data["train"], data["validation"], data["test"]) == (
        11,
        4,
        5,
    )


def test_json_says_the_same(plan: Plan) -> None:
    every = plan_to_json(plan, tuple(plan.variants))
    assert every["baseline"] == "softmax"
    assert every["seeds"] == [0, 1, 2]
    first = every["variants"][0]
    assert first["variant"] == "hebbian"
    assert first["parameters"] == sum(layer["parameters"] for layer in first["layers"])
    assert first["memory"]["total"] == plan.variants["hebbian"].memory.total
    assert first["levels"][:2] == [30, 40]
    assert first["data"]["available"] == 1_623


def test_unknown_variant_is_refused(plan: Plan) -> None:
    assert select_variants(plan, ()) == ("hebbian", "softmax", "wide")
    assert select_variants(plan, ["wide", "wide"]) == ("wide",)
    with pytest.raises(Rejected) as refused:
        select_variants(plan, ["wied"])
    assert refused.value.problems[0].code == "HEB535"


def test_words() -> None:
    assert levels_in_words((7,)) == "1 level of 7 classes"
    assert levels_in_words((5, 6, 7)) == "3 levels: 5, 6, 7 classes"
    assert levels_in_words((30, 40, 50, 60, 65)) == "5 levels: 30, 40, … 65 classes"
    assert [difference(n) for n in (0, 1_000, -2)] == ["same", "+1,000", "−2"]
    assert [size(n) for n in (0, 1_023, 1_536, 3 << 20, 5 << 30)] == [
        "0 B",
        "1023 B",
        "1.5 KiB",
        "3.0 MiB",
        "5.0 GiB",
    ]


def test_json_has_the_timeline(tmp_path: Path) -> None:
    path = tmp_path / "clock.yaml"
    path.write_text(SPEC.replace("when:", "every: 25, when:"))
    found = plan_to_json(load_plan(path), ("hebbian",))["variants"][0]
    assert found["timeline"][:2] == [
        {"classes": 30, "earliest": 0, "latest": 0},
        {"classes": 40, "earliest": 10, "latest": 25},
    ]
    assert found["timeline"][-1] == {"classes": 100, "earliest": 70, "latest": 175}
    assert found["cannot_finish_before"] == 80
