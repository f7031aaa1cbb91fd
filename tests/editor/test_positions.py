"""Offsets in code points, positions in the units of an editor: one is the other's inverse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.editor.positions import Position, Units, offset_at, position_of
from hebbdsl.source import Source

TEXTS = st.text(st.sampled_from(list("ab é𝔘\u2028\n\r\x0b")), max_size=30)


@given(TEXTS, st.sampled_from(Units), st.data())
def test_there_and_back(text: str, units: Units, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    if text[offset - 1 : offset + 1] == "\r\n":
        return  # between the two halves of a line end nothing stands
    source = Source("s.yaml", text)
    assert offset_at(source, position_of(source, offset, units), units) == offset


@given(TEXTS, st.sampled_from(Units))
def test_characters_are_what_the_encoding_takes(text: str, units: Units) -> None:
    source = Source("s.yaml", text.replace("\n", "").replace("\r", ""))
    end = position_of(source, len(source.text), units)
    width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[units.value]
    encoding = units.value if units is Units.UTF_8 else f"{units.value}-le"
    assert end == Position(0, len(source.text.encode(encoding)) // width)


@pytest.mark.parametrize("position", [Position(9, 0), Position(0, 99), Position(-1, 5)])
def test_beyond_the_text(position: Position) -> None:
    source = Source("s.yaml", "ab\ncd")
    assert 0 <= offset_at(source, position) <= 5
