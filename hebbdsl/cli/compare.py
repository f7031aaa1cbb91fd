"""`hebbdsl compare`: train what is missing, then set the variants side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hebbdsl.cli.completion import specs, variants
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
)
from hebbdsl.cli.terminal import emit, tell

if TYPE_CHECKING:
    from hebbdsl.comparison.comparison import Comparison
    from hebbdsl.plan.plan import Plan
    from hebbdsl.run.record import Record


class CompareFormat(Enum):
    table = "table"
    md = "md"
    csv = "csv"
    json = "json"
    latex = "latex"


def compare(
    paths: Annotated[
        list[Path], typer.Argument(metavar="SPEC | RUN_FOLDER…", autocompletion=specs)
    ],
    variant: Variants = None,
    seed: SeedsOption = None,
    set_: Set = None,
    out: Out = Path("runs"),
    device: Device = "auto",
    threads: Threads = 1,
    workers: Workers = None,
    retrain: Retrain = False,
    quiet: QuietOption = False,
    baseline: Annotated[
        str | None,
        typer.Option(
            "--baseline",
            metavar="NAME",
            help="The variant of ratios and tests.",
            autocompletion=variants,
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="An undecided claim fails too.")] = False,
    format: Annotated[CompareFormat, typer.Option("--format")] = CompareFormat.table,
    figures: Annotated[
        Path | None,
        typer.Option("--figures", help="Folder of figures; default: beside the runs."),
    ] = None,
) -> None:
    """Compare the variants of SPEC over its seeds, or the runs recorded under folders."""
    from hebbdsl.pipeline import compare_recorded, compare_records, load_plan

    code = 0
    if len(paths) == 1 and not paths[0].is_dir():
        from hebbdsl.cli.doubts import tell_warnings
        from hebbdsl.cli.training import select_jobs, stating, train_all

        plan = load_plan(paths[0], set_ or ())
        if not quiet:
            tell_warnings(plan)
        _check_baseline(baseline, plan)
        jobs = select_jobs(plan, variant, seed, out, device, threads, retrain, every=True)
        with stating(plan, out):
            records, code = train_all(jobs, workers, quiet)
        if code and all(record.status != "finished" for record in records):
            raise typer.Exit(code)  # what went wrong has been said; there is nothing to compare
        comparison = compare_records(
            records,
            baseline=plan.checked.baseline if baseline is None else baseline,
            claims=plan.checked.experiment.claims,
            order=tuple(plan.variants),
            asked=tuple(dict.fromkeys(job.variant for job in jobs)),
            declared=plan.checked.baseline,
        )
        asked = {"variant": variant, "seed": seed, "set": set_, "baseline": baseline}
        within, beside = out, out / plan.checked.experiment.experiment
    else:
        _refuse({"--variant": variant, "--seed": seed, "--set": set_, "--retrain": retrain})
        comparison = compare_recorded(_recorded(paths), baseline)
        asked = {"runs": [str(path.resolve()) for path in paths], "baseline": baseline}
        within = beside = paths[0]
    _show(comparison, format)
    folder = figures or beside / _figures_of(asked)
    # Where the user says to draw may be a link.
    drawn = _draw(comparison, folder, figures or within)
    if drawn and not quiet:
        tell(f"figures: {', '.join(path.name for path in drawn)} in {folder}")
    raise typer.Exit(code or _verdict_code(comparison, strict))


def _check_baseline(baseline: str | None, plan: Plan) -> None:
    """Before anything is trained. Raises: Rejected, with HEB605."""
    if baseline is not None and baseline not in plan.variants:
        from hebbdsl.diagnostics.codes.comparison import UnknownBaseline
        from hebbdsl.diagnostics.diagnostic import Rejected

        names = tuple(plan.variants)
        raise Rejected([UnknownBaseline(place=None, baseline=baseline, variants=names)])


def _refuse(options: Mapping[str, object]) -> None:
    """Options that say what to train mean nothing for runs that are there."""
    for name, given in options.items():
        if given:
            raise typer.BadParameter("it goes with one SPEC, not with run folders", param_hint=name)


def _recorded(folders: Sequence[Path]) -> list[Record]:
    """Raises: Rejected, with HEB536 when a folder holds no record, HEB534 when one was altered."""
    from hebbdsl.diagnostics.codes.run_folder import NoRecords
    from hebbdsl.diagnostics.diagnostic import Rejected
    from hebbdsl.run.store import find_runs

    found = {folder: find_runs(folder) for folder in folders}
    empty = [NoRecords(place=str(folder)) for folder, runs in found.items() if not runs]
    if empty:
        raise Rejected(empty)
    records = [run.read() for runs in found.values() for run in runs]
    return [record for record in records if record is not None]


def _show(comparison: Comparison, format: CompareFormat) -> None:
    import sys

    if format is CompareFormat.table:
        from hebbdsl.cli.comparison_table import show

        show(comparison, sys.stdout)
        return
    from hebbdsl.comparison import export, formats

    write = {
        CompareFormat.md: formats.as_markdown,
        CompareFormat.csv: formats.as_csv,
        CompareFormat.json: export.as_json,
        CompareFormat.latex: formats.as_latex,
    }[format]
    emit(write(comparison).rstrip("\n"))


def _figures_of(asked: Mapping[str, object]) -> str:
    """The folder of figures of what was asked for: no command draws over those of another.

    Those of a whole spec are in `figures`.
    """
    import json
    from hashlib import sha256

    chosen = {name: value for name, value in asked.items() if value}
    if not chosen:
        return "figures"
    return f"figures-{sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()[:8]}"


def _draw(comparison: Comparison, folder: Path, within: Path) -> Sequence[Path]:
    from hebbdsl.comparison.plots import draw_figures
    from hebbdsl.diagnostics.codes.run_folder import LinkInside, Unwritable
    from hebbdsl.diagnostics.diagnostic import Rejected
    from hebbdsl.writing import LinkFound

    try:
        return draw_figures(comparison, folder, within)
    except LinkFound as found:
        problem = LinkInside(place=str(found.filename), out=str(within), option="--figures")
        raise Rejected([problem]) from found
    except OSError as error:
        reason = error.strerror or str(error)
        raise Rejected(
            [Unwritable(place=str(folder), reason=reason, option="--figures")]
        ) from error


def _verdict_code(comparison: Comparison, strict: bool) -> int:
    return int(comparison.failed or (strict and comparison.undecided))
