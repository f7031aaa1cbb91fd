"""One rule for unquoted scalars."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.expression.numerals import Numeral, number, whole_number
from hebbdsl.syntax.scalars import in_words, needs_quotes, plain, whole_range


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("7", 7),
        ("-3", -3),
        ("+3", 3),
        ("1_000", 1000),
        ("0.5", 0.5),
        ("-0.25", -0.25),
        ("1e-3", 1e-3),
        ("1E3", 1e3),
        ("1.5e+2", 150.0),
        ("1_000.5", 1000.5),
        ("0.0", 0.0),
        ("0e9", 0),
    ],
)
def test_numbers(text: str, value: float) -> None:
    assert number(text) == value
    assert plain(text) == value


@pytest.mark.parametrize(
    "text",
    [
        ".5",
        "5.",
        "012",
        "00",
        "1__0",
        "_1",
        "1_",
        "0x10",
        "0b1",
        "1e",
        "e3",
        "1e1.5",
        "12:30",
        "--1",
        "1 0",
        "",
        "١",
        "½",
        "1,5",
        "0_1",
        "1._5",
        "1e1_0",
    ],
)
def test_not_numbers(text: str) -> None:
    assert number(text) is Numeral.NOT_A_NUMBER
    assert whole_number(text) is Numeral.NOT_A_NUMBER
    assert plain(text) == text


@pytest.mark.parametrize(
    "text", ["nan", "NaN", "inf", "-inf", ".inf", "Infinity", "1e999", "1e-999"]
)
def test_numbers_that_cannot_be_computed_with(text: str) -> None:
    assert number(text) is Numeral.NOT_FINITE


@pytest.mark.parametrize("text", ["1e3", "2.0", "1.0e0"])
def test_whole_numbers_are_digits_only(text: str) -> None:
    assert whole_number(text) is Numeral.NOT_A_NUMBER


class Converted(Exception):
    """A text was made a number."""


class Written(str):
    """A text that tells when it is made a number."""

    def __int__(self) -> int:
        raise Converted

    def __float__(self) -> float:
        raise Converted


def test_absurd_digits_are_never_converted() -> None:
    for text in ("1" * 900_000, "1." + "0" * 900_000, "1e" + "9" * 900_000, "-" * 900_000):
        assert isinstance(whole_number(Written(text)), Numeral)
        assert isinstance(number(Written(text)), Numeral)
    for read in (whole, number):
        with pytest.raises(Converted):
            read(Written("12"))


@given(st.integers(min_value=-(10**30), max_value=10**30))
def test_whole_numbers_round_trip(value: int) -> None:
    assert whole_number(str(value)) == value
    assert whole_number(f"{value:_}") == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_round_trip(value: float) -> None:
    assert number(repr(value)) == value


def test_only_these_are_booleans_and_null() -> None:
    assert [plain(text) for text in ("true", "false", "null")] == [True, False, None]
    for text in ("True", "TRUE", "yes", "no", "on", "off", "y", "Null", "NULL", "~", "None"):
        assert plain(text) == text


def test_ranges() -> None:
    assert whole_range("0..9") == ("0", "9")
    assert whole_range("-1..1_000") == ("-1", "1_000")
    assert [whole_range(text) for text in ("0...9", "0.9", "a..b", "1..", "01..2")] == [None] * 5


@pytest.mark.parametrize(
    "text", ["012", "12:30", "1", "-1", ".5", "true", "null", "2024-01-02", "0x1"]
)
def test_texts_that_need_quotes(text: str) -> None:
    assert needs_quotes(text)


@pytest.mark.parametrize(
    "text", ["no", "on", "a1", "about 12", "Greek", "10 seeds", "-", "..", "x:y"]
)
def test_texts_that_do_not(text: str) -> None:
    assert not needs_quotes(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("true", "a boolean"),
        ("null", "null"),
        ("-12", "a whole number"),
        ("0.5", "a number"),
        ("1e-3", "a number"),
        ("012", "a misspelt number"),
        ("0..9", "a range"),
        ("word", "a word"),
        ("two words", "a text"),
    ],
)
def test_names(text: str, words: str) -> None:
    assert in_words(text, False) == words
    assert in_words(text, True) == "a quoted text"


@given(st.text(max_size=80), st.booleans())
def test_anything_can_be_named(text: str, quoted: bool) -> None:
    assert in_words(text, quoted).split()[0] in ("a", "null")
