"""Where each character of a YAML scalar stands in the source, through quotes, escapes and folds."""

from __future__ import annotations

_LONGEST_MAP = 4_000
"""Nothing that is pointed into is longer: expressions and paths are capped below this."""

_ESCAPE_DIGITS = {"x": 2, "u": 4, "U": 8}


def scalar_offsets(
    source: str, text: str, start: int, style: str | None
) -> tuple[int, ...] | range | None:
    """For each character of `text`, then its end, the offset in `source`.

    `start` is where the scalar begins, at its opening quote or block mark where it has one.
    Returns: None when the text is too long to be worth it, or does not match the source.
    """
    first = start if style is None else start + 1
    if style in ("|", ">"):
        first = source.find("\n", start) + 1
        if first == 0:
            return None
    if source.startswith(text, first) and "\\" not in text and "'" not in text:
        return range(first, first + len(text) + 1)
    if len(text) > _LONGEST_MAP:
        return None
    return _aligned(source, text, first, style)


def _aligned(source: str, text: str, position: int, style: str | None) -> tuple[int, ...] | None:
    """Walk both texts: what is not white space must agree, white space may have been folded."""
    offsets: list[int] = []
    for character in text:
        position = _skip_continuation(source, position) if style == '"' else position
        if not character.isspace():
            position = _skip_white(source, position, style)
        if position >= len(source):
            return None
        offsets.append(position)
        here = source[position]
        if style == '"' and here == "\\":
            position += 2 + _ESCAPE_DIGITS.get(source[position + 1 : position + 2], 0)
        elif here == character:
            position += 2 if style == "'" and character == "'" else 1
        elif not (character.isspace() and here.isspace()):
            return None
    return (*offsets, position)


def _skip_continuation(source: str, position: int) -> int:
    """Past a backslash at the end of a line, and the indentation of the next."""
    while source.startswith(("\\\n", "\\\r"), position):
        position += 2
        while source[position : position + 1] in ("\n", " ", "\t"):
            position += 1
    return position


def _skip_white(source: str, position: int, style: str | None) -> int:
    while position < len(source) and source[position].isspace():
        position += 1
        position = _skip_continuation(source, position) if style == '"' else position
    return position
