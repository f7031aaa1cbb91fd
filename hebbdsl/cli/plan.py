"""`hebbdsl plan`: shapes, parameters, memory, levels and steps, without training anything."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from hebbdsl.cli.options import Set, Variants
from hebbdsl.cli.shell_completion import specs
from hebbdsl.cli.terminal import emit, show_problems
from hebbdsl.diagnostics.escaping import json_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from hebbdsl.plan.plan import Plan, VariantPlan


class PlanFormat(Enum):
    text = "text"
    json = "json"


def plan(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", autocompletion=specs)],
    variant: Variants = None,
    set_: Set = None,
    format: Annotated[PlanFormat, typer.Option("--format")] = PlanFormat.text,
) -> None:
    """Show what SPEC will cost: layers, parameters, memory, levels and steps."""
    from hebbdsl.launch.selection import select_variants
    from hebbdsl.pipeline import load_plan

    planned = load_plan(spec, set_ or ())
    names = select_variants(planned, variant)
    if format is PlanFormat.json:
        emit(json_text(plan_to_json(planned, names)))
    else:
        show(planned, names, sys.stdout)
    raise typer.Exit(_print_warnings(planned))


def _print_warnings(planned: Plan) -> int:
    """Warnings, and what the plan would meet on this machine, on stderr. Returns the exit code."""
    from hebbdsl.cli.warnings import print_warnings
    from hebbdsl.pipeline import inspect_plan_here

    print_warnings(planned)
    problems = inspect_plan_here(planned)
    if len(problems):
        show_problems(problems, sys.stderr)
    return max((problem.exit_code for problem in problems.errors), default=0)


def plan_to_json(planned: Plan, names: Sequence[str]) -> dict[str, Any]:
    """The plan as plain JSON values."""
    return {
        "version": 1,
        "experiment": planned.checked.experiment.experiment,
        "baseline": planned.checked.baseline,
        "seeds": list(planned.checked.experiment.seeds),
        "variants": [{"variant": name, **_variant_json(planned.variants[name])} for name in names],
    }


def _variant_json(variant: VariantPlan) -> dict[str, Any]:
    from dataclasses import asdict

    training = variant.setup.training
    return {
        "data": asdict(variant.facts),
        "layers": [asdict(layer) for layer in variant.layers],
        "parameters": variant.parameters,
        "counters": variant.counters,
        "levels": list(variant.levels),
        "timeline": [
            {"classes": classes, "earliest": variant.earliest(n), "latest": variant.latest(n)}
            for n, classes in enumerate(variant.levels)
        ],
        "cannot_finish_before": variant.cannot_finish_before,
        "batch_size": training.batch_size,
        "steps": variant.steps,
        "evaluations": variant.evaluations,
        "memory": {
            **asdict(variant.memory),
            "total": variant.memory.total,
            "at_test": variant.memory.at_test,
        },
    }


def show(planned: Plan, names: Sequence[str], file: TextIO, width: int | None = None) -> None:
    """Print the first of the variants named in full, and what the others cost beside it.

    Args:
        width: in columns; None: the terminal's.
    """
    from hebbdsl.cli.console import print_laid_out

    print_laid_out(partial(_print, planned, names), file, width)


def _print(planned: Plan, names: Sequence[str], console: Console) -> None:
    from hebbdsl.cli.console import print_unwrapped, styled
    from hebbdsl.diagnostics.wording import number_of

    experiment = planned.checked.experiment
    first = planned.variants[names[0]]
    counts = f"{number_of(len(names), 'variant')} × {number_of(len(experiment.seeds), 'seed')}"
    console.print(styled(experiment.experiment, "bold") + styled(f"  {counts}"))
    for line in experiment.about.splitlines():
        console.print(styled(line, "dim"))
    console.print()
    console.print(_summary(first))
    console.print()
    console.print(_layers(first, names[0]))
    console.print()
    console.print(_memory(first))
    if len(names) > 1:
        console.print()
        print_unwrapped(_variants(planned, names), console)


def _grid() -> Table:
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column()
    return grid


def _table(title: Text | str, *columns: str) -> Table:
    """A table whose first column is words, and all others numbers."""
    from rich import box
    from rich.table import Table

    table = Table(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False
    )
    table.add_column(columns[0], no_wrap=True)
    for column in columns[1:]:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _summary(variant: VariantPlan) -> Table:
    from hebbdsl.vocabulary import word_of

    training = variant.setup.training
    schedule = training.schedule
    grid = _grid()
    for name, text in variant.summary():
        grid.add_row(name, text)
    grid.add_row(
        "",
        f"{word_of(training.optimizer)}, learning rate {training.optimizer.learning_rate:g}"
        + (f", {word_of(schedule)} schedule" if schedule is not None else "")
        + f", {training.precision}",
    )
    return grid


def _layers(variant: VariantPlan, name: str) -> Table:
    from hebbdsl.cli.console import styled

    title = styled("layers of ") + styled(name, "bold")
    table = _table(title, "layer", "shape", "parameters", "counters")
    for layer in variant.layers:
        shape = "×".join(f"{side}" for side in layer.shape)
        table.add_row(layer.name, shape, number(layer.parameters), number(layer.counters))
    table.add_section()
    table.add_row("all", "", number(variant.parameters), number(variant.counters))
    return table


def _memory(variant: VariantPlan) -> Table:
    from hebbdsl.cli.console import styled

    memory = variant.memory
    grid = _grid()
    parts = (
        ("weights", memory.weights),
        ("gradients", memory.gradients),
        ("optimizer", memory.optimizer),
        ("buffers", memory.buffers),
        ("data", memory.data),
    )
    said = " + ".join(f"{name} {size(count)}" for name, count in parts if count)
    grid.add_row("memory", styled(size(memory.total), "bold") + styled(f" = {said}"))
    grid.add_row("", "the activations of a batch come on top")
    if memory.evaluation or memory.tuning:
        held = (
            *(("weights", memory.weights), ("buffers", memory.buffers)),
            ("what is added", memory.evaluation),
        )
        said = " + ".join(f"{name} {size(count)}" for name, count in held if count)
        grid.add_row("at test", styled(size(memory.at_test), "bold") + styled(f" = {said}"))
    if memory.tuning:
        grid.add_row("", f"{size(memory.tuning)} more while settings are tuned on validation")
    return grid


def _variants(planned: Plan, names: Sequence[str]) -> Table:
    """Every variant's sizes; levels and steps only where they are not the same for all."""
    baseline = planned.checked.baseline
    plans = {name: planned.variants[name] for name in names}
    courses = {(len(p.levels), p.levels[-1], p.steps) for p in plans.values()}
    columns = ["variant", "parameters", f"beside {baseline}", "counters", "buffers", "memory"]
    tested = any(variant.memory.evaluation for variant in plans.values())
    if tested:
        columns += ["at test"]
    if len(courses) > 1:
        columns += ["levels", "classes", "steps"]
    table = _table("variants", *columns)
    reference = planned.variants[baseline].parameters
    for name, variant in plans.items():
        cells = [
            name,
            number(variant.parameters),
            difference(variant.parameters - reference),
            number(variant.counters),
            size(variant.memory.buffers) if variant.memory.buffers else "",
            size(variant.memory.total),
        ]
        if tested:
            cells.append(size(variant.memory.at_test))
        if len(courses) > 1:
            steps = "" if variant.steps is None else f"{variant.steps:,}"
            cells += [f"{len(variant.levels):,}", f"{variant.levels[-1]:,}", steps]
        table.add_row(*cells)
    return table


def number(count: int) -> str:
    """`13,000`, and nothing for none."""
    return f"{count:,}" if count else ""


def difference(count: int) -> str:
    """`+130`, `−40`, or `same`."""
    if count == 0:
        return "same"
    return f"{'+' if count > 0 else '−'}{abs(count):,}"


def size(count: int) -> str:
    """Bytes as people say them, in powers of 1,024: `512 B`, `3.0 MiB`."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GiB"
