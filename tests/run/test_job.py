"""What keeps a job from being done."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.parts.datasets.omniglot import Omniglot
from hebbdsl.parts.part import Quiet
from hebbdsl.plan.planning import plan_setup
from hebbdsl.program.image_program import ImageProgram
from hebbdsl.run import job as module
from hebbdsl.run.job import Job, obtain
from hebbdsl.run.monitor import Silent
from tests import tiny


def test_a_device_that_is_too_small_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_much(*_: object) -> None:
        raise torch.OutOfMemoryError("Tried to allocate 9 TiB.\nMore of it")

    monkeypatch.setattr(module, "_OPENED", {})
    monkeypatch.setattr(Omniglot, "open", lambda *_: tiny.content())
    monkeypatch.setattr(ImageProgram, "train", too_much)
    job = Job("tiny", "main", plan_setup(tiny.setup()), seed=0, out=tmp_path, device="cpu")
    with pytest.raises(Rejected) as caught:
        obtain(job, Quiet(), Silent())
    (problem,) = caught.value.problems
    assert (problem.code, problem.exit_code) == ("HEB540", 4)
    assert "cpu" in problem.title
    assert "Tried to allocate 9 TiB." in problem.title
