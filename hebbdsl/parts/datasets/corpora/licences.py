"""What Project Gutenberg put before and behind its books, and how it is told from them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

_PROJECT = r"pro(ject|jekt|jet|getto|yecto|jecto|jeto)\s+gutenberg"
_START = re.compile(
    rf"\s*\*{{2,3}}\s*start\s+of\s+((the|this)\s+)?(copyrighted\s+)?{_PROJECT}"
    rf"|\s*beginning\s+of\s+this\s+{_PROJECT}",
    re.IGNORECASE,
)
_SMALL_PRINT_ENDS = re.compile(r"\s*\*+\s*end[\s*]*the\s+small\s+print", re.IGNORECASE)
_SMALL_PRINT_IS_BEHIND = re.compile(
    r"restrictions\s+in\s+how\s+the\s+file\s+may\s+be\s+used\.?\s*$", re.IGNORECASE
)
_HEADER_ENDS = (_START.match, _SMALL_PRINT_ENDS.match, _SMALL_PRINT_IS_BEHIND.search)

_STARS_END = re.compile(
    rf"\s*\*{{2,3}}\s*end\s+of\s+((the|this)\s+)?(copyrighted\s+)?{_PROJECT}", re.IGNORECASE
)
_PLAIN_END = re.compile(
    r"\s*+\**+\s*+((end|fine?|fim|einde|slut)\s+(of|de|du|di|del|do|van|på)\b.{0,40}"
    rf"|ende\s+diese[sr]?\s+){_PROJECT}"
    r"|\s*end\s+of\s+this\s+is\s+copyrighted\b"
    r"|\s*ende\s+dieses\s+etextes\b"
    r"|\s*+\**+\s*+this\s+is\s+a\s+copyrighted\s+project\s+gutenberg\s+etext,\s+details\s+above",
    re.IGNORECASE,
)
_LICENCE = re.compile(
    r"\s*+\**+\s*+start\W*+(full\s+license|the\s+small\s+print)"
    r"|\W*+the\s+legal\s+small\s+print"
    r"|\s*\*+\s*small\s+print!"
    r"|\s*\[.small\s+print.\s+v\."
    r"|\s*more\s+information\s+about\s+this\s+book\s+is\s+at\s+the\s+top\s+of\s+this\s+file"
    r"|\s*we\s+need\s+your\s+donations\s+more\s+than\s+ever"
    r"|\s*ce\s+document\s+fut\s+pr[ée]sent[ée]\s+en\s+lecture",
    re.IGNORECASE,
)
_TITLED = re.compile(rf"{_START.pattern}|{_STARS_END.pattern}", re.IGNORECASE)
_FOOTER_BEGINS = (_STARS_END.match, _PLAIN_END.match, _LICENCE.match)
"""The last one is the licence itself, of which the first line counts."""
_LEGAL = re.compile(r"gutenberg|small\s+print!|\be-?texts?\b", re.IGNORECASE)

_NOTICE = re.compile(r"\s*<<this\s+electronic\s+version\s+of", re.IGNORECASE)
_NOTICE_ENDS = re.compile(r"service\s+that\s+charges\s+for\s+download", re.IGNORECASE)
_LONGEST_NOTICE = 20
"""Lines of a notice that some old books hold at the end of each act."""

CREDIT = re.compile(
    r"(produced by|e-?text (was )?prepared|this (project gutenberg )?e-?(text|book) was (prepared|"
    r"produced)|"
    r"transcribed (from|by)|updated editions|html version)",
    re.IGNORECASE,
)

_FIRST_LINES = 600
"""A header ends within so many lines, the longest small print included."""

_LAST_LINES = 600
"""A footer has no more lines, the longest licence included."""

_NEAR = 25
"""Of so many lines behind a marker one tells of Project Gutenberg, where they are a footer."""

_LONGEST_TITLE = 100
"""Lines that the title of a marker may go on for."""

_FULL_LINE = 60
"""A marker of so many characters may go on in the next line."""


def body(text: str) -> list[str]:
    """The lines of a book without the licence before and after it, in whatever form it came.

    Of each form in which a header ends the first one counts, and the book begins behind them all.
    It ends before the last form in which a footer begins that has no more behind it than a footer
    has. What looks like them inside the book, where volumes were joined, is taken out and cuts
    nothing. A book without markers is all body.
    """
    lines = text.splitlines()
    start = _start(lines)
    return _without_markers(lines[start : _end(lines, start)])


def _start(lines: Sequence[str]) -> int:
    start, first = 0, lines[:_FIRST_LINES]
    # A book may be so short that its footer is among the first lines.
    ends = next((n for n, line in enumerate(first) if _is_end(line)), len(first))
    for form in _HEADER_ENDS:
        found = next((n for n in range(ends) if form(first[n])), None)
        if found is not None and any(map(str.strip, lines[found + 1 :])):
            start = max(start, _past(lines, found))
    return start


def _is_end(line: str) -> bool:
    return bool(_STARS_END.match(line) or _PLAIN_END.match(line))


def _past(lines: Sequence[str], marker: int) -> int:
    """The line past a marker, whose title may go on in the next lines, up to its closing stars; or
    as far as all letters are capitals, where they are missing."""
    past = marker + 1
    if "***" not in lines[marker]:
        return past
    furthest = min(len(lines), past + _LONGEST_TITLE)
    while past < furthest and lines[past].strip() and not _closed(lines[past - 1]):
        past += 1
    if _closed(lines[past - 1]):
        return past
    past = marker + 1
    while past < len(lines) and lines[past].isupper():
        past += 1
    return past


def _closed(line: str) -> bool:
    return line.rstrip().endswith("***")


def _end(lines: Sequence[str], start: int) -> int:
    """Where the footer begins, in stars, in words, or with the licence itself."""
    least = max(start, len(lines) - _LAST_LINES)
    for form in _FOOTER_BEGINS:
        found = [n for n in range(least, len(lines)) if form(lines[n])]
        found = [n for n in found if _is_footer(lines[n + 1 :])]
        if found:
            return _earlier(lines, least, found[0] if form is _FOOTER_BEGINS[-1] else found[-1])
    return len(lines)


def _is_footer(behind: Sequence[str]) -> bool:
    """Whether what stands behind a marker is nothing, or tells of Project Gutenberg, and is no
    other book."""
    if any(map(_START.match, behind)):
        return False
    said = list(filter(str.strip, takewhile(lambda line: not _is_end(line), behind)))
    return not said or any(map(_LEGAL.search, said[:_NEAR]))


def _earlier(lines: Sequence[str], start: int, end: int) -> int:
    """The first of several markers of one footer: but for a title that goes on and who made the
    text, nothing stands between them."""
    for number in range(end - 1, start - 1, -1):
        if any(form(lines[number]) for form in _FOOTER_BEGINS):
            if not _is_empty(lines[number], lines[number + 1 : end]):
                break
            end = number
    return end


def _is_empty(marker: str, between: Sequence[str]) -> bool:
    title = list(takewhile(str.strip, between))
    goes_on = len(marker.rstrip()) >= _FULL_LINE or " by" in marker
    if title and not goes_on and not title[0].lower().startswith("by "):
        return False
    others = re.split(r"\n\s*\n", "\n".join(between[len(title) :]))
    return len(title) <= 2 and all(not p.strip() or CREDIT.match(p.strip()) for p in others)


def _without_markers(lines: Sequence[str]) -> list[str]:
    """The lines of a book without the markers amid it, and without a notice of old books."""
    kept, number = list[str](), 0
    while number < len(lines):
        line = lines[number]
        if _NOTICE.match(line):
            ahead = range(number, min(number + _LONGEST_NOTICE, len(lines)))
            ends = next((n for n in ahead if _NOTICE_ENDS.search(lines[n])), number - 1)
            kept.extend(lines[number : number + 1] if ends < number else ())
            number = max(ends, number) + 1
        elif _TITLED.match(line):
            number = _past(lines, number)
        else:
            kept.extend(() if _PLAIN_END.match(line) else (line,))
            number += 1
    return kept
