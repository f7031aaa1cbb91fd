"""`hebbdsl run`: train one variant and seed, or several."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hebbdsl.cli.completion import specs
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
from hebbdsl.cli.terminal import emit, say
from hebbdsl.diagnostics.escaping import json_text, visible

if TYPE_CHECKING:
    from hebbdsl.run.record import Record


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
    from hebbdsl.cli.doubts import tell_warnings
    from hebbdsl.cli.training import select_jobs, train_all
    from hebbdsl.pipeline import load_plan

    plan = load_plan(spec, set_ or ())
    if not quiet:
        tell_warnings(plan)
    jobs = select_jobs(plan, variant, seed, out, device, threads, retrain, every=False)
    records, code = train_all(jobs, workers, quiet)
    if format is RunFormat.json:
        from hebbdsl.run.record_json import record_to_json

        emit(json_text([record_to_json(record) for record in records]))
    else:
        for record in records:
            say(summary(record))
    raise typer.Exit(code)


def summary(record: Record) -> str:
    """What a person wants to know of one run."""
    from hebbdsl.run.record import perplexity_text

    metrics = record.metrics
    lines = [f"{record.experiment} · {record.variant} · seed {record.seed}: {record.status}"]
    if record.data["substituted_for"]:
        lines.append(
            visible(
                f"  data: {record.data['word']} in place of {record.data['substituted_for']},"
                " which could not be had"
            )
        )
    if (finish := metrics.get("steps_to_finish")) is not None:
        total = f"≥ {record.steps} (not finished)" if finish.censored else f"{record.steps}"
        lines.append(f"  steps to finish: {total}")
    if "classes" in record.data:
        lines.append(f"  classes in play at the end: {record.levels[-1].classes}")
    for split in ("validation", "test"):
        if (perplexity := metrics.get(f"{split}_perplexity")) is not None:
            lines.append(f"  {split} perplexity: {perplexity_text(perplexity.value)}")
            lines.extend(_bands(record, split))
    if (accuracy := metrics.get("final_test_accuracy")) is not None:
        lines.append(f"  test accuracy at the end: {accuracy.value:.3f}")
    if (accuracy := metrics.get("final_validation_accuracy")) is not None:
        lines.append(f"  validation accuracy at the end: {accuracy.value:.3f}")
    lines.extend(
        f"  accuracy on new classes {age} steps after they appear: {newest.value:.3f}"
        f" (mean of {newest.cohorts} cohorts)"
        for age in (10, 20)
        if (newest := metrics.get(f"newest_accuracy@{age}")) is not None
    )
    if (speed := metrics.get("tokens_per_second")) is not None:
        lines.append(f"  speed: {speed.value:,.0f} words/s of training")
    elif (speed := metrics.get("steps_per_second")) is not None:
        lines.append(f"  speed: {speed.value:.1f} steps/s of training")
    lines.append(visible(f"  folder: {record.folder}"))
    return "\n".join(lines)


def _bands(record: Record, split: str) -> Iterator[str]:
    """Perplexity by how often a word stands in train."""
    from hebbdsl.expression.metrics import FREQUENCIES
    from hebbdsl.run.record import perplexity_text

    found = {
        band.replace("_", " "): value
        for band in FREQUENCIES
        if (value := record.metrics.get(f"{split}_perplexity_{band}")) is not None
    }
    if found:
        said = ", ".join(f"{b} {perplexity_text(one.value, ',.1f')}" for b, one in found.items())
        yield f"    by count in train: {said}"
