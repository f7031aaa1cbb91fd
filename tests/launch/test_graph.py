"""A graph of jobs: what is run first, and what becomes of jobs that need what can't be had."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.launch.launcher import Frontier, Graph, InProcess, Launcher
from hebbdsl.launch.local import LocalWorkers
from hebbdsl.launch.schedule import schedule
from hebbdsl.launch.selection import select_jobs
from hebbdsl.pipeline import load_plan
from hebbdsl.run.job import Job, build
from hebbdsl.run.job_document import job_from_json, job_to_json, plan_digest
from hebbdsl.run.monitor import Silent
from hebbdsl.run.record import Record
from hebbdsl.run.session import Session
from tests.launch import specs

ROOT = Path(__file__).parents[2]
LAUNCHERS: dict[str, Callable[[], Launcher]] = {
    "in this process": lambda: InProcess(Session()),
    "by workers": lambda: LocalWorkers(2),
}


class _Notes(Silent):
    def __init__(self) -> None:
        self.ended_as: dict[str, str | None] = {}
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def ended(self, job: Job, record: Record | None, problems: tuple[Problem, ...]) -> None:
        assert job.variant not in self.ended_as, "each job ends once"
        self.ended_as[job.variant] = None if record is None else record.status


def graph(folder: Path, *overrides: str) -> Graph:
    plan = load_plan(specs.images(folder), overrides)
    jobs = select_jobs(plan, seeds=[0], out=folder / "runs", device="cpu")
    return schedule(jobs, Session())


def test_what_is_evaluated_is_trained_first(tmp_path: Path) -> None:
    found = graph(tmp_path)
    assert [job.variant for job in found.jobs] == ["softmax", "hebbian", "memory"]
    assert found.needs == (frozenset(), frozenset(), frozenset({0}))
    memory, softmax = found.jobs[2], found.jobs[0]
    assert memory.parent is not None
    assert memory.parent.parent.name == softmax.variant


@pytest.mark.parametrize("launcher", LAUNCHERS.values(), ids=LAUNCHERS.keys())
def test_every_launcher_runs_a_graph(launcher: Callable[[], Launcher], tmp_path: Path) -> None:
    notes = _Notes()
    assert launcher().launch(graph(tmp_path), notes) == ()
    assert notes.ended_as == dict.fromkeys(("softmax", "hebbian", "memory"), "finished")


@pytest.mark.parametrize("launcher", LAUNCHERS.values(), ids=LAUNCHERS.keys())
def test_what_needs_a_record_that_can_not_be_had_is_told_so(
    launcher: Callable[[], Launcher], tmp_path: Path
) -> None:
    found = graph(tmp_path)
    (tmp_path / "runs" / "tiny").mkdir(parents=True)
    (tmp_path / "runs" / "tiny" / "softmax").write_text("in the way")
    notes = _Notes()
    problems = launcher().launch(found, notes)
    assert [problem.code for problem in problems] == ["HEB532"], "said once"
    assert notes.ended_as == {"softmax": None, "memory": None, "hebbian": "finished"}
    assert "memory, seed 0 needs softmax, seed 0, which has no record" in notes.said


def test_what_needs_what_is_given_up_is_given_up_too(tmp_path: Path) -> None:
    """A search, trainings with what it found, and an evaluation of each."""
    job = graph(tmp_path).jobs[0]
    names = ("search", "one", "other", "of_one", "of_other", "free")
    needs = (set(), {0}, {0}, {1}, {2}, set())
    jobs = tuple(replace(job, variant=name) for name in names)
    whole = Graph(jobs, tuple(map(frozenset, needs)))

    frontier, notes = Frontier(whole), _Notes()
    assert frontier.ready() == [0, 5]
    assert frontier.ready() == [], "each is given once"
    assert frontier.end(0, True, notes) == 0
    assert frontier.ready() == [1, 2]
    assert frontier.end(1, False, notes) == 1
    assert frontier.end(2, True, notes) == 0
    assert frontier.ready() == [4]
    assert notes.ended_as == {"of_one": None}

    frontier, notes = Frontier(whole), _Notes()
    assert frontier.ready() == [0, 5]
    assert frontier.end(0, False, notes) == 4
    assert frontier.ready() == []
    assert set(notes.ended_as) == {"one", "other", "of_one", "of_other"}


@pytest.mark.parametrize("path", sorted(ROOT.glob("specs/*.yaml")), ids=lambda path: path.stem)
def test_a_job_is_the_same_after_its_journey(path: Path) -> None:
    plans: dict[bytes, object] = {}
    for job in select_jobs(load_plan(path), seeds=[3], out="some where", retrain=True):
        job = replace(job, digest=plan_digest(job.plan), parent=Path("a/b"))
        document = job_to_json(job)
        again = job_from_json(json.loads(json.dumps(document)), plans)  # type: ignore[arg-type]
        assert again.plan == job.plan
        assert plan_digest(again.plan) == job.digest
        assert job_to_json(again) == document
        assert replace(again, plan=job.plan, training=job.training).name == job.name


def test_another_plan_than_the_callers_is_a_fault(tmp_path: Path) -> None:
    job = graph(tmp_path).jobs[0]
    assert build(job, Session())
    other = load_plan(specs.images(tmp_path), ["model.hidden=[33]"]).variants["softmax"]
    assert job.digest != plan_digest(other)
    with pytest.raises(RuntimeError, match="another than that of who scheduled it"):
        build(replace(job, plan=other), Session())
