"""Words looked up by their bytes, beside words that are split and looked up one by one."""

from __future__ import annotations

import sys
from collections import defaultdict
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbdsl.parts.datasets.corpora import numbering
from hebbdsl.parts.datasets.corpora.numbering import WIDE_SPACES, Lookup
from hebbdsl.parts.datasets.corpora.token_rules import Rules

SPACES = [chr(c) for c in range(sys.maxunicode + 1) if chr(c).isspace()]
WORDS = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20
)
TEXT = st.lists(
    WORDS | st.sampled_from([*SPACES, "12345678", "123456789", "<eos>", "é" * 4, "€", "\u2fff"])
).map("".join)


def by_words(words: list[str]) -> tuple[Lookup, dict[bytes, int]]:
    numbers: defaultdict[bytes, int] = defaultdict(count(start=7).__next__)
    for word in words:
        numbers[word.encode()]
    return Lookup(lambda asked: map(numbers.__getitem__, asked)), numbers


def test_white_space_is_pythons() -> None:
    assert sorted(WIDE_SPACES) == [space for space in SPACES if not space.isascii()]


@given(first=TEXT, second=TEXT)
@settings(max_examples=500)
def test_words_are_those_of_split(first: str, second: str) -> None:
    """Bit for bit, whatever was looked up before."""
    look_up, numbers = by_words([])
    for text in (first, second, first):
        found = look_up(text.encode())
        assert found.dtype == np.int32
        words = {number: word for word, number in numbers.items()}
        assert [words[number].decode() for number in found] == text.split()


@given(st.lists(st.text("abc", min_size=1, max_size=10), max_size=200))
def test_words_that_share_a_place_are_told_apart(words: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbering, "_FEW", 2)
        patch.setattr(numbering, "_SHIFT", np.uint64(63))
        look_up, numbers = by_words([])
        for text in (" ".join(words), " ".join(reversed(words))):
            expected = text.split()
            found = look_up(text.encode()).tolist()
            assert found == [numbers[word.encode()] for word in expected]


RULES = st.builds(
    Rules,
    tokens=st.sampled_from(["whitespace", "words"]),
    lowercase=st.booleans(),
    numbers=st.sampled_from(["keep", "digits", "token"]),
)
PROSE = st.lists(
    st.sampled_from(["Don't", "1,984.5", "٣", "x2", "...", "İ", "ΑΣ", "\r\n", "\n", " ", "\xa0"])
    | WORDS
).map("".join)


@given(rules=RULES, text=PROSE)
@settings(max_examples=500)
def test_what_is_looked_up_is_what_the_rules_cut(rules: Rules, text: str) -> None:
    look_up, numbers = by_words([])
    found = look_up(rules.spaced(text.encode()))
    words = {number: word.decode() for word, number in numbers.items()}
    assert [words[number] for number in found] == rules.cut(text)
    assert rules.cut(text.replace("\r\n", "\n")) == rules.cut(text)


def test_frequent_words_are_asked_for_once() -> None:
    asked = list[bytes]()

    def numbers_of(words: object) -> list[int]:
        assert isinstance(words, list)
        asked.extend(words)
        return [0] * len(words)

    look_up = Lookup(numbers_of)
    for _ in range(3):
        look_up(b"one two one far-longer-than-that")
    assert asked[:4] == [b"one", b"two", b"one", b"far-longer-than-that"]
    assert asked[4:] == [b"far-longer-than-that"] * 2
