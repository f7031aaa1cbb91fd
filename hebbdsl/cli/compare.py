"""`hebbdsl compare`: train what is missing, then set the variants side by side."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from hebbdsl.cli.shell_completion import specs, variants
from hebbdsl.cli.terminal import echo_stderr, emit, show_problems

if TYPE_CHECKING:
    from hebbdsl.comparison.comparison import Comparison


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
    from hebbdsl.launch.selection import check_baseline
    from hebbdsl.pipeline import compare_recorded, compare_runs, load_plan, run_spec

    code = 0
    if len(paths) == 1 and not paths[0].is_dir():
        from hebbdsl.cli.warnings import print_warnings

        plan = load_plan(paths[0], set_ or ())
        if not quiet:
            print_warnings(plan)
        check_baseline(plan, baseline)
        with progress(quiet) as monitor:
            runs = run_spec(
                plan,
                variant,
                seeds_given(seed) or None,
                out=out,
                device=device,
                threads=threads,
                workers=workers,
                retrain=retrain,
                monitor=monitor,
            )
        if runs.problems:
            show_problems(runs.problems, sys.stderr)
        code = runs.exit_code
        if code and all(record.status != "finished" for record in runs.records):
            raise typer.Exit(code)  # what went wrong has been said; there is nothing to compare
        comparison = compare_runs(plan, runs, baseline)
        asked = {"variant": variant, "seed": seed, "set": set_, "baseline": baseline}
        within, beside = out, out / plan.checked.experiment.experiment
    else:
        _refuse({"--variant": variant, "--seed": seed, "--set": set_, "--retrain": retrain})
        comparison = compare_recorded(paths, baseline)
        asked = {"runs": [str(path.resolve()) for path in paths], "baseline": baseline}
        within = beside = paths[0]
    _show(comparison, format)
    folder = figures or beside / _figures_of(asked)
    # Where the user says to draw may be a link.
    drawn = _draw(comparison, folder, figures or within)
    if drawn and not quiet:
        echo_stderr(f"figures: {', '.join(path.name for path in drawn)} in {folder}")
    raise typer.Exit(code or _verdict_code(comparison, strict))


def _refuse(options: Mapping[str, object]) -> None:
    """Options that say what to train mean nothing for runs that are there."""
    for name, given in options.items():
        if given:
            raise typer.BadParameter("it goes with one SPEC, not with run folders", param_hint=name)


def _show(comparison: Comparison, format: CompareFormat) -> None:
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
    from hebbdsl.diagnostics.diagnostic import Rejected
    from hebbdsl.run.problems import LinkInside, Unwritable
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
