"""The one place where the command line writes: text for people escaped, documents as they are."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.escaping import printed

if TYPE_CHECKING:
    from hebbdsl.diagnostics.render import Paint


def echo(text: str = "") -> None:
    """Lines for people, on stdout."""
    print(printed(text))


def echo_stderr(text: str, end: str = "\n") -> None:
    """The same on stderr: what is said beside what was asked for."""
    print(printed(text), end=end, file=sys.stderr, flush=True)


def show(lines: str, stream: TextIO) -> None:
    """Lines that were laid out with colours."""
    stream.write(printed(lines, coloured=True) + "\n")


def show_problems(problems: Iterable[Problem], stream: TextIO) -> None:
    """Problems with the lines that they are about, coloured where the stream is a terminal."""
    from hebbdsl.diagnostics.render import render_text

    show(render_text(problems, paint_for(stream)), stream)


def emit(document: str) -> None:
    """A document for programs, on stdout; it was escaped by what wrote it."""
    print(document)


def emit_source(text: str) -> None:
    """The text of a spec, or changes to one, on stdout: exact, but on a terminal."""
    sys.stdout.write(printed(text) if sys.stdout.isatty() else text)


def paint_for(stream: TextIO) -> Paint:
    """Colours on a terminal, unless NO_COLOR is set."""
    from hebbdsl.diagnostics.render import COLOUR, PLAIN

    coloured = (
        stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
    return COLOUR if coloured else PLAIN
