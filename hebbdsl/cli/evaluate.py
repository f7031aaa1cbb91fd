"""`hebbdsl evaluate`: test a trained run otherwise, without training."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hebbdsl.cli.options import Device, QuietOption, Set, Threads, progress
from hebbdsl.cli.record_summary import summary
from hebbdsl.cli.run import RunFormat
from hebbdsl.cli.terminal import echo, emit
from hebbdsl.diagnostics.escaping import json_text


def evaluate(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a trained run.")],
    set_: Set = None,
    as_: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="NAME", help="Name of the new variant; default: made of RUN's."
        ),
    ] = None,
    device: Device = "auto",
    threads: Threads = 1,
    quiet: QuietOption = False,
    format: Annotated[RunFormat, typer.Option("--format")] = RunFormat.text,
) -> None:
    """Evaluate the weights of RUN as `--set evaluation.…` says; writes a record of its own.

    RUN is left as it is. The new record stands beside it, points to it, and can be compared:
    `hebbdsl compare runs/EXPERIMENT`.
    """
    from hebbdsl.pipeline import evaluate_run

    with progress(quiet) as monitor:
        record = evaluate_run(run, set_ or (), as_, device, threads, monitor)
    if format is RunFormat.json:
        from hebbdsl.run.record_json import record_to_json

        emit(json_text(record_to_json(record)))
    else:
        echo(summary(record))
