"""Words that can mean only one thing."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.diagnostics.typos import LONGEST, is_clear_typo, slips

OPTIMIZERS = ("adam", "adamw", "sgd", "rmsprop", "adagrad")


@pytest.mark.parametrize(
    ("word", "choices", "sure"),
    [
        ("gama", ("gamma", "T", "rate"), True),
        ("gmama", ("gamma", "T", "rate"), True),
        ("Batch-Size", ("batch_size", "steps"), True),
        ("train_drawing", ("train_drawings", "test_drawings"), True),
        ("t", ("gamma", "T"), True),
        ("x", ("gamma", "T"), False),
        ("tt", ("gamma", "T"), False),
        ("adm", OPTIMIZERS, False),  # adam or adamw
        ("adamm", OPTIMIZERS, False),
        ("rmspop", OPTIMIZERS, True),
        ("rmsprrrop", OPTIMIZERS, True),
        ("rmspropppp", OPTIMIZERS, False),
        ("gama", (), False),
        ("x" * (LONGEST + 1), ("x" * LONGEST,), False),
    ],
)
def test_examples(word: str, choices: tuple[str, ...], sure: bool) -> None:
    assert is_clear_typo(word, choices) is sure


WORDS = st.text("abc", max_size=6)


def by_edits(one: str, most: int = 3) -> dict[str, int]:
    """Everything within `most` changes of a letter, each by making it."""
    found = {one: 0}
    for count in range(1, most + 1):
        for word in [w for w, c in found.items() if c == count - 1]:
            for i, letter in product(range(len(word) + 1), "abc"):
                made = [word[:i] + letter + word[i:], word[:i] + word[i + 1 :]]
                if i < len(word):
                    made.append(word[:i] + letter + word[i + 1 :])
                for new in made:
                    found.setdefault(new, count)
    return found


@given(WORDS, WORDS)
def test_slips_are_counted(one: str, other: str) -> None:
    """Against every word that can be made by so many changes; a swap of neighbours saves one."""
    assert slips(one, other) == slips(other, one)
    plain = by_edits(one).get(other, 4)
    assert min(plain, 4) / 2 <= slips(one, other) <= (plain if plain < 4 else 99)
    assert (slips(one, other) == 0) == (one == other)


def test_a_swap_is_one_slip() -> None:
    assert slips("abc", "acb") == slips("ba", "ab") == 1
    assert slips("abc", "cab") == 2
