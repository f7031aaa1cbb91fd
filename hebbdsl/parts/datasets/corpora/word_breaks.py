"""Where the words of prose begin and end, by the Unicode Standard.

Boundaries are those of its Annex 29 ("default word boundaries"): a letter keeps its marks and
joiners, an apostrophe or a middle dot between letters is inside a word, katakana holds together,
and of scripts that are written without spaces (Chinese, hiragana, Thai, Lao, Khmer, Burmese) each
letter stands alone with its marks. Four things are otherwise, so that a vocabulary stays small:

- full stops, commas and colons are words, also amid letters and digits: `os . path`, `3 . 14`;
- numbers of any kind hold to letters: `2½`, `m²`, `x1`;
- an apostrophe also holds digits and underscores together;
- a row of the same sign is one word: `...`, `====`.

A sign is what a reader sees as one: with its marks, an emoji with all its joiners, a flag.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from unicodedata import combining, normalize

if TYPE_CHECKING:
    import regex

    AnyPattern = re.Pattern[str] | regex.Pattern[str]

UNK = "<unk>"
NUMBER = "<num>"

_BYTE_ORDER_MARK = "\ufeff"
_SPACES = dict.fromkeys((0x200B, *range(0x1C, 0x20)), " ")
"""One without width, in scripts that are written without others, and those of ASCII that Python
knows and Unicode does not."""

_AMOUNT = r"\d++(?:[.,'’\u066b\u066c]\d++)*(?:[eE][+-]?\d++)?"
"""Groups of digits, and an exponent. Where a letter follows, what stands before the last of them is
the number: a chain of groups is never gone through again from each of its digits."""

STANDING_NUMBER = re.compile(rf"(?<!\S)[+-]?{_AMOUNT}[.,]*+(?!\S)")
"""A number between white space, with its sign, and with the stop or comma behind it."""


def _any_of(amount: str, word: str, sign: str) -> tuple[str, str]:
    """The forms of a word, without numbers that hold together and with them."""
    forms = rf"<unk>|{word}|{sign}|\n\s*+"
    return forms, rf"(?P<number>{amount})|{forms}"


_PLAIN, _PLAIN_NUMBERS = map(
    re.compile,
    _any_of(
        rf"{_AMOUNT}(?!\w)",
        r"\w++(?:(?:['’]|(?<!_)[‘·](?!_))\w++)*+",
        r"(?P<sign>[^\w\s])(?P=sign)*+",
    ),
)
_BEYOND = re.compile(
    r"[^\0-\xac\xae-\xb7\xb9-\u024f\u0391-\u03a1\u03a3-\u03ce\u0400-\u0481\u048a-\u052f\u2010-\u2023"
    r"\u2025\u2026\u2030-\u203a€№]"
)
"""What takes more than `re` knows. Of all others none is a mark, nor changes when a text is
normalised, nor belongs to what stands beside it but by being a letter or digit."""


def canonical(text: str, lowercase: bool) -> str:
    """A text as all those are that Unicode calls canonically equivalent to it; without byte order
    marks, which stand where files were joined.
    """
    if not text.isascii():
        text = _composed(text.replace(_BYTE_ORDER_MARK, ""))
    if lowercase:
        text = text.lower()
        # The small letter of a capital may be one and a mark.
        return text if text.isascii() else _composed(text)
    return text


def _composed(text: str) -> str:
    """In Unicode's normal form C.

    Long rows of marks are put into their order first, as the normal form has them: Python's own
    sort of a row takes as long as the square of its length.
    """
    if _BEYOND.search(text):
        text = _rows().sub(lambda row: "".join(sorted(row.group(), key=combining)), text)
    return normalize("NFC", text)


def words_of(text: str, *, amounts: bool) -> list[str]:
    """The words of a canonical text. Ends of lines are words that begin with one.

    `amounts`: a number is `<num>`, with the stops and commas amid its digits and its exponent
    (`3.14`, `1,000`, `1e-3`).
    """
    plain: AnyPattern = _PLAIN
    numbers: AnyPattern = _PLAIN_NUMBERS
    if not text.isascii() and _BEYOND.search(text):
        unseen, plain, numbers = _beyond()
        text = _composed(unseen.sub("", text).translate(_SPACES))
    if not amounts:
        return [match.group() for match in plain.finditer(text)]
    found = ((match.lastgroup, match.group()) for match in numbers.finditer(text))
    return [NUMBER if kind == "number" or word.isdecimal() else word for kind, word in found]


@cache
def _rows() -> regex.Pattern[str]:
    """Long rows of marks that are ordered by their class."""
    import regex

    return regex.compile(r"[^\p{ccc=0}]{32,}+")


@cache
def _beyond() -> tuple[regex.Pattern[str], ...]:
    """What is not seen, and is left out; and patterns like those above for all of Unicode."""
    import regex  # here, since few texts need it

    apart = r"\p{Ideographic}\p{Script=Hiragana}\p{LB=SA}"
    marks = r"[\p{M}\p{WB=Extend}\p{WB=ZWJ}\p{WB=Format}]"
    kinds = r"\p{L}\p{N}_" + "".join(
        rf"\p{{WB={kind}}}" for kind in ("ALetter", "Hebrew_Letter", "Numeric", "ExtendNumLet")
    )
    letter = rf"[[{kinds}]--[{apart}\p{{WB=Katakana}}\p{{M}}\s]]"
    run = rf"(?:{letter}{marks}*+)++"
    inside = r"[[\p{WB=MidLetter}\p{WB=MidNumLet}]--[:.\u2024\ufe13\ufe52\ufe55\uff0e\uff1a’]]"
    hebrew = r"\p{WB=Hebrew_Letter}"
    behind_hebrew = rf"(?<={hebrew}{marks}*+)"
    joiner = rf"(?:['’]|(?<!_){inside}(?!_)){marks}*+|{behind_hebrew}\"(?={hebrew})"
    word = (
        rf"{run}(?:(?:{joiner}){run})*+(?:{behind_hebrew}')?+"
        rf"|(?:\p{{WB=Katakana}}{marks}*+)++"
        rf"|[[\p{{L}}\p{{N}}]&&[{apart}]]{marks}*+"
    )
    amount = rf"{_AMOUNT}(?!{letter}|{marks})"
    patterns = _any_of(amount, word, rf"(?=\S)(?P<sign>\X)(?:(?P=sign)(?!{marks}))*+")
    plain, numbers = (regex.compile(pattern, regex.V1) for pattern in patterns)
    unseen = regex.compile(r"[\p{WB=Format}&&\p{Default_Ignorable_Code_Point}]", regex.V1)
    return unseen, plain, numbers
