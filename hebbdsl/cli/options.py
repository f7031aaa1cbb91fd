"""Options that several commands take, and what is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hebbdsl.cli import shell_completion

if TYPE_CHECKING:
    from hebbdsl.run.monitor import JobMonitor

Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a field first."),
]
Variants = Annotated[
    list[str] | None,
    typer.Option(
        "--variant",
        metavar="NAME",
        help="Only this variant.",
        autocompletion=shell_completion.variants,
    ),
]
SeedsOption = Annotated[
    list[str] | None, typer.Option("--seed", metavar="N|N..M", help="Only these seeds.")
]
Out = Annotated[Path, typer.Option("--out", help="Folder of runs.")]
Device = Annotated[str, typer.Option("--device", help="cpu, cuda, mps …; auto takes the fastest.")]
# torch takes any number, and crashes where the system has not so many threads to give.
Threads = Annotated[int, typer.Option("--threads", min=1, max=256, help="CPU threads of each run.")]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, help="Runs at a time; default: one a core.")
]
Retrain = Annotated[
    bool, typer.Option("--retrain", help="Train finished runs again; the old ones are kept aside.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")]


def seeds_given(texts: Sequence[str] | None) -> list[int]:
    """Those of all `--seed N|N..M`, each once. Raises: Rejected, with HEB538."""
    from hebbdsl.launch.selection import parse_seeds

    return list(dict.fromkeys(seed for text in texts or () for seed in parse_seeds(text)))


def progress(quiet: bool) -> AbstractContextManager[JobMonitor]:
    """What is told of runs under way: it shows them on stderr, or with `--quiet` nothing."""
    if quiet:
        from hebbdsl.run.monitor import Silent

        return nullcontext(Silent())
    from hebbdsl.run.progress import show_progress

    return show_progress()
