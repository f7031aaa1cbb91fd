"""Titles of WikiText's articles."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.parts.datasets.corpora.headings import title_places

WORDS = ["<eos>", "=", "a", "b", "<unk>"]


def places(text: str) -> list[int]:
    """Of lines with an `<eos>` written after each."""
    tokens = [w for line in text.splitlines() for w in (*line.split(), "<eos>")]
    found = title_places(np.array([WORDS.index(w) for w in tokens], np.int32), WORDS)
    return [int(place) for place in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("\n= a =\n\nb b\n", [1]),
        ("= a =\nb\n= b a =\n", [0, 6]),
        ("= = a = =\n= = = a = = =\n", []),
        ("a = b\n= a\na =\n=\n= =\n= = =\n", []),
        ("= a = b =\n", [0]),
        ("= <unk> =\nb = = b\n", [0]),
    ],
)
def test_titles(text: str, found: list[int]) -> None:
    assert places(text) == found


@given(st.lists(st.lists(st.sampled_from(["=", "a", "b"]), max_size=6), max_size=12))
def test_they_are_the_lines_that_a_pattern_finds(lines: list[list[str]]) -> None:
    expected, at = [], 0
    for line in lines:
        if re.fullmatch(r"= [^=](.*[^=])? =", " ".join(line)):
            expected.append(at)
        at += len(line) + 1
    assert places("\n".join(map(" ".join, lines)) + "\n" if lines else "") == expected


def test_without_signs_there_are_none() -> None:
    assert len(title_places(np.array([0, 1]), ["a", "b"])) == 0
    assert len(title_places(np.array([1, 2, 1]), WORDS)) == 0
