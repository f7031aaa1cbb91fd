"""Texts in quotes: what they say, and where in the source each character stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.source import Span
from hebbdsl.syntax.tree import Scalar

_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r'|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}|["\\/bfnrt]|(?P<bad>(?:u[0-9a-fA-F]{0,4}|.)))'
)
_MOST_ESCAPES = 4_000
"""A text with more keeps no map of its characters: nothing that is pointed into is longer."""


def read_text(span: Span) -> tuple[Scalar, list[Problem]]:
    """The scalar that a text in quotes is, and what is wrong with it."""
    written = span.text
    if written.startswith("'"):
        text = written[1:-1].replace("''", "'")
        right = json.dumps(text, ensure_ascii=False)
        return Scalar(text, True, span), [SingleQuotes(place=span, right=right)]
    inner = written[1:-1]
    problems: list[Problem] = []
    if "\t" in inner:
        at = span.start + 1 + inner.index("\t")
        problems.append(TabInText(place=Span(span.source, at, at + 1)))
    if "\\" not in inner:
        return Scalar(inner, True, span, range(span.start + 1, span.end)), problems
    bad = next(_bad_escapes(span, inner), None)
    if bad is not None:
        return Scalar(inner, True, span), [*problems, bad]
    text = json.loads(written, strict=False)
    return Scalar(text, True, span, _offsets(span, inner)), problems


def _offsets(span: Span, inner: str) -> tuple[int, ...] | None:
    """For each character, then the end, where it stands; None when there are too many escapes."""
    if inner.count("\\") > _MOST_ESCAPES:
        return None
    offsets: list[int] = []
    first = span.start + 1
    position = 0
    for escape in _ESCAPE.finditer(inner):
        offsets += range(first + position, first + escape.start() + 1)
        position = escape.end()
    return (*offsets, *range(first + position, span.end))


def _bad_escapes(span: Span, inner: str) -> Iterator[Problem]:
    for escape in _ESCAPE.finditer(inner):
        if (bad := escape["bad"]) is not None:
            start = span.start + 1 + escape.start()
            place = Span(span.source, start, start + 1 + len(bad))
            yield BadEscape(place=place, written=f"\\{bad}")


class BadEscape(Problem):
    """There is no such escape in a text.

    Escapes are those of JSON: `\\"`, `\\\\`, `\\/`, `\\b`, `\\f`, `\\n`, `\\r`, `\\t` and
    `\\u` with four hexadecimal digits. A backslash itself is written twice.

    Wrong:
        about = "rows \\ columns"

    Right:
        about = "rows \\\\ columns"
    """

    code = "HEB146"
    written: str

    title = "there is no escape {written!q}"
    label = "not an escape"

    @property
    def hint(self) -> str | None:
        if self.written.startswith("\\u"):
            return "`\\u` takes four hexadecimal digits; beyond U+FFFF write a pair of them"
        return "a backslash is written twice: `\\\\`"

    @property
    def fix(self) -> str | None:
        return "\\" + self.written if not self.written.startswith("\\u") else None


class SingleQuotes(Problem):
    """A text stands in single quotes. Texts stand in double quotes.

    Wrong:
        about = 'Do rows bind faster?'

    Right:
        about = "Do rows bind faster?"
    """

    code = "HEB147"
    right: str

    title = "a text stands in double quotes"
    label = "single quotes"
    hint = "write {right!q}"
    fix = "{right}"
    fix_is_safe = True


class TabInText(Problem):
    """A tab stands inside a quoted text, where it cannot be told from blanks.

    Write it `\\t`. Between entries a tab is a blank like any other.

    Wrong:
        about = "rows⇥columns"

    Right:
        about = "rows\\tcolumns"
    """

    code = "HEB148"
    title = "a tab stands inside a text"
    label = "tab"
    hint = "write `\\t`, or a blank"
    fix = "\\t"
    fix_is_safe = True
