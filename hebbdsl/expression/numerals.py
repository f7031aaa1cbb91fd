"""Numbers as they are written: `12`, `-0.5`, `1e-3`, `1_000`.

Digits stand on both sides of a point, single underscores between digits, no zero leads.
"""

from __future__ import annotations

import math
import re
from enum import Enum

LONGEST_NUMERAL = 64
"""Characters of the longest numeral: more than any double or bound needs."""

_DIGITS = r"[0-9]+(?:_[0-9]+)*"
WHOLE = re.compile(rf"[+-]?(?:0|(?!0){_DIGITS})")
_NUMBER = re.compile(rf"[+-]?(?:0|(?!0){_DIGITS})(?:\.{_DIGITS})?(?:[eE][+-]?[0-9]+)?")
NUMERIC = re.compile(r"[+-]?\.?[0-9]\S*")
_SPECIAL = re.compile(r"[+-]?\.?(nan|inf|infinity)", re.IGNORECASE)


class Numeral(Enum):
    """Why a text is no number that can be used."""

    NOT_A_NUMBER = "not a number"
    NOT_FINITE = "not finite"
    TOO_LONG = "too long"


def whole_number(text: str) -> int | Numeral:
    """The whole number that `text` spells with digits only."""
    if len(text) > LONGEST_NUMERAL:
        return Numeral.TOO_LONG if NUMERIC.fullmatch(text) else Numeral.NOT_A_NUMBER
    return int(text) if WHOLE.fullmatch(text) else Numeral.NOT_A_NUMBER


def number(text: str) -> float | Numeral:
    """The finite number that `text` spells; one too small to be told from 0 is not taken for 0."""
    if _SPECIAL.fullmatch(text):
        return Numeral.NOT_FINITE
    if len(text) > LONGEST_NUMERAL:
        return Numeral.TOO_LONG if NUMERIC.fullmatch(text) else Numeral.NOT_A_NUMBER
    if not _NUMBER.fullmatch(text):
        return Numeral.NOT_A_NUMBER
    value = float(text)
    vanished = value == 0 and re.search("[1-9]", re.split("[eE]", text)[0]) is not None
    return Numeral.NOT_FINITE if math.isinf(value) or vanished else value
