"""The step where it can't be had as asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.program.classification.batches import InPlay
from tests import tiny


def test_a_compiler_that_fails_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def backend(_graph: Any, _inputs: Any) -> Any:
        raise ValueError("no compiler here")

    compile_it = torch.compile
    monkeypatch.setattr(torch, "compile", lambda compute: compile_it(compute, backend=backend))
    setup = tiny.setup(steps=2)
    program = tiny.program(replace(setup, training=replace(setup.training, compile=True)))
    batches = program.draw(0, 1, InPlay(classes=4, newest=0))
    statistics = torch.empty(1, len(program.update.statistic_names))
    with pytest.raises(Rejected) as caught:
        program.train(0, batches, InPlay(classes=4, newest=0), statistics)
    (problem,) = caught.value.problems
    assert (problem.code, problem.exit_code) == ("HEB537", 4)
    assert "no compiler here" in problem.title
