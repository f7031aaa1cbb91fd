"""Lines and columns of a source."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.source import Source, Span

TEXTS = st.text(st.sampled_from("ab\n\r\u2028é"), max_size=30)


@given(TEXTS, st.data())
def test_positions(text: str, data: st.DataObject) -> None:
    """Against counting: a line ends at \\n, \\r\\n or \\r, and nowhere else."""
    source = Source("s", text)
    offset = data.draw(st.integers(0, len(text)))
    if text[offset - 1 : offset + 1] == "\r\n" and offset:
        offset -= 1
    lines = re.split("\r\n|\r|\n", text[:offset])
    assert source.position(offset) == (len(lines), len(lines[-1]) + 1)


@given(TEXTS)
def test_lines(text: str) -> None:
    source = Source("s", text)
    lines = [source.line(number + 1) for number in range(len(source.line_starts))]
    assert lines == re.split("\r\n|\r|\n", text)


def test_spans() -> None:
    source = Source("s", "abc")
    assert Span(source, 1, 3).text == "bc"
    assert Span(source, 1, 3) == Span(source, 1, 3)
    assert Span(Source("s", "abc"), 1, 3) == Span(source, 1, 3)  # the same file, read again
    assert Span(Source("s", "abd"), 1, 2) != Span(source, 1, 2)
    assert Span(Source("t", "abc"), 1, 3) != Span(source, 1, 3)
