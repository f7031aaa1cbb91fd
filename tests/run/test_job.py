"""What keeps a job from being done."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.parts.datasets.omniglot import Omniglot
from hebbdsl.plan import here
from hebbdsl.plan.machine import DeviceMemory
from hebbdsl.plan.planning import plan_setup
from hebbdsl.program.classification.program import ClassificationProgram
from hebbdsl.run.job import Job, run_job
from hebbdsl.run.monitor import Silent
from hebbdsl.run.session import Session
from tests import tiny


def test_a_device_that_is_too_small_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_much(*_: object) -> None:
        raise torch.OutOfMemoryError("Tried to allocate 9 TiB.\nMore of it")

    monkeypatch.setattr(Omniglot, "open", lambda *_: tiny.content())
    monkeypatch.setattr(ClassificationProgram, "train", too_much)
    job = Job("tiny", "main", plan_setup(tiny.setup()), seed=0, out=tmp_path, device="cpu")
    with pytest.raises(Rejected) as caught:
        run_job(job, Session(), Silent())
    (problem,) = caught.value.problems
    assert (problem.code, problem.exit_code) == ("HEB540", 4)
    assert "cpu" in problem.title
    assert "Tried to allocate 9 TiB." in problem.title


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: you …")]
)
def test_memory_that_is_refused_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refused(*_: object) -> None:
        raise error

    monkeypatch.setattr(Omniglot, "open", lambda *_: tiny.content())
    monkeypatch.setattr(ClassificationProgram, "train", refused)
    job = Job("tiny", "main", plan_setup(tiny.setup()), seed=0, out=tmp_path, device="cpu")
    with pytest.raises(Rejected) as caught:
        run_job(job, Session(), Silent())
    assert [problem.code for problem in caught.value.problems] == ["HEB540"]


def test_another_fault_stays_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> None:
        raise RuntimeError("shapes do not fit")

    monkeypatch.setattr(Omniglot, "open", lambda *_: tiny.content())
    monkeypatch.setattr(ClassificationProgram, "train", wrong)
    job = Job("tiny", "main", plan_setup(tiny.setup()), seed=0, out=tmp_path, device="cpu")
    with pytest.raises(RuntimeError, match="shapes"):
        run_job(job, Session(), Silent())


def test_what_this_machine_can_not_hold_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trained it holds gradients and moments too: so what is too large may still be tested."""
    monkeypatch.setattr(Omniglot, "open", lambda *_: tiny.content())
    plan = plan_setup(tiny.setup(steps=5))
    job = Job("tiny", "main", plan, seed=0, out=tmp_path, device="cpu")
    between = DeviceMemory("this machine", (plan.memory.at_test + plan.memory.total) // 2)
    monkeypatch.setattr(here, "machine_memory", lambda: between)
    with pytest.raises(Rejected) as caught:
        run_job(job, Session(), Silent())
    (problem,) = caught.value.problems
    assert problem.code == "HEB540"
    assert "this machine has" in problem.title
    assert not any(tmp_path.iterdir())
    here.refuse_large(plan, job.name, "cpu", trains=False)
    monkeypatch.setattr(here, "machine_memory", lambda: DeviceMemory("this machine", 10))
    with pytest.raises(Rejected):
        here.refuse_large(plan, job.name, "cpu", trains=False)
