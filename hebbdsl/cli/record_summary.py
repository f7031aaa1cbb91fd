"""What a person wants to know of one run, in a few lines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hebbdsl.diagnostics.escaping import visible

if TYPE_CHECKING:
    from hebbdsl.run.record import Record, Value


def summary(record: Record) -> str:
    """What a person wants to know of one run."""
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
            lines.append(f"  {split} perplexity: {_perplexity(perplexity, record, '.2f')}")
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

    found = {
        band.replace("_", " "): value
        for band in FREQUENCIES
        if (value := record.metrics.get(f"{split}_perplexity_{band}")) is not None
    }
    if found:
        said = ", ".join(f"{b} {_perplexity(value, record, ',.1f')}" for b, value in found.items())
        yield f"    by count in train: {said}"


def _perplexity(value: Value, record: Record, form: str) -> str:
    """In nats too where the uniform model's is smaller."""
    from hebbdsl.run.record import perplexity_text

    said, words = perplexity_text(value.value, form), record.data.get("words")
    if words is None or value.value <= words:
        return said
    over = f" over {value.tokens:,}" if value.tokens is not None else ""
    nats = f"{math.log(value.value):.2f} nats a token{over}; the uniform model's are"
    return f"{said} ({nats} {math.log(words):.2f})"
