"""A whole comparison, or some runs, in one call."""

from __future__ import annotations

from pathlib import Path

import pytest

import hebbdsl
from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.run.job import Job
from hebbdsl.run.monitor import Silent
from tests.launch import specs


class _Counts(Silent):
    def __init__(self) -> None:
        self.started_jobs: list[str] = []

    def started(self, job: Job) -> None:
        self.started_jobs.append(job.name)


def test_a_comparison_is_one_call_and_runs_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, out, told = specs.images(tmp_path), tmp_path / "runs", _Counts()
    found = hebbdsl.compare(spec, out=out, device="cpu", monitor=told)
    assert [row.variant for row in found.rows] == ["memory", "softmax", "hebbian"]
    assert sorted(told.started_jobs) == [
        f"{variant}, seed {seed}" for variant in ("hebbian", "memory", "softmax") for seed in (0, 1)
    ]
    told.started_jobs.clear()
    again = hebbdsl.compare(str(spec), out=str(out), device="cpu", baseline="hebbian", monitor=told)
    assert not told.started_jobs
    assert again.baseline == "hebbian"
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", ""), "quiet by default"


def test_some_runs_of_an_experiment_made_in_python(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    experiment, out = hebbdsl.load_spec(specs.images(tmp_path)), tmp_path / "runs"
    with hebbdsl.show_progress() as monitor:
        runs = hebbdsl.run_spec(
            experiment, ["memory"], [7], overrides=["training.steps=5"], out=out, monitor=monitor
        )
    (record,) = runs.records
    assert (record.variant, record.seed, record.steps) == ("memory", 7, 5)
    assert runs.problems == ()
    assert "[2/2] memory, seed 7" in capsys.readouterr().err
    assert record.evaluation is not None
    folder = out / "tiny" / record.evaluation["parent"]["folder"]
    change = "evaluation.output={mixture: {experts: [trained, cache], weights: [0.9, 0.1]}}"
    evaluated = hebbdsl.evaluate_run(folder, [change], "other", device="cpu")
    assert evaluated.variant == "other"


def test_what_kept_a_run_from_a_record_is_raised_once_the_others_were_run(tmp_path: Path) -> None:
    spec, out = specs.images(tmp_path), tmp_path / "runs"
    (out / "tiny").mkdir(parents=True)
    (out / "tiny" / "hebbian").write_text("in the way")
    with pytest.raises(Rejected) as caught:
        hebbdsl.compare(spec, seeds=[0], out=out, device="cpu")
    assert [problem.code for problem in caught.value.problems] == ["HEB532"]
    runs = hebbdsl.run_spec(spec, seeds=[0], out=out, device="cpu")
    assert [record.variant for record in runs.records] == ["memory", "softmax"]
    assert runs.exit_code == 4


def test_what_is_wrong_is_said_before_anything_is_run(tmp_path: Path) -> None:
    spec, out = specs.images(tmp_path), tmp_path / "runs"
    for wrong in ({"baseline": "sofmax"}, {"variants": ["sofmax"]}, {"overrides": ["seeds=x"]}):
        with pytest.raises(Rejected):
            hebbdsl.compare(spec, out=out, **wrong)  # type: ignore[arg-type]
    assert not out.exists()
    assert hebbdsl.run_spec(spec, seeds=[], out=out).records == ()


def test_nouns_are_a_line(tmp_path: Path) -> None:
    spec, out = specs.images(tmp_path), tmp_path / "runs"
    source = hebbdsl.read_source(spec)
    tree = hebbdsl.parse_tree(source)
    checked = hebbdsl.check_spec(tree)
    plan = hebbdsl.make_plan(checked)
    program = hebbdsl.build_program(plan, "softmax", device="cpu")
    runs = hebbdsl.run_spec(plan, ["softmax"], out=out, device="cpu")
    comparison = hebbdsl.compare_records(runs.records)
    (problem,) = hebbdsl.inspect(spec, ["training.stepz=1"]).errors
    nouns = (source, tree, checked, plan, program, runs.records[0], comparison, problem)
    for noun in (*nouns, runs, runs.jobs[0], problem.place):
        assert len(repr(noun).splitlines()) == 1
        assert len(repr(noun)) < 160, repr(noun)
    names = [repr(noun).split()[0] for noun in nouns]
    assert names[:4] == ["<Source", "<Tree", "<Checked", "<Plan"]
    assert repr(program) == "<ClassificationProgram tiny, softmax, seed 0, on cpu>"
    assert repr(runs) == "<Runs: 2 of 2 records, 0 problems>"
    assert "stepz" in repr(problem)
