"""From the first step to the record: levels, metrics, failures, interruptions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from hebbdsl.parts.curricula.fixed import Fixed
from hebbdsl.parts.optimizers.sgd import Sgd
from hebbdsl.program.classification.batches import Batches, InPlay
from hebbdsl.program.classification.program import ClassificationProgram
from hebbdsl.run.classification.curriculum_state import CurriculumState
from hebbdsl.run.classification.evaluation import assess
from hebbdsl.run.job import failure_of
from hebbdsl.run.loop import execute
from hebbdsl.run.monitor import Silent
from hebbdsl.run.record import Evaluation, Record
from hebbdsl.run.store import RunFolder
from hebbdsl.spec.experiment import Setup
from tests import tiny


def _run(setup: Setup, path: Path, seed: int = 0) -> Record:
    path.mkdir(parents=True, exist_ok=True)
    return execute(tiny.program(setup, seed), RunFolder(path), Silent())


def test_a_run_passes_its_levels_and_tells_of_them(tmp_path: Path) -> None:
    record = _run(tiny.setup(tiny.HEBBIAN, steps=2_000), tmp_path)
    assert record.status == "finished"
    assert [level.classes for level in record.levels] == [4, 8, 12]
    finish = record.metrics["steps_to_finish"]
    assert not finish.censored
    assert finish.value == record.steps == record.levels[-1].passed < 2_000
    assert record.metrics["levels_passed"].value == 3
    assert [one.step for one in record.evaluations] == list(range(5, record.steps + 1, 5))
    last = record.evaluations[-1]
    assert last.values["test_accuracy"] == record.metrics["final_test_accuracy"].value >= 0.9
    passed = {level.passed for level in record.levels}
    for one in record.evaluations:
        assert (one.values["test_accuracy"] >= 0.9) == (one.step in passed)
        assert one.values["classes"] == record.levels[int(one.values["level"])].classes
    assert record.metrics["steps_per_second"].value > 0
    assert record.metrics["peak_memory"].value > 1e6


def test_the_accuracy_of_added_classes_is_averaged_over_cohorts_at_each_age(tmp_path: Path) -> None:
    record = _run(tiny.setup(tiny.HEBBIAN, steps=2_000), tmp_path)
    rows = [row for one in record.evaluations for row in one.binding]
    assert {row.cohort for row in rows} <= {1, 2}
    assert all(0 < row.age <= 20 for row in rows)
    for age in (5, 10):
        values = [row.accuracy for row in rows if row.age == age]
        metric = record.metrics[f"newest_accuracy@{age}"]
        assert metric.cohorts == len(values)
        assert metric.value == pytest.approx(float(np.mean(values)))
    began = {number: level.began for number, level in enumerate(record.levels)}
    for one in record.evaluations:
        for row in one.binding:
            assert row.age == one.step - began[row.cohort]


def test_exposures_count_the_training_images_of_a_class_since_it_appeared(tmp_path: Path) -> None:
    setup = tiny.setup(steps=200)
    record = _run(setup, tmp_path)
    program = tiny.program(setup)
    from hebbdsl.program.classification.batches import InPlay

    one = next(one for one in record.evaluations if one.binding)
    row = one.binding[0]
    play = InPlay(classes=8, newest=4)
    batches = program.draw(one.step - row.age, row.age, play)
    assert row.exposures == pytest.approx(batches.exposures[4:].mean())


def test_a_run_that_never_finishes_is_censored_and_finished(tmp_path: Path) -> None:
    record = _run(tiny.setup(steps=12), tmp_path)
    assert record.status == "finished"
    assert record.metrics["steps_to_finish"].censored
    assert record.metrics["steps_to_finish"].value == 12
    assert [one.step for one in record.evaluations] == [5, 10, 12]
    assert record.levels[-1].passed is None
    assert failure_of(record) is None


def test_a_fixed_curriculum_has_no_finish_and_no_newest_classes(tmp_path: Path) -> None:
    record = _run(replace(tiny.setup(steps=10), curriculum=Fixed()), tmp_path)
    assert set(record.metrics) == {
        "final_test_accuracy",
        "predictions_per_second",
        "steps_per_second",
        "memory_at_test",
        "peak_memory",
    }
    assert all(one.values["classes"] == 12 and one.binding == () for one in record.evaluations)


def test_two_runs_of_one_seed_leave_the_same_weights_and_metrics(tmp_path: Path) -> None:
    a, b = (_run(tiny.setup(tiny.HEBBIAN), tmp_path / name) for name in "ab")
    assert a.folder is not None
    assert b.folder is not None
    weights = [(r / "weights.safetensors").read_bytes() for r in (a.folder, b.folder)]
    assert weights[0] == weights[1]
    assert [replace(one, seconds=0) for one in a.evaluations] == [
        replace(one, seconds=0) for one in b.evaluations
    ]
    assert a.identity == b.identity


def test_a_number_that_is_not_finite_ends_the_run_and_is_named(tmp_path: Path) -> None:
    setup = tiny.setup(optimizer=Sgd(learning_rate=1e6))
    record = _run(setup, tmp_path)
    assert record.status == "failed"
    program = tiny.program(setup)
    statistics = torch.empty(60, len(program.update.statistic_names))
    play = CurriculumState((4, 8, 12)).in_play
    program.train(0, program.draw(0, 60, play), play, statistics)
    row, column = (~torch.isfinite(statistics)).nonzero()[0].tolist()
    assert record.failure == {"step": row + 1, "tensor": program.update.statistic_names[column]}
    assert all(one.step <= row for one in record.evaluations)
    assert record.steps <= row
    assert not (tmp_path / "weights.safetensors").exists()
    problem = failure_of(record)
    assert problem is not None
    assert problem.exit_code == 4
    assert f"not finite at step {row + 1}" in problem.title


def test_a_written_row_that_is_not_finite_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tiny.program(tiny.setup(tiny.HEBBIAN))
    calls = 0

    def write_nothing_good(*_: object) -> torch.Tensor:
        nonlocal calls
        calls += 1
        return torch.full((3,), torch.inf if calls == 7 else 1.0)

    monkeypatch.setattr(program.output, "after_step", write_nothing_good)
    record = execute(program, RunFolder(tmp_path), Silent())
    assert record.failure == {"step": 7, "tensor": "written rows"}
    assert [one.step for one in record.evaluations] == [5]


def test_an_update_that_overflows_in_the_last_step_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tiny.program(tiny.setup(steps=10))
    step, calls = program.optimizer.step, 0

    def overflow_at_last() -> None:
        nonlocal calls
        calls += 1
        step()
        if calls == 10:
            program.output.get_parameter("rows").data[3, 2] = torch.inf

    monkeypatch.setattr(program.optimizer, "step", overflow_at_last)
    record = execute(program, RunFolder(tmp_path), Silent())
    assert record.failure == {"step": 10, "tensor": "output.rows"}
    assert [one.step for one in record.evaluations] == [5]
    assert not (tmp_path / "weights.safetensors").exists()


class _Interrupts:
    def __init__(self, at: int) -> None:
        self._at = at

    def evaluated(self, evaluation: Evaluation) -> None:
        if evaluation.step == self._at:
            raise KeyboardInterrupt


def test_an_interrupted_run_leaves_a_valid_folder(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        execute(tiny.program(tiny.setup()), folder, _Interrupts(at=10))
    record = folder.read()
    assert record is not None
    assert record.status == "interrupted"
    assert [one.step for one in record.evaluations] == [5, 10]
    again = execute(tiny.program(tiny.setup()), folder, Silent())
    assert again.status == "finished"
    assert [one.step for one in again.evaluations][:2] == [5, 10]


def test_a_run_ended_in_its_first_interval_leaves_a_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ending(Silent):
        def trained(self, *_: object) -> None:
            raise KeyboardInterrupt

    monkeypatch.setattr("hebbdsl.run.classification.run._MOST_DRAWN", 2)
    with pytest.raises(KeyboardInterrupt):
        execute(tiny.program(tiny.setup()), RunFolder(tmp_path), Ending())
    record = RunFolder(tmp_path).read()
    assert record is not None
    assert (record.status, record.steps) == ("interrupted", 2)
    assert record.metrics["steps_per_second"].value > 0


def _trained(of: Setup, steps: int) -> tuple[ClassificationProgram, CurriculumState]:
    program, curriculum = tiny.program(of), CurriculumState((4, 8, 12))
    curriculum.pass_level(0)
    curriculum.pass_level(0)
    statistics = torch.empty(steps, len(program.update.statistic_names))
    play = curriculum.in_play
    program.train(0, program.draw(0, steps, play), play, statistics)
    return program, curriculum


def test_a_sampled_evaluation_looks_at_the_newest_and_estimates_the_rest() -> None:
    setup = tiny.setup(evaluation_classes=6, binding_steps=5)
    program, curriculum = _trained(setup, 30)
    exposures = np.zeros(12, dtype=np.int64)
    whole = assess(program, curriculum, 30, exposures, whole=True)
    assert whole.whole
    sampled = [
        assess(program, curriculum, 30 + step, exposures, whole=False) for step in range(200)
    ]
    assert not any(one.whole for one in sampled)
    assert {one.accuracies["newest_accuracy"] for one in sampled} == {
        whole.accuracies["newest_accuracy"]
    }
    estimates = [one.accuracies["test_accuracy"] for one in sampled]
    assert len(set(estimates)) > 1
    assert np.mean(estimates) == pytest.approx(whole.accuracies["test_accuracy"], abs=0.03)


def test_the_first_classes_are_sampled_too() -> None:
    program = tiny.program(tiny.setup(evaluation_classes=2))
    exposures = np.zeros(12, dtype=np.int64)
    found = [
        assess(program, CurriculumState((12,)), step, exposures, whole=False) for step in range(60)
    ]
    assert not any(one.whole for one in found)
    assert all(
        one.accuracies["newest_accuracy"] == one.accuracies["test_accuracy"] for one in found
    )
    whole = assess(program, CurriculumState((12,)), 0, exposures, whole=True)
    mean = np.mean([one.accuracies["test_accuracy"] for one in found])
    assert mean == pytest.approx(whole.accuracies["test_accuracy"], abs=0.05)


def test_a_level_is_passed_only_by_a_whole_evaluation(tmp_path: Path) -> None:
    record = _run(tiny.setup(tiny.HEBBIAN, steps=2_000, evaluation_classes=5), tmp_path)
    passed = {level.passed for level in record.levels}
    assert not record.metrics["steps_to_finish"].censored
    assert all(one.values["whole"] for one in record.evaluations if one.step in passed)
    assert any(not one.values["whole"] for one in record.evaluations)


def test_a_line_is_written_at_each_evaluation(tmp_path: Path) -> None:
    seen: list[int] = []

    class _Reads:
        def evaluated(self, evaluation: Evaluation) -> None:
            lines = (tmp_path / "metrics.jsonl").read_text().splitlines()
            seen.append(len(lines))
            assert json.loads(lines[-1])["step"] == evaluation.step

    execute(tiny.program(tiny.setup(steps=20)), RunFolder(tmp_path), _Reads())
    assert seen == [1, 2, 3, 4]


def test_rare_evaluations_draw_their_batches_piece_by_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same run, however many steps are drawn at once."""
    whole = _run(tiny.setup(tiny.HEBBIAN, steps=50, evaluate_every=25), tmp_path / "whole")
    monkeypatch.setattr("hebbdsl.run.classification.run._MOST_DRAWN", 7)
    drawn: list[int] = []
    draw = ClassificationProgram.draw

    def counted(self: ClassificationProgram, first: int, steps: int, play: InPlay) -> Batches:
        drawn.append(steps)
        return draw(self, first, steps, play)

    monkeypatch.setattr(ClassificationProgram, "draw", counted)
    pieces = _run(tiny.setup(tiny.HEBBIAN, steps=50, evaluate_every=25), tmp_path / "pieces")
    assert drawn == [7, 7, 7, 4] * 2
    assert [one.values["train_loss"] for one in pieces.evaluations] == [
        one.values["train_loss"] for one in whole.evaluations
    ]
    assert pieces.levels == whole.levels
