"""Options that several commands take, and the variants that are asked for with one of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hebbdsl.cli import completion

if TYPE_CHECKING:
    from hebbdsl.plan.plan import Plan

Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a field first."),
]
Variants = Annotated[
    list[str] | None,
    typer.Option(
        "--variant", metavar="NAME", help="Only this variant.", autocompletion=completion.variants
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


def chosen_variants(planned: Plan, asked: Sequence[str]) -> tuple[str, ...]:
    """Names of the variants asked for; none asked: all. Raises: Rejected, with HEB535."""
    from hebbdsl.diagnostics.codes.run import UnknownVariant
    from hebbdsl.diagnostics.diagnostic import Rejected

    names = tuple(planned.variants)
    unknown = [name for name in asked if name not in names]
    if unknown:
        raise Rejected(UnknownVariant(place=None, name=name, variants=names) for name in unknown)
    return tuple(dict.fromkeys(asked)) or names
