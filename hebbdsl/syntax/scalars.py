"""What an unquoted scalar is: one rule for every surface and for `--set`.

Numbers are `12`, `-0.5`, `1e-3`, `1_000`: digits on both sides of a point, single underscores
between digits, no leading zeros. Only `true` and `false` are booleans, only `null` is null. What
else begins like a number (`012`, `12:30`, `.5`) is nothing until it is quoted.
"""

from __future__ import annotations

import re

from hebbdsl.expression.numerals import LONGEST_NUMERAL, NUMERIC, WHOLE, number, whole_number

_RANGE = re.compile(rf"({WHOLE.pattern})\.\.({WHOLE.pattern})")


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
    return boolean(text) is not None or is_null(text) or NUMERIC.fullmatch(text) is not None


def in_words(text: str, was_quoted: bool) -> str:
    """What an unquoted scalar is, for messages."""
    if was_quoted:
        return "a quoted text"
    if boolean(text) is not None:
        return "a boolean"
    if is_null(text):
        return "null"
    if isinstance(whole_number(text), int):
        return "a whole number"
    if isinstance(number(text), float):
        return "a number"
    if NUMERIC.fullmatch(text) and not whole_range(text):
        return "a misspelt number"
    return "a range" if whole_range(text) else "a word" if text.isidentifier() else "a text"


def plain(text: str) -> str | int | float | bool | None:
    """The value that an unquoted scalar has where no field gives it a type."""
    if is_null(text):
        return None
    for value in (boolean(text), whole_number(text), number(text)):
        if isinstance(value, (bool, int, float)):
            return value
    return text
