"""Where a bracket was to be opened that is only closed: `hebbian gamma=0.05)`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from hebbdsl.expression.lr_parser import Token
from hebbdsl.syntax.text_tokens import CLOSING, CURLY, EQUAL, KEYS, NEWLINE, OPENING, ROUND

_CALLED = ("NAME", "AGED")


def where_opened(
    tokens: Sequence[Token],
    at: int,
    kind: str,
    bottom: int,
    column: Callable[[int], int | None],
) -> int | None:
    """The token before which a bracket of `kind` is missing that token `at` closes.

    It is looked for behind token `bottom`, on the line of `at`; when that is the first of its line,
    then up to the line that begins in the same column. `column` gives where a line begins with a
    token, None inside a line.
    """
    closes_at = column(at)
    for i in _outer(tokens, at, bottom):
        types = [token.type for token in tokens[i : i + 4]]
        begins = column(i)
        if types[0] == NEWLINE and closes_at is None:
            return None
        if closes_at is not None and begins is not None and begins <= closes_at:
            behind = _opened_by_line(types, kind) if begins == closes_at else None
            return i + behind if behind is not None else None
        if kind == ROUND:
            if types[0] in _CALLED and types[1] in KEYS and types[2] == EQUAL:
                return i + 1
            if types[0] in _CALLED and types[1] == "NAME" and i + 2 == at:
                return i + 1
        elif kind == CURLY:
            entry = types[1] in KEYS and types[2] in (EQUAL, CURLY)
            named = types[0] in KEYS and begins is not None
            if (named and i + 1 == at) or (entry and (named or types[0] == EQUAL)):
                return i + 1
        elif types[0] == EQUAL:
            return i + 1 if types[1] not in OPENING else None
    return None


def _opened_by_line(types: list[str], kind: str) -> int | None:
    """Tokens from the beginning of a line to where a bracket over several lines is opened in it."""
    behind = types.index(NEWLINE) if NEWLINE in types else 0
    if types[0] not in KEYS or any(kind in OPENING for kind in types[:behind]):
        return None
    if kind == CURLY and behind in (1, 2):
        return behind
    return behind if behind == (3 if kind == ROUND else 2) else None


def _outer(tokens: Sequence[Token], at: int, bottom: int) -> Iterator[int]:
    """Tokens before `at`, the nearest first, without those in brackets that are closed."""
    depth = 0
    for i in range(at - 1, bottom, -1):
        kind = tokens[i].type
        if kind in CLOSING:
            depth += 1
        elif kind in OPENING:
            if depth == 0:
                return
            depth -= 1
        elif depth == 0:
            yield i
