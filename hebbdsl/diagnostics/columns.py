"""How wide text is on a terminal, so that carets stand below what they mean."""

from __future__ import annotations

import unicodedata

from hebbdsl.diagnostics.escaping import shown
from hebbdsl.frozen import frozen

WINDOW = 100
"""Columns of a source line that are shown at most; the rest is cut, with `…` at the cut."""


def width(text: str) -> int:
    """Columns that visible text takes: wide characters two, combining ones none."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


@frozen
class Excerpt:
    """A source line as shown, and where in it (in columns from 0) the marked characters stand."""

    text: str
    start: int
    length: int


def excerpt(line: str, start: int, end: int, keep: int | None = None) -> Excerpt:
    """Characters `start` to `end` of `line`, with as much around them as fits.

    `keep` is where the window must begin, so that two marks can share one line; what lies outside
    it is marked at its edge. None: the window that shows `start`.
    """
    low = cut(line, start) if keep is None else keep
    high = min(len(line), low + WINDOW)
    first = min(max(start, low), high)
    last = min(max(end, first), high)
    pieces = shown(line[low:high])
    before = ("…" if low > 0 else "") + "".join(pieces[: first - low])
    marked = "".join(pieces[first - low : last - low])
    after = "".join(pieces[last - low :]) + ("…" if high < len(line) else "")
    return Excerpt(before + marked + after, width(before), max(1, width(marked)))


def cut(line: str, start: int) -> int:
    """Where the window on a line begins that shows the character at `start`."""
    if len(line) <= WINDOW:
        return 0
    return max(0, min(start - WINDOW // 3, len(line) - WINDOW))
