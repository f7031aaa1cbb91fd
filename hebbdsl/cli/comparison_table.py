"""A comparison for the terminal."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TextIO

from hebbdsl.comparison.comparison import Comparison, Verdict
from hebbdsl.comparison.notes import notes, warnings
from hebbdsl.comparison.table import Block, Tone, blocks, without_counts

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_TONES = {
    Tone.PLAIN: "",
    Tone.BASELINE: "dim",
    Tone.BETTER: "green",
    Tone.WORSE: "red",
}
_VERDICTS = {
    Verdict.HOLDS: "bold green",
    Verdict.FAILS: "bold red",
    Verdict.UNDECIDED: "bold yellow",
}


def show(comparison: Comparison, file: TextIO, width: int | None = None) -> None:
    """Print the whole comparison: what differs, a table for each metric, claims, notes.

    Args:
        width: in columns; None: the terminal's.
    """
    from hebbdsl.cli.console import print_laid_out

    print_laid_out(partial(_print, comparison), file, width)


def _print(comparison: Comparison, console: Console) -> None:
    from hebbdsl.cli.console import print_unwrapped, styled

    heading = styled(comparison.experiment, "bold")
    console.print(heading + styled(f" on {comparison.data}"))
    if comparison.differences:
        console.print()
        console.print(_differences(comparison))
    for each in blocks(comparison):
        block, table = _fitting(each, console)
        console.print()
        console.print(styled(block.title, "bold") + styled(f"  {block.about}", "dim"))
        print_unwrapped(table, console)
    if comparison.claims:
        console.print()
        console.print(_claims(comparison))
    console.print()
    said = len([*warnings(comparison)])
    for index, note in enumerate(notes(comparison)):
        console.print(styled(note, "yellow" if index < said else "dim"))


def _differences(comparison: Comparison) -> Table:
    from rich.table import Table

    from hebbdsl.cli.console import styled

    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for _ in range(3):
        table.add_column(overflow="fold")
    for difference in comparison.differences:
        for index, (variant, value) in enumerate(difference.values.items()):
            path = styled("" if index else difference.path, "bold")
            style = "dim" if variant == comparison.baseline else ""
            table.add_row(path, styled(variant, style), styled(value or "–", style))
    return table


def _fitting(block: Block, console: Console) -> tuple[Block, Table]:
    """The block and its table, made narrower as far as the console asks for it."""
    from hebbdsl.cli.console import needed_width

    narrow = without_counts(block)
    tables = [(block, _table(block, 2)), (narrow, _table(narrow, 2)), (narrow, _table(narrow, 1))]
    for pair in tables:
        if needed_width(pair[1], console) <= console.width:
            return pair
    return tables[-1]


def _table(block: Block, gap: int) -> Table:
    """`gap` is the space between columns."""
    from rich.table import Table

    from hebbdsl.cli.console import styled

    table = Table(box=None, padding=(0, gap, 0, 0), header_style="dim", pad_edge=False)
    for index, head in enumerate(block.heads):
        table.add_column(
            styled(head), justify="right" if index else "left", overflow="fold", no_wrap=bool(index)
        )
    for line in block.lines:
        style = _TONES[line.tone]
        plain = "dim" if line.tone is Tone.BASELINE else ""
        last = len(line.cells) - 2
        table.add_row(
            *(styled(cell, style if i >= last else plain) for i, cell in enumerate(line.cells))
        )
    return table


def _claims(comparison: Comparison) -> Table:
    from rich.table import Table

    from hebbdsl.cli.console import styled

    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for claim in comparison.claims:
        said = styled(claim.text).append("\n") + styled(claim.reason, "dim")
        table.add_row(styled(claim.verdict.value, _VERDICTS[claim.verdict]), said)
    return table
