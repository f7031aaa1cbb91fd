"""What an unquoted scalar is: one rule for every surface and for `--set`.

Numbers are `12`, `-0.5`, `1e-3`, `1_000`: digits on both sides of a point, single underscores
between digits, no leading zeros. Only `true` and `false` are booleans, only `null` is null. What
else begins like a number (`012`, `12:30`, `.5`) is nothing until it is quoted.
"""

from __future__ import annotations

import math
import re
from enum import Enum

LONGEST_NUMERAL = 64
"""Characters of the longest numeral: more than any double or bound needs."""

_DIGITS = r"[0-9]+(?:_[0-9]+)*"
_WHOLE = re.compile(rf"[+-]?(?:0|(?!0){_DIGITS})")
_NUMBER = re.compile(rf"[+-]?(?:0|(?!0){_DIGITS})(?:\.{_DIGITS})?(?:[eE][+-]?[0-9]+)?")
_NUMERIC = re.compile(r"[+-]?\.?[0-9]\S*")
_RANGE = re.compile(rf"({_WHOLE.pattern})\.\.({_WHOLE.pattern})")
_SPECIAL = re.compile(r"[+-]?\.?(nan|inf|infinity)", re.IGNORECASE)


class Numeral(Enum):
    """Why a text is no number that can be used."""

    NOT_A_NUMBER = "not a number"
    NOT_FINITE = "not finite"
    TOO_LONG = "too long"


def whole(text: str) -> int | Numeral:
    """The whole number that `text` spells with digits only."""
    if len(text) > LONGEST_NUMERAL:
        return Numeral.TOO_LONG if _NUMERIC.fullmatch(text) else Numeral.NOT_A_NUMBER
    return int(text) if _WHOLE.fullmatch(text) else Numeral.NOT_A_NUMBER


def number(text: str) -> float | Numeral:
    """The finite number that `text` spells; one too small to be told from 0 is not taken for 0."""
    if _SPECIAL.fullmatch(text):
        return Numeral.NOT_FINITE
    if len(text) > LONGEST_NUMERAL:
        return Numeral.TOO_LONG if _NUMERIC.fullmatch(text) else Numeral.NOT_A_NUMBER
    if not _NUMBER.fullmatch(text):
        return Numeral.NOT_A_NUMBER
    value = float(text)
    vanished = value == 0 and re.search("[1-9]", re.split("[eE]", text)[0]) is not None
    return Numeral.NOT_FINITE if math.isinf(value) or vanished else value


def whole_range(text: str) -> tuple[str, str] | None:
    """The two ends of `0..9`, as written."""
    found = _RANGE.fullmatch(text) if len(text) <= 3 * LONGEST_NUMERAL else None
    return (found.group(1), found.group(2)) if found else None


def boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text)


def is_null(text: str) -> bool:
    return text == "null"


def needs_quotes(text: str) -> bool:
    """An unquoted text that is, or could be taken for, something other than a text."""
    return boolean(text) is not None or is_null(text) or _NUMERIC.fullmatch(text) is not None


def in_words(text: str, was_quoted: bool) -> str:
    """What an unquoted scalar is, for messages."""
    if was_quoted:
        return "a quoted text"
    if boolean(text) is not None:
        return "a boolean"
    if is_null(text):
        return "null"
    if isinstance(whole(text), int):
        return "a whole number"
    if isinstance(number(text), float):
        return "a number"
    return "a range" if whole_range(text) else "a word" if text.isidentifier() else "a text"
