"""`hebbdsl run`: train one variant and seed, or several."""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from hebbdsl.cli.options import (
    Device,
    Out,
    QuietOption,
    Retrain,
    SeedsOption,
    Set,
    Threads,
    Variants,
    Workers,
    progress,
    seeds_given,
)
from hebbdsl.cli.record_summary import summary
from hebbdsl.cli.shell_completion import specs
from hebbdsl.cli.terminal import echo, emit, show_problems
from hebbdsl.diagnostics.escaping import json_text


class RunFormat(Enum):
    text = "text"
    json = "json"


def run(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", autocompletion=specs)],
    variant: Variants = None,
    seed: SeedsOption = None,
    set_: Set = None,
    out: Out = Path("runs"),
    device: Device = "auto",
    threads: Threads = 1,
    workers: Workers = None,
    retrain: Retrain = False,
    quiet: QuietOption = False,
    format: Annotated[RunFormat, typer.Option("--format")] = RunFormat.text,
) -> None:
    """Train one run of SPEC: its first variant and seed, or those asked for."""
    from hebbdsl.cli.warnings import print_warnings
    from hebbdsl.pipeline import load_plan, run_spec

    plan = load_plan(spec, set_ or ())
    if not quiet:
        print_warnings(plan)
    with progress(quiet) as monitor:
        runs = run_spec(
            plan,
            variant or [*plan.variants][:1],
            seeds_given(seed) or plan.checked.experiment.seeds[:1],
            out=out,
            device=device,
            threads=threads,
            workers=workers,
            retrain=retrain,
            monitor=monitor,
        )
    if runs.problems:
        show_problems(runs.problems, sys.stderr)
    if format is RunFormat.json:
        from hebbdsl.run.record_json import record_to_json

        emit(json_text([record_to_json(record) for record in runs.records]))
    else:
        for record in runs.records:
            echo(summary(record))
    raise typer.Exit(runs.exit_code)
