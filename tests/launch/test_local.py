"""Runs in worker processes are the same runs."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.launch import local
from hebbdsl.launch.launcher import InProcess, graph_of
from hebbdsl.launch.local import LocalWorkers, Pipe, WorkerKilled, workers_for
from hebbdsl.parts.datasets.omniglot import Omniglot
from hebbdsl.parts.optimizers.sgd import Sgd
from hebbdsl.plan.planning import plan_setup
from hebbdsl.run.job import Job, failure_of, folder_of
from hebbdsl.run.job_document import job_to_json
from hebbdsl.run.monitor import JobMonitor, Silent
from hebbdsl.run.record import Evaluation, Record
from hebbdsl.run.session import Session
from hebbdsl.spec.experiment import Setup
from tests import tiny
from tests.effort import PATIENCE

needs_data = pytest.mark.skipif(
    "HEBBDSL_DATA" not in os.environ, reason="HEBBDSL_DATA is not set: no real Omniglot"
)


class _Notes(Silent):
    """What is told of jobs, by the name of their variant."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.ended_as: dict[str, str | None] = {}
        self.steps: dict[str, list[int]] = {}
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def started(self, job: Job) -> None:
        self.ran.append(job.variant)
        self.steps[job.variant] = []

    def evaluated(self, job: Job, evaluation: Evaluation) -> None:  # type: ignore[override]
        self.steps[job.variant].append(evaluation.step)

    def ended(self, job: Job, record: Record | None, problems: tuple[Problem, ...]) -> None:
        self.ended_as[job.variant] = None if record is None else record.status


def _jobs(out: Path, setups: Sequence[Setup]) -> list[Job]:
    return [
        Job("tiny", f"v{number}", plan_setup(setup), seed=0, out=out)
        for number, setup in enumerate(setups)
    ]


def _on_omniglot(setup: Setup) -> Setup:
    return replace(setup, data=Omniglot(classes=12, image_size=8))


@needs_data
def test_workers_train_what_this_process_would(tmp_path: Path) -> None:
    good = _on_omniglot(tiny.setup(tiny.HEBBIAN, steps=20))
    bad = _on_omniglot(tiny.setup(optimizer=Sgd(learning_rate=1e6), steps=20))
    setups = [good, bad, _on_omniglot(tiny.setup(steps=20))]
    apart, here = _jobs(tmp_path / "apart", setups), _jobs(tmp_path / "here", setups)
    notes = _Notes()
    session = Session()
    assert LocalWorkers(2).launch(graph_of(apart), notes) == ()
    assert InProcess(session).launch(graph_of(here), Silent()) == ()
    assert sorted(notes.ran) == ["v0", "v1", "v2"]
    assert notes.ended_as == {"v0": "finished", "v1": "failed", "v2": "finished"}
    assert notes.steps["v0"] == [5, 10, 15, 20]
    for one, other in zip(apart, here, strict=True):
        records = [folder_of(job, session).read() for job in (one, other)]
        first, second = records
        assert first is not None
        assert second is not None
        assert first.identity == second.identity
        assert [replace(e, seconds=0) for e in first.evaluations] == [
            replace(e, seconds=0) for e in second.evaluations
        ]
        assert (failure_of(first) is None) == (first.variant != "v1")


@needs_data
def test_what_cannot_be_run_is_said_and_does_not_stop_the_others(tmp_path: Path) -> None:
    jobs = _jobs(tmp_path, [_on_omniglot(tiny.setup(steps=10))] * 3)
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "v1").write_text("in the way")
    notes = _Notes()
    problems = LocalWorkers(2).launch(graph_of(jobs), notes)
    assert [problem.code for problem in problems] == ["HEB532"]
    assert notes.ended_as == {"v0": "finished", "v1": None, "v2": "finished"}


@needs_data
def test_a_worker_that_is_killed_is_noticed(tmp_path: Path) -> None:
    class _Kills(_Notes):
        def started(self, job: Job) -> None:
            super().started(job)
            if job is jobs[0]:
                child = multiprocessing.active_children()[0]
                os.kill(child.pid or 0, signal.SIGKILL)

    jobs = _jobs(tmp_path, [_on_omniglot(tiny.setup(steps=100_000))] * 2)
    with pytest.raises(Rejected) as caught:
        LocalWorkers(2).launch(graph_of(jobs), _Kills())
    (problem,) = caught.value.problems
    assert (problem.code, problem.exit_code) == ("HEB539", 4)
    assert "signal 9" in problem.title
    assert multiprocessing.active_children() == []


def _told_amid_a_job(pipe: Pipe) -> None:
    def attempt(job: Job, _: Session, monitor: JobMonitor) -> None:
        monitor.started(job)
        signal.raise_signal(signal.SIGTERM)

    local.attempt = attempt  # type: ignore[assignment]
    local._work(pipe)


def _left_alone(pipe: Pipe) -> None:
    def attempt(_: Job, __: Session, monitor: JobMonitor) -> None:
        with pytest.raises(EOFError):
            pipe.recv()  # when the first process is gone
        monitor.say("still here")

    local.attempt = attempt  # type: ignore[assignment]
    local._work(pipe)


@pytest.mark.parametrize("target", [_told_amid_a_job, _left_alone])
def test_a_worker_ends_when_it_is_told_to_or_alone(target: Callable[[Pipe], None]) -> None:
    context = multiprocessing.get_context("spawn")
    near, far = context.Pipe()
    worker = context.Process(target=target, args=(far,), daemon=True)
    worker.start()
    far.close()
    near.send((0, job_to_json(Job("tiny", "main", plan_setup(tiny.setup()), seed=0, out=Path()))))
    if target is _told_amid_a_job:
        assert near.recv() == ("started", 0)
    near.close()
    worker.join(60)
    ended = worker.exitcode
    worker.kill()
    worker.join()
    assert ended == 128 + signal.SIGTERM


KILLED = """\
import multiprocessing, os, signal, sys
from dataclasses import replace
from pathlib import Path
from hebbdsl.launch.local import LocalWorkers
from hebbdsl.run.monitor import Silent
from tests.launch.test_graph import graph

class Kills(Silent):
    def started(self, job):
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    found = graph(Path(sys.argv[1]), "training.steps=1_000_000")
    needs = (frozenset(), frozenset({0}), frozenset({0}))
    LocalWorkers(2).launch(replace(found, needs=needs), Kills())
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked for in /proc")
def test_workers_end_when_the_first_process_is_killed_the_idle_one_too(tmp_path: Path) -> None:
    (tmp_path / "killed.py").write_text(KILLED)
    done = subprocess.run(
        [sys.executable, "killed.py", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    workers = list(map(int, done.stdout.split()))
    assert len(workers) == 2
    for _ in range(10 * PATIENCE):
        if not any(map(_lives, workers)):
            return
        time.sleep(0.1)
    raise AssertionError("a worker is still there")


def _lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(("status", "said"), [(-9, "signal 9"), (143, "signal 15"), (1, "fault")])
def test_how_a_worker_ended_is_said(status: int, said: str) -> None:
    assert said in WorkerKilled(place=None, status=status).title


def test_there_are_as_many_workers_as_cores_and_never_more_than_jobs() -> None:
    assert workers_for(100, None, "cuda") == 1
    assert 1 <= workers_for(100, None, "cpu") <= (os.cpu_count() or 1)
    assert workers_for(1, 8, "cpu") == 1
    assert workers_for(100, 3, "cuda") == 3
