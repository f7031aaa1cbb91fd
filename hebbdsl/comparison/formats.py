"""A comparison as Markdown, CSV or LaTeX."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence

from hebbdsl.comparison.comparison import Column, Comparison, Summary, Verdict
from hebbdsl.comparison.notes import notes
from hebbdsl.comparison.table import NOTHING, Block, Tone, blocks
from hebbdsl.diagnostics.escaping import csv_cell, latex, latex_comment, markdown, markdown_code
from hebbdsl.expression.metric import Unit
from hebbdsl.plan.power import SIGNIFICANCE


def as_markdown(comparison: Comparison) -> str:
    """Tables in the GitHub dialect, one for each metric."""
    parts = [f"**{markdown(comparison.experiment)}** on {markdown(comparison.data)}"]
    if comparison.differences:
        heads = ["what differs", *(markdown(one.path) for one in comparison.differences)]
        names = [row.variant for row in comparison.rows]
        values = [one.values for one in comparison.differences]
        rows = [[markdown(name), *(_changed(each[name]) for each in values)] for name in names]
        parts.append(_md_table(heads, rows, "-"))
    for block in blocks(comparison):
        parts.append(f"**{markdown(block.title)}** ({markdown(block.about)})")
        rows = [[markdown(cell) for cell in line.cells] for line in block.lines]
        parts.append(_md_table([markdown(head) for head in block.heads], rows, "-:"))
    if comparison.claims:
        rows = [
            [markdown_code(c.text, in_table=True), f"**{c.verdict.value}**", markdown(c.reason)]
            for c in comparison.claims
        ]
        parts.append(_md_table(["claim", "verdict", "why"], rows, "-"))
    parts.append("\n".join(f"- {markdown(note)}" for note in notes(comparison)))
    return "\n\n".join(parts) + "\n"


def _md_table(heads: Sequence[str], rows: Sequence[Sequence[str]], others: str) -> str:
    lines = [heads, ["-", *[others] * (len(heads) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _changed(value: str | None) -> str:
    return NOTHING if value is None else markdown_code(value, in_table=True)


_CSV_HEADS = (
    *("experiment", "data", "substituted_for", "variant"),
    *("weights_of", "reads_labels", "tuned", "metric", "unit"),
    *("n", "censored", "fewest_cohorts", "most_cohorts"),
    *("mean", "geometric_mean", "low", "high"),
    *("baseline", "scale", "against", "against_low", "against_high", "against_bound"),
    *("seeds", "p", "p_corrected", "level", "method"),
    *("nats", "tokens", "uniform_nats"),
)


def as_csv(comparison: Comparison) -> str:
    """One line for each variant and metric, numbers unrounded, nothing where there is none."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_CSV_HEADS)
    writer.writerows(
        [csv_cell(cell) if isinstance(cell, str) else cell for cell in row]
        for row in _csv_rows(comparison)
    )
    return text.getvalue()


def _csv_rows(comparison: Comparison) -> Iterator[list[object]]:
    same = [comparison.experiment, comparison.data, comparison.substituted_for or ""]
    for row in comparison.rows:
        for column in comparison.columns:
            summary, contrast = row.summaries.get(column.name), row.contrasts.get(column.name)
            if summary is None:
                continue
            mean = summary.mean
            cells: list[object] = [*same, row.variant, row.weights_of or row.variant]
            cells += ["yes" if row.reads_labels else "no", row.tuned]
            cells += [column.name, column.metric.unit]
            cells += [summary.n, summary.censored, *(summary.cohorts or ("", ""))]
            cells += [mean.value, _number(summary.geometric)]
            cells += [_number(mean.interval and mean.interval.low)]
            cells += [_number(mean.interval and mean.interval.high), row.against]
            of_text = _of_text(comparison, column, summary)
            if contrast is None:
                yield cells + [""] * (len(_CSV_HEADS) - len(cells) - len(of_text)) + of_text
                continue
            estimate, test = contrast.estimate, contrast.test
            interval = estimate.interval if estimate else None
            cells += [contrast.scale.value, _number(estimate and estimate.value)]
            cells += [_number(interval and interval.low), _number(interval and interval.high)]
            cells += [estimate.bound.value if estimate else "", len(contrast.seeds)]
            cells += [_number(test and test.p), _number(test and test.corrected)]
            cells += [1 - (test.significance if test else SIGNIFICANCE)]
            cells += [test.method.value if test and test.method else ""]
            yield cells + of_text


def _of_text(comparison: Comparison, column: Column, summary: Summary) -> list[object]:
    """Nats a token, the number of tokens, and the nats of the uniform model."""
    if column.metric.unit is not Unit.PERPLEXITY:
        return ["", "", ""]
    words = comparison.words
    return [_number(summary.nats), _number(summary.tokens), "" if not words else math.log(words)]


def _number(value: object) -> object:
    """Nothing for an end that is not finite: it is no limit."""
    return value if isinstance(value, int | float) and math.isfinite(value) else ""


def as_latex(comparison: Comparison) -> str:
    """One `table` with booktabs rules, a group of rows for each metric, notes in the caption.

    Needs the package `booktabs`. Blocks of other columns than the metrics' stand in tables of
    their own.
    """
    lines = [*map(latex_comment, ["\\usepackage{booktabs}", *_claims(comparison)])]
    tables = [*map(_tex_block, blocks(comparison))]
    caption = latex(f"{comparison.experiment}, {comparison.data}. " + " ".join(notes(comparison)))
    lines += ["\\begin{table}", "\\centering", "\\small"]
    lines += ["\n\\medskip\n\n".join(tables)]
    lines += [f"\\caption{{{caption}}}", "\\end{table}"]
    return "\n".join(lines) + "\n"


def _claims(comparison: Comparison) -> Iterator[str]:
    signs = {Verdict.HOLDS: "holds", Verdict.FAILS: "FAILS", Verdict.UNDECIDED: "undecided"}
    for claim in comparison.claims:
        yield f"claim {signs[claim.verdict]}: {claim.text} ({claim.reason})"


def _tex_block(block: Block) -> str:
    columns = "l" + "r" * (len(block.heads) - 1)
    lines = [f"\\begin{{tabular}}{{{columns}}}", "\\toprule"]
    title = f"\\textbf{{{latex(block.title)}}} ({latex(block.about)})"
    lines += [f"\\multicolumn{{{len(block.heads)}}}{{l}}{{{title}}} \\\\", "\\midrule"]
    lines += [" & ".join(map(latex, block.heads)) + " \\\\", "\\midrule"]
    for line in block.lines:
        cells = [latex(cell) for cell in line.cells]
        if line.tone is Tone.BASELINE:
            cells[0] = f"\\emph{{{cells[0]}}}"
        lines.append(" & ".join(cells) + " \\\\")
    return "\n".join([*lines, "\\bottomrule", "\\end{tabular}"])
