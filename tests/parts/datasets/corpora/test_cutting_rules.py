"""How text is cut into words, beside references written word by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.parts.datasets.corpora.token_rules import EOS, Rules

LINES = st.lists(st.text("ab1 .,'\t", max_size=8), max_size=6)


@given(LINES)
def test_white_space_cuts_and_every_line_ends(lines: list[str]) -> None:
    """As WikiText is counted: an empty line is a sentence end too."""
    slow = []
    for line in lines:
        slow += [*line.split(), EOS]
    if slow:
        assert Rules().cut("".join(f"{line}\n" for line in lines)) == slow


@given(LINES, LINES)
def test_prose_is_cut_line_by_line(first: list[str], second: list[str]) -> None:
    """Where a block of lines ends makes no difference."""
    rules = Rules(tokens="words")
    one, other = "".join(f"{x}\n" for x in first), "".join(f"{x}\n" for x in second)
    assert rules.cut(one + other) == rules.cut(one) + rules.cut(other)


@pytest.mark.parametrize(
    ("rules", "text", "words"),
    [
        (Rules(), "a b", ["a", "b"]),
        (Rules(), "a b\n", ["a", "b", EOS]),
        (Rules(lowercase=True), "A Éb\n", ["a", "éb", EOS]),
        (Rules(numbers="digits"), "in 1984 x2\n", ["in", "0000", "x0", EOS]),
        (Rules(numbers="token"), "in 1,984.5 x2 -3\n", ["in", "<num>", "x2", "<num>", EOS]),
        (
            Rules(tokens="words"),
            "Don't stop,\n\n  it's ~3.5...\n",
            ["Don't", "stop", ",", EOS, "it's", "~", "3", ".", "5", "...", EOS],
        ),
        (Rules(tokens="words"), "====\nx_1 == y\n", ["====", EOS, "x_1", "==", "y", EOS]),
        (Rules(tokens="words"), "\n \n", []),
        (Rules(tokens="words"), "a <unk>, b", ["a", "<unk>", ",", "b"]),
        (Rules(tokens="words", numbers="token"), "5 a5\n", ["<num>", "a5", EOS]),
        (Rules(tokens="words", numbers="digits"), "5 a5\n", ["0", "a0", EOS]),
    ],
)
def test_on_paper(rules: Rules, text: str, words: list[str]) -> None:
    assert rules.cut(text) == words
