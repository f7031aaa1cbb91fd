"""Texts in quotes: what they say, and where in the source each character stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from hebbdsl.diagnostics.codes.text_brackets import BadEscape, SingleQuotes, TabInText
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
