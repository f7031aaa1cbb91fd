"""What a person wants to know of one run, in a few lines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hebbdsl.diagnostics.escaping import visible

if TYPE_CHECKING:
    from hebbdsl.expression.metric import Unit
    from hebbdsl.run.record import Record, Value


def summary(record: Record) -> str:
    """What a person wants to know of one run."""
    lines = [f"{record.experiment} · {record.variant} · seed {record.seed}: {record.status}"]
    if record.data["substituted_for"]:
        lines.append(
            visible(
                f"  data: {record.data['word']} in place of {record.data['substituted_for']},"
                " which could not be had"
            )
        )
    if "classes" in record.data:
        lines.append(f"  classes in play at the end: {record.levels[-1].classes}")
    lines.extend(_said(record))
    lines.append(visible(f"  folder: {record.folder}"))
    return "\n".join(lines)


def _said(record: Record) -> Iterator[str]:
    """A line for each metric whose declaration has one."""
    from hebbdsl.expression.metric import Unit
    from hebbdsl.expression.metrics import AGES, RUN_METRICS

    for name, metric in RUN_METRICS.items():
        if metric.summary is None:
            continue
        for age in AGES if metric.aged else (None,):
            value = record.metrics.get(name if age is None else f"{name}@{age}")
            if value is not None:
                said = _value(value, record, metric.unit)
                line = metric.summary.format(said, age=age, cohorts=value.cohorts)
                yield f"  {line}"
                if metric.unit is Unit.PERPLEXITY:
                    yield from _bands(record, name)


def _value(value: Value, record: Record, unit: Unit) -> str:
    if value.censored:
        return f"≥ {value.value:.0f} (not finished)"
    match unit.value:
        case "perplexity":
            return _perplexity(value, record, ".2f")
        case "share":
            return f"{value.value:.3f}"
        case "1/s":
            return f"{value.value:,.{0 if value.value >= 1_000 else 1}f}"
    return f"{value.value:.0f}"


def _bands(record: Record, name: str) -> Iterator[str]:
    """Perplexity by how often a word stands in train."""
    from hebbdsl.expression.metrics import FREQUENCIES

    found = {
        band.replace("_", " "): value
        for band in FREQUENCIES
        if (value := record.metrics.get(f"{name}_{band}")) is not None
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
