"""What a terminal is told is what was said."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from hebbdsl.plan.planning import plan_setup
from hebbdsl.run.job import Job
from hebbdsl.run.progress import _Live, _state
from hebbdsl.run.record import Evaluation
from tests import tiny


def test_brackets_in_what_is_said_are_no_markup() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    with Progress(console=console) as progress:
        _Live(progress).say("reading /data/[bold]/[/x]")
    assert isinstance(console.file, io.StringIO)
    assert "reading /data/[bold]/[/x]" in console.file.getvalue()


def test_accuracy_on_validation_drawings_is_shown_where_there_is_one() -> None:
    job = Job("tiny", "main", plan_setup(tiny.setup()), seed=0, out=Path())
    without = Evaluation(
        step=10,
        seconds=1.0,
        values={
            "level": 1,
            "classes": 8,
            "train_loss": 0.5,
            "test_accuracy": 0.61,
            "newest_accuracy": 0.42,
            "whole": True,
        },
    )
    said = "level 2/3, 8 classes, accuracy 0.61, newest 0.42, "
    rest = "5 steps/s, at most 0:10 left"
    assert _state(job, without, pace=5) == said + rest
    more = {"validation_accuracy": 0.57, "newest_validation_accuracy": 0.4}
    found = replace(without, values={**without.values, **more})
    assert _state(job, found, pace=5) == said + "validation 0.57, " + rest
