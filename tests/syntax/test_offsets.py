"""Offsets into scalars are right through quotes, escapes and folds."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.source import Source
from hebbdsl.syntax.tree import Scalar
from hebbdsl.syntax.yaml import parse_yaml

WORDS = st.lists(st.text("abcxyz019_<>=", min_size=1, max_size=6), min_size=1, max_size=6)


def scalar(text: str) -> Scalar:
    node = parse_yaml(Source("t.yaml", text)).root.entries[0].value
    assert isinstance(node, Scalar)
    return node


@pytest.mark.parametrize(
    "text",
    [
        "k: one two bad",
        "k: 'one two bad'",
        'k: "one two bad"',
        "k: 'it''s one bad'",
        'k: "tab\\tone\\x41 \\u00e9 \\\\ bad"',
        "k: one\n  two\n\n  bad",
        "k: 'one\n  two\n\n  bad'",
        'k: "one \\\n  two\\\n  \\  bad"',
        "k: |\n  one\n  two bad\n",
        "k: >-\n  one\n  two\n\n  bad\n",
        "k: >2\n    one\n   bad\n",
        "{k: one two bad}",
        'k: "αβ 二十 bad"',
    ],
)
def test_the_last_word_is_found(text: str) -> None:
    node = scalar(text)
    start = node.text.index("bad")
    assert node.part(start, start + 3).text == "bad"
    assert node.part(start, start + 1).text == "b"


@given(WORDS, st.sampled_from(["plain", "single", "double", "folded", "literal"]))
def test_every_word_is_found(words: list[str], style: str) -> None:
    words = [f"w{word}" for word in words]
    joined = " ".join(words)
    text = {
        "plain": f"k: {joined}\n",
        "single": f"k: '{joined}'\n",
        "double": f"k: {json.dumps(joined)}\n",
        "folded": "k: >\n  " + "\n  ".join(words) + "\n",
        "literal": "k: |\n  " + "\n  ".join(words) + "\n",
    }[style]
    node = scalar(text)
    position = 0
    for word in words:
        position = node.text.index(word, position)
        assert node.part(position, position + len(word)).text == word
        position += len(word)


@given(st.text(st.characters(max_codepoint=0x2000), min_size=1, max_size=20))
def test_escapes_of_any_character(text: str) -> None:
    """In JSON's escapes, which YAML shares, `bad` is found behind anything."""
    node = scalar(f"k: {json.dumps(text + 'bad')}\n")
    assert node.text == text + "bad"
    assert node.part(len(text), len(text) + 3).text == "bad"


def test_the_end_of_a_text_is_a_place() -> None:
    node = scalar("k: 'ab'")
    place = node.part(2, 2)
    assert (place.start, place.end) == (6, 6)


def test_very_long_texts_are_pointed_at_as_a_whole() -> None:
    node = scalar("k: 'it''s " + "x" * 10_000 + "'")
    assert node.part(0, 2) == node.span


@pytest.mark.parametrize(
    "text",
    [
        "k: |",
        'k: "\\\n\n\n\'"',
        'k: "\\\r\n\n  |+\n\x85\\x41"\n',
        "k: |  \u2028 -\n",
        'k: >\r "\\L\n   ',
    ],
)
def test_breaks_that_cannot_be_followed_are_pointed_at_as_a_whole(text: str) -> None:
    node = scalar(text)
    assert node.part(0, 1) == node.span
