"""Tables for the terminal: rich lays them out, and what stands in them is text, never markup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hebbdsl.cli import terminal
from hebbdsl.diagnostics.escaping import visible


class PlainConsole(Console):
    """A console that takes plain strings, in cells too, for what they are."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(visible(text), **options)


def styled(text: str, style: str = "") -> Text:
    """Text of one line in a style."""
    return Text(visible(text), style)


def print_laid_out(
    draw: Callable[[Console], None], stream: TextIO, width: int | None = None
) -> None:
    """Print what `draw` prints on the console that it is given, without trailing blanks.

    Args:
        width: in columns; None: the terminal's.
    """
    console = PlainConsole(file=stream, width=width, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        draw(console)
    # Tables are padded to their last column; a file need not keep that.
    terminal.show("\n".join(line.rstrip() for line in capture.get().splitlines()), stream)


def print_unwrapped(table: Table, console: Console) -> None:
    """At the width that the table needs: a cut number would be a wrong one."""
    width = console.width
    console.width = max(width, needed_width(table, console))
    console.print(table)
    console.width = width


def needed_width(table: Table, console: Console) -> int:
    return console.measure(table, options=console.options.update(width=10_000)).maximum
