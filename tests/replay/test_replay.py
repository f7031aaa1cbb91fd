"""The replay on any machine: what is planned is the same, what is computed but for rounding.

Another processor or torch sums in another order, and an accuracy can then miss by an example: the
losses are compared, with room for rounding, and of other metrics that they are there.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from hebbdsl.parts.part import Adaptation, Curriculum, Model, Optimizer, Output, Schedule
from hebbdsl.pipeline import load_plan
from hebbdsl.vocabulary import words_of
from tests.replay import values
from tests.replay.__main__ import STORED

LOSSES = ("train_loss", "validation_loss")


@pytest.fixture(scope="module")
def stored() -> Any:
    return json.loads(STORED.read_text())


def _near(before: Any, after: Any) -> bool:
    if isinstance(before, float) and isinstance(after, float):
        return math.isclose(before, after, rel_tol=1e-9)
    return bool(before == after)


def test_plans_are_those_stored(stored: Any) -> None:
    found = json.loads(json.dumps(values.plans()))
    assert values.differences(stored["plans"], found, _near) == []


def test_a_comparison_is_the_one_stored(stored: Any) -> None:
    found = json.loads(json.dumps(values.comparison()))
    assert values.differences(stored["comparison"], found, _near) == []


@pytest.mark.parametrize("task", values.TASKS)
def test_losses_are_those_stored(task: str, stored: Any, tmp_path: Path) -> None:
    found = values.losses(task, tmp_path)
    assert found.keys() == stored["losses"][task].keys()
    for variant, before in stored["losses"][task].items():
        now = found[variant]
        assert now["metrics"].keys() == before["metrics"].keys(), variant
        for name in LOSSES:
            losses = [line[name] for line in before["evaluations"] if name in line]
            assert [line[name] for line in now["evaluations"] if name in line] == pytest.approx(
                losses, rel=1e-4
            ), f"{variant}: {name}"


def test_every_word_is_replayed() -> None:
    said = "".join((values.HERE / f"{task}.yaml").read_text() for task in values.TASKS)
    kinds = (Output, Model, Optimizer, Adaptation, Schedule, Curriculum)
    missing = [word for kind in kinds for word in words_of(kind) if word not in said]
    assert missing == []


def test_a_change_is_found(stored: Any) -> None:
    plan = stored["plans"]["classification"]["hebbian"]
    changed = json.loads(json.dumps(plan))
    changed["plan"]["layers"][0][-2] += 1
    changed["setup"]["output"]["hebbian"]["gamma"] += 1e-9
    assert len(values.differences(plan, changed, _near)) == 2


def test_tiny_specs_train_what_they_say() -> None:
    for task in values.TASKS:
        plan = load_plan(values.HERE / f"{task}.yaml")
        assert {variant.steps for variant in plan.variants.values()} == {20}
