"""Runs with validation drawings: what they decide by, what they record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import torch

from hebbdsl.cli.run import summary
from hebbdsl.expression.condition import Condition
from hebbdsl.parts.curricula.growing import Growing
from hebbdsl.parts.datasets.drawings import CharacterContent
from hebbdsl.plan.planning import plan_setup
from hebbdsl.program.building import assemble
from hebbdsl.program.classification.evaluation import accuracy_by_class
from hebbdsl.program.classification.program import ClassificationProgram
from hebbdsl.program.data import Opened
from hebbdsl.run.classification.curriculum_state import CurriculumState
from hebbdsl.run.classification.evaluation import assess
from hebbdsl.run.loop import execute
from hebbdsl.run.monitor import Silent
from hebbdsl.run.record import Evaluation, Record
from hebbdsl.run.record_json import EVALUATION_SCHEMA
from hebbdsl.run.store import RunFolder
from hebbdsl.spec.experiment import Setup
from tests import tiny

TESTS, VALIDATIONS = 4, 6


def _setup(when: str, **training: int) -> Setup:
    of = tiny.setup(tiny.HEBBIAN, **{"steps": 400, **training})
    data = replace(of.data, test_drawings=TESTS, validation_drawings=VALIDATIONS)
    return replace(of, data=data, curriculum=Growing(start=4, add=4, when=Condition.parse(when)))


def _program(of: Setup, content: CharacterContent) -> ClassificationProgram:
    return assemble("tiny", "main", plan_setup(of), 0, Opened(of.data, content), tiny.CPU)


def _run(of: Setup, content: CharacterContent, path: Path) -> Record:
    path.mkdir()
    return execute(_program(of, content), RunFolder(path), Silent())


def _scrambled(drawings: slice) -> CharacterContent:
    """The tiny data with noise in the place of some drawings of every class."""
    content = tiny.content()

    def read(classes: Sequence[int], size: int) -> np.ndarray:
        pixels = content.read(classes, size)
        noise = np.random.default_rng(0).integers(0, 256, pixels[:, drawings].shape, np.uint8)
        pixels[:, drawings] = noise
        return pixels

    return replace(content, read=read)


def _decided(record: Record) -> tuple[object, ...]:
    """What a run did, without what was measured on test drawings."""
    assert record.folder is not None
    evaluations = [
        (
            one.step,
            one.values["classes"],
            one.values["train_loss"],
            one.values.get("validation_accuracy"),
            one.values.get("newest_validation_accuracy"),
            one.values["whole"],
        )
        for one in record.evaluations
    ]
    weights = (record.folder / "weights.safetensors").read_bytes()
    return record.levels, record.steps, evaluations, weights


BY_VALIDATION = "validation_accuracy >= 0.7 and newest_validation_accuracy >= 0.5"


@pytest.mark.parametrize("sampled", [{}, {"evaluation_classes": 6}], ids=["all", "sampled"])
def test_levels_passed_on_validation_drawings_never_look_at_test_drawings(
    sampled: dict[str, int], tmp_path: Path
) -> None:
    of = _setup(BY_VALIDATION, **sampled)
    plain = _run(of, tiny.content(), tmp_path / "plain")
    scrambled = _run(of, _scrambled(slice(TESTS)), tmp_path / "scrambled")
    assert not plain.metrics["steps_to_finish"].censored
    assert len(plain.levels) == 3
    assert _decided(scrambled) == _decided(plain)
    accuracies = [record.metrics["final_test_accuracy"].value for record in (plain, scrambled)]
    assert accuracies[0] > 0.5 > accuracies[1]


def test_levels_passed_on_test_drawings_never_look_at_validation_drawings(tmp_path: Path) -> None:
    of = _setup("test_accuracy >= 0.7")
    plain = _run(of, tiny.content(), tmp_path / "plain")
    held = slice(TESTS, TESTS + VALIDATIONS)
    other = _run(of, _scrambled(held), tmp_path / "other")
    assert (plain.levels, plain.steps) == (other.levels, other.steps)
    unseen = _run(of, _scrambled(slice(TESTS)), tmp_path / "unseen")
    assert unseen.metrics["steps_to_finish"].censored, "what it does look at matters"


def test_a_level_is_passed_when_its_condition_on_validation_drawings_holds(tmp_path: Path) -> None:
    record = _run(_setup("validation_accuracy >= 0.7"), tiny.content(), tmp_path / "run")
    passed = {level.passed for level in record.levels}
    for one in record.evaluations:
        assert (one.values["validation_accuracy"] >= 0.7) == (one.step in passed)
    last = record.evaluations[-1]
    assert record.metrics["final_validation_accuracy"].value == last.values["validation_accuracy"]
    assert record.metrics["final_test_accuracy"].value == last.values["test_accuracy"]
    assert "validation accuracy at the end: {:.3f}".format(
        last.values["validation_accuracy"]
    ) in summary(record)


def test_accuracies_are_means_over_the_classes_in_play_and_those_added_last() -> None:
    program, curriculum = (
        _program(_setup(BY_VALIDATION), tiny.content()),
        CurriculumState((4, 8, 12)),
    )
    curriculum.pass_level(0)
    found = assess(program, curriculum, 0, np.zeros(12, dtype=np.int64), whole=True)
    shares = accuracy_by_class(program, range(8), 8)
    assert found.accuracies["test_accuracy"] == pytest.approx(shares["test"].mean())
    assert found.accuracies["newest_accuracy"] == pytest.approx(shares["test"][4:].mean())
    assert found.accuracies["validation_accuracy"] == pytest.approx(shares["validation"].mean())
    assert found.accuracies["newest_validation_accuracy"] == pytest.approx(
        shares["validation"][4:].mean()
    )


def test_a_sampled_evaluation_estimates_both_splits_from_the_same_classes() -> None:
    program = _program(_setup(BY_VALIDATION, evaluation_classes=6), tiny.content())
    curriculum = CurriculumState((4, 8, 12))
    curriculum.pass_level(0)
    curriculum.pass_level(0)
    play, statistics = curriculum.in_play, torch.empty(20, len(program.update.statistic_names))
    program.train(0, program.draw(0, 20, play), play, statistics)
    exposures = np.zeros(12, dtype=np.int64)
    whole = assess(program, curriculum, 20, exposures, whole=True)
    sampled = [assess(program, curriculum, step, exposures, whole=False) for step in range(200)]
    assert {one.accuracies["newest_validation_accuracy"] for one in sampled} == {
        whole.accuracies["newest_validation_accuracy"]
    }
    estimates = [one.accuracies["validation_accuracy"] for one in sampled]
    assert len(estimates) == 200
    assert len(set(estimates)) > 1
    assert np.mean(estimates) == pytest.approx(whole.accuracies["validation_accuracy"], abs=0.03)


def test_without_validation_drawings_nothing_of_them_is_written(tmp_path: Path) -> None:
    record = _run(tiny.setup(steps=10), tiny.content(), tmp_path / "run")
    assert "final_validation_accuracy" not in record.metrics
    assert "validation accuracy" not in summary(record)
    lines = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    assert len(lines) == 2
    assert all("validation" not in name for line in lines for name in json.loads(line))
    assert not any("validation_accuracy" in one.values for one in record.evaluations)


def test_lines_of_metrics_have_both_accuracies_on_validation_drawings_or_none(
    tmp_path: Path,
) -> None:
    schema = jsonschema.Draft202012Validator(EVALUATION_SCHEMA)
    _run(_setup(BY_VALIDATION, steps=5), tiny.content(), tmp_path / "run")
    line = json.loads((tmp_path / "run" / "metrics.jsonl").read_text())
    both = ("validation_accuracy", "newest_validation_accuracy")
    assert all(0 <= line[name] <= 1 for name in both)
    assert schema.is_valid(line)
    assert schema.is_valid({name: value for name, value in line.items() if name not in both})
    for dropped in both:
        assert not schema.is_valid({n: value for n, value in line.items() if n != dropped})


class _Interrupts:
    def evaluated(self, evaluation: Evaluation) -> None:
        raise AssertionError("no evaluation was finished")


def test_a_run_interrupted_in_its_first_evaluation_leaves_a_valid_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hebbdsl.run.classification.run.assess", interrupt)
    folder = RunFolder(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        execute(_program(tiny.setup(), tiny.content()), folder, _Interrupts())
    record = folder.read()
    assert record is not None
    assert (record.status, record.steps, record.evaluations) == ("interrupted", 5, ())
    assert "final_test_accuracy" not in record.metrics
