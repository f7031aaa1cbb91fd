"""What is said of a byte that is no text depends on what it looks like."""

from __future__ import annotations

import pytest

from hebbdsl.diagnostics.codes.corpora import NotText


@pytest.mark.parametrize(
    ("what", "wide", "way"),
    [
        ("a NUL byte", False, "tr -d"),
        ("a NUL byte", True, "-f utf-16"),
        ("byte 0xe9, which is not UTF-8", False, "-f latin1"),
    ],
)
def test_the_way_out_is_that_of_the_byte(what: str, wide: bool, way: str) -> None:
    assert way in NotText(place="a.txt", line=1, what=what, wide=wide).hint
