"""Spec classes as plain values."""

from __future__ import annotations

import pytest

from hebbdsl.parts.datasets.glyphs import Glyphs
from hebbdsl.spec.canonical import deciding_parts, plain


def test_a_part_is_its_word_with_every_field() -> None:
    written = plain(Glyphs(classes=7))
    assert list(written) == ["glyphs"]
    assert written["glyphs"]["classes"] == 7


def test_what_no_spec_holds_is_an_internal_fault() -> None:
    with pytest.raises(TypeError, match="bytes is no value of a spec"):
        plain(b"x")
    with pytest.raises(TypeError, match="type is no value of a spec"):
        plain(Glyphs)


def test_parts_are_found_in_lists_and_under_names() -> None:
    one, another = Glyphs(classes=7), Glyphs(classes=8)
    assert [*deciding_parts({"a": one, "b": [another]})] == [one, another]
