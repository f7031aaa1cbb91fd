"""How wide text is on a terminal, so that carets stand below what they mean."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

TAB = "    "
WINDOW = 100
"""Columns of a source line that are shown at most; the rest is cut, with `…` at the cut."""


_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp", "Zs"))
"""Categories of characters that a terminal obeys, or shows as nothing or as a blank."""


def visible(text: str) -> str:
    """`text` with tabs as blanks, and what a terminal would obey or hide spelt out: `<U+001B>`."""
    return text if text.isascii() and text.isprintable() else "".join(map(_shown, text))


def width(text: str) -> int:
    """Columns that visible text takes: wide characters two, combining ones none."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _shown(character: str) -> str:
    if character == "\t":
        return TAB
    if character != " " and unicodedata.category(character) in _HIDDEN:
        return f"<U+{ord(character):04X}>"
    return character


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


@dataclass(frozen=True, slots=True)
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
    before = ("…" if low > 0 else "") + visible(line[low:first])
    marked = visible(line[first:last])
    after = visible(line[last:high]) + ("…" if high < len(line) else "")
    return Excerpt(before + marked + after, width(before), max(1, width(marked)))


def cut(line: str, start: int) -> int:
    """Where the window on a line begins that shows the character at `start`."""
    if len(line) <= WINDOW:
        return 0
    return max(0, min(start - WINDOW // 3, len(line) - WINDOW))
