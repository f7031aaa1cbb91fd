"""What a terminal is told is what was said."""

from __future__ import annotations

import io

from rich.console import Console
from rich.progress import Progress

from hebbdsl.run.progress import _Live


def test_brackets_in_what_is_said_are_no_markup() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    with Progress(console=console) as progress:
        _Live([], progress).say("reading /data/[bold]/[/x]")
    assert isinstance(console.file, io.StringIO)
    assert "reading /data/[bold]/[/x]" in console.file.getvalue()
