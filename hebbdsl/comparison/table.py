"""A comparison as blocks of text cells: what the terminal, Markdown and LaTeX all lay out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from hebbdsl.comparison.cells import (
    contrast_text,
    interval_text,
    mean_text,
    nats_contrast_text,
    nats_interval_text,
    nats_text,
    p_text,
)
from hebbdsl.comparison.comparison import Column, Comparison, Contrast, Row, Summary
from hebbdsl.expression.metric import Scale, Unit

NOTHING = "–"
N = "n"
COHORTS = "cohorts"


class Tone(Enum):
    """What a row says against the baseline after correction."""

    PLAIN = "plain"
    BASELINE = "baseline"
    BETTER = "better"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Line:
    cells: tuple[str, ...]
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A table under a heading. The first column is text, the others are numbers."""

    title: str
    about: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]


def blocks(comparison: Comparison) -> tuple[Block, ...]:
    """One block for each metric set against the baseline, the details of each in one block, and
    one for what is shown without."""
    columns = comparison.columns
    plain = [column for column in columns if not column.tested]
    details: dict[str, list[Column]] = {}
    for column in columns:
        if column.tested and column.metric.detail is not None:
            details.setdefault(column.metric.detail, []).append(column)
    groups = _groups(comparison.rows)
    found = []
    for column in columns:
        if column.tested and column.metric.detail is None:
            for group in groups:
                rows = tuple(row for row in group if _has(row, column))
                if not rows:
                    continue
                found.append(_tested(comparison, column, rows))
                if column.name in details:
                    found.append(_details(comparison, column.name, details[column.name], rows))
    if any(row.reads_labels or row.tuned or row.weights_of for row in comparison.rows):
        found.append(_at_test(comparison))
        plain = [column for column in plain if column.metric.cost != "test"]
    return (*found, *_all_plain(comparison, plain, groups))


READING = "read the test labels that have passed"
NOT_READING = "read no test labels"
TUNED = "are tuned on validation"
NOT_TUNED = "are not tuned"


def _has(row: Row, column: Column) -> bool:
    """Weights that were trained elsewhere have no metric of training, and need not say so."""
    return row.weights_of is None or column.name in row.summaries


def _groups(rows: Sequence[Row]) -> tuple[tuple[Row, ...], ...]:
    """Rows that may be ranked together, in the order of what they rest on."""
    groups: dict[tuple[bool, bool], list[Row]] = {}
    for row in rows:
        groups.setdefault(row.rests_on, []).append(row)
    return tuple(tuple(groups[key]) for key in sorted(groups)) or ((),)


def _whose(comparison: Comparison, group: tuple[Row, ...]) -> tuple[str, ...]:
    """Which rows a block has, where those of the comparison rest on different things."""
    reads, tuned = zip(*(row.rests_on for row in comparison.rows), strict=True)
    said = []
    if len(set(reads)) > 1:
        said.append(READING if group[0].reads_labels else NOT_READING)
    if len(set(tuned)) > 1:
        said.append(TUNED if group[0].tuned else NOT_TUNED)
    return (f"variants that {' and '.join(said)}",) if said else ()


def _reference(comparison: Comparison, group: tuple[Row, ...]) -> str:
    return group[0].against if group else comparison.baseline


def _at_test(comparison: Comparison) -> Block:
    """What the numbers of each row rest on, and what they cost."""
    columns = [c for c in comparison.columns if c.metric.cost == "test"]
    lines = []
    for row in comparison.rows:
        costs = (_cost(row.summaries.get(column.name), column) for column in columns)
        reads = "yes" if row.reads_labels else "no"
        cells = (row.variant, row.weights_of or "its own", reads, *costs, row.tuned or "no")
        tone = Tone.BASELINE if row.variant == comparison.baseline else Tone.PLAIN
        lines.append(Line(cells, tone))
    return Block(
        title="at test time",
        about=_about(
            comparison,
            "variants that differ in whether they read test labels, or are tuned, are not ranked"
            " together",
        ),
        heads=(
            *("variant", "weights of", "reads test labels"),
            *(column.metric.heading or column.name for column in columns),
            "tuned on validation",
        ),
        lines=tuple(lines),
    )


def _cost(summary: Summary | None, column: Column) -> str:
    """How many a second as how long one takes."""
    if summary is None:
        return NOTHING
    if column.metric.unit is Unit.PER_SECOND:
        return duration_text(1 / summary.mean.value) if summary.mean.value else NOTHING
    return mean_text(summary, column)


def duration_text(seconds: float) -> str:
    """With two digits: `0.25 ms`, `31 µs`."""
    if seconds >= 1:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    unit, scaled = ("ms", seconds * 1e3) if seconds >= 1e-3 else ("µs", seconds * 1e6)
    return f"{scaled:.2g} {unit}" if scaled < 10 else f"{scaled:.0f} {unit}"


def substitution(comparison: Comparison) -> str | None:
    """Said in every table of runs that were trained on other data than asked for."""
    if comparison.substituted_for is None:
        return None
    return f"trained on {comparison.data} in place of {comparison.substituted_for}"


def _about(comparison: Comparison, *said: str) -> str:
    return "; ".join([*said, *filter(None, [substitution(comparison)])])


def _tested(comparison: Comparison, column: Column, group: tuple[Row, ...]) -> Block:
    scales = [r.contrasts[column.name].scale for r in group if column.name in r.contrasts]
    scale = scales[0] if scales else column.metric.scale
    nats = comparison.beyond_uniform(column)
    ratio = scale is Scale.RATIO and not nats
    against = f"{'ratio' if ratio else 'difference'} to {_reference(comparison, group)}"
    aged = column.metric.aged
    return Block(
        title=column.name,
        about=_about(
            comparison,
            _in_nats(comparison, column, group) if nats else column.metric.unit,
            _direction(column),
            *_whose(comparison, group),
        ),
        heads=(
            "variant",
            *([COHORTS] if aged else []),
            N,
            "mean",
            "95 % interval",
            against,
            "p",
        ),
        lines=tuple(_line(column, row, nats) for row in group),
    )


def _in_nats(comparison: Comparison, column: Column, group: tuple[Row, ...]) -> str:
    """Said in the place of the unit of perplexities that are beyond the uniform model's."""
    assert comparison.words is not None, "else nothing is beyond it"
    return (
        f"nats a token, over {_tokens(column, group)} tokens, since some are beyond the uniform"
        f" model's {nats_text(comparison.words)}"
    )


def _tokens(column: Column, group: tuple[Row, ...]) -> str:
    summaries = (row.summaries.get(column.name) for row in group)
    found = {s.tokens for s in summaries if s is not None and s.tokens is not None}
    return f"{found.pop():,}" if len(found) == 1 else NOTHING


def _direction(column: Column) -> str:
    return "lower is better" if column.metric.lower_is_better else "higher is better"


def _line(column: Column, row: Row, nats: bool) -> Line:
    summary, contrast = row.summaries.get(column.name), row.contrasts.get(column.name)
    cells = [row.variant]
    if column.metric.aged:
        cells.append(_cohorts(summary))
    if summary is None:
        cells += ["0", NOTHING, NOTHING]
    else:
        interval = summary.mean.interval
        cells += [
            str(summary.n),
            nats_text(summary.geometric or math.nan) if nats else mean_text(summary, column),
            NOTHING
            if interval is None
            else nats_interval_text(interval)
            if nats
            else interval_text(interval, column),
        ]
    if row.variant == row.against:
        return Line((*cells, "baseline", ""), Tone.BASELINE)
    if contrast is None:
        return Line((*cells, NOTHING, NOTHING))
    said = nats_contrast_text(contrast) if nats else contrast_text(contrast)
    return Line((*cells, said, p_text(contrast)), _tone(contrast, column))


def _tone(contrast: Contrast, column: Column) -> Tone:
    if contrast.estimate is None or contrast.test is None or not contrast.test.rejects:
        return Tone.PLAIN
    lower = contrast.estimate.value < (1 if contrast.scale is Scale.RATIO else 0)
    return Tone.BETTER if lower is column.metric.lower_is_better else Tone.WORSE


def _details(
    comparison: Comparison, whole: str, columns: list[Column], group: tuple[Row, ...]
) -> Block:
    """Means side by side, each with how it stands to the baseline's.

    Columns in which some variant is beyond the uniform model are in nats, with the uniform model
    and the number of tokens below them.
    """
    in_nats = [comparison.beyond_uniform(column) for column in columns]
    lines = []
    for row in group:
        cells = [_detail(row, column, nats) for column, nats in zip(columns, in_nats, strict=True)]
        tone = Tone.BASELINE if row.variant == row.against else Tone.PLAIN
        lines.append(Line((row.variant, str(len(row.seeds)), *cells), tone))
    about = f"means, and in parentheses the ratio to {_reference(comparison, group)}"
    if any(in_nats):
        assert comparison.words is not None, "else nothing is beyond it"
        about += "; nats a token and their difference where some are beyond the uniform model's"
        words = comparison.words
        uniform = (f"{nats_text(words)} nats" if nats else str(words) for nats in in_nats)
        lines.append(Line(("uniform model", "", *uniform)))
        lines.append(Line(("tokens", "", *(_tokens(column, group) for column in columns))))
    heads = (column.name.removeprefix(f"{whole}_").replace("_", " ") for column in columns)
    return Block(
        title=f"{whole}, by words",
        about=_about(comparison, about, *_whose(comparison, group)),
        heads=("variant", N, *heads),
        lines=tuple(lines),
    )


def _detail(row: Row, column: Column, nats: bool) -> str:
    summary, contrast = row.summaries.get(column.name), row.contrasts.get(column.name)
    if summary is None:
        return NOTHING
    said = (
        f"{nats_text(summary.geometric or math.nan)} nats" if nats else mean_text(summary, column)
    )
    if contrast is None or contrast.estimate is None:
        return said
    if not nats:
        return f"{said} ({contrast.estimate.value:.2f})"
    alone = replace(contrast, estimate=replace(contrast.estimate, interval=None))
    return f"{said} ({nats_contrast_text(alone)})"


def _all_plain(
    comparison: Comparison, columns: Sequence[Column], groups: Sequence[tuple[Row, ...]]
) -> Iterator[Block]:
    """What is shown without tests; what was measured on held-out data, group by group."""
    measured = [column for column in columns if column.metric.cost is None]
    costs = [column for column in columns if column.metric.cost is not None]
    if len(groups) == 1:
        measured, costs = [], list(columns)
    parts = [*((group, measured) for group in groups), (comparison.rows, costs)]
    for rows, shown in parts:
        block = _plain(comparison, shown, rows)
        if shown and (block.lines or rows is comparison.rows):
            yield block


def _plain(comparison: Comparison, columns: Sequence[Column], rows: tuple[Row, ...]) -> Block:
    lines = []
    for row in rows:
        summaries = [(row.summaries.get(column.name), column) for column in columns]
        if row.weights_of is not None and not any(summary for summary, _ in summaries):
            continue
        cells = [mean_text(summary, c) if summary else NOTHING for summary, c in summaries]
        tone = Tone.BASELINE if row.variant == comparison.baseline else Tone.PLAIN
        lines.append(Line((row.variant, str(len(row.seeds)), *cells), tone))
    return Block(
        title="for information",
        about=_about(
            comparison,
            "means, without tests",
            *(() if rows is comparison.rows else _whose(comparison, rows)),
        ),
        heads=("variant", N, *(column.name for column in columns)),
        lines=tuple(lines),
    )


def without_counts(block: Block) -> Block:
    """The block without the columns `n` (where it is one) and `cohorts`: its heading says them."""
    about = block.about
    kept = list(range(len(block.heads)))
    for index, head in enumerate(block.heads):
        if head in (N, COHORTS):
            ends = [end for line in block.lines for end in line.cells[index].split("–") if end]
            counts = sorted(map(int, ends))
            if head == N and counts[0] != counts[-1]:
                continue
            said = _span(counts[0], counts[-1]) if counts else NOTHING
            about += f"; n = {said}" if head == N else f"; {said} cohorts"
            kept.remove(index)
    return Block(
        title=block.title,
        about=about,
        heads=tuple(block.heads[index] for index in kept),
        lines=tuple(
            Line(tuple(line.cells[index] for index in kept), line.tone) for line in block.lines
        ),
    )


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}–{high}"


def _cohorts(summary: Summary | None) -> str:
    if summary is None or summary.cohorts is None:
        return NOTHING
    return _span(*summary.cohorts)
