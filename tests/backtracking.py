"""A slow regular-expression engine that counts its steps, and the texts that cost it most.

It backtracks as `re` does, on the tree that `re` parses, without any of its shortcuts: where its
steps grow with the square of a text, so do those of `re`, up to a factor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import permutations
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

Nodes = Sequence[tuple[Any, Any]]

_CATEGORIES = {
    sre.CATEGORY_DIGIT: str.isdecimal,
    sre.CATEGORY_NOT_DIGIT: lambda sign: not sign.isdecimal(),
    sre.CATEGORY_SPACE: str.isspace,
    sre.CATEGORY_NOT_SPACE: lambda sign: not sign.isspace(),
    sre.CATEGORY_WORD: lambda sign: sign.isalnum() or sign == "_",
    sre.CATEGORY_NOT_WORD: lambda sign: not (sign.isalnum() or sign == "_"),
}
_ONE_SIGN = (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN)
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
_IGNORECASE = int(re.IGNORECASE)
_SIGNS = "a1_ \n\t.,'\"<=*#-:/\\x\0"


class TooManySteps(Exception):
    pass


class Engine:
    """Matches one pattern against one text. `steps` says what it took."""

    def __init__(self, pattern: re.Pattern[str], text: str, most: int) -> None:
        self._nodes = _parsed(pattern)
        self._flags, self._text, self._most = int(self._nodes.state.flags), text, most
        self._groups: dict[int, tuple[int, int]] = {}
        self.steps = 0

    def match(self, at: int) -> int | None:
        return next(self._all(self._nodes, 0, at), None)

    def search_all(self) -> None:
        """From every place that no match covers, as `finditer`, `sub` and `split` do."""
        at = 0
        while at <= len(self._text):
            end = self.match(at)
            at = at + 1 if end is None or end == at else end

    def _all(self, nodes: Nodes, number: int, at: int) -> Iterator[int]:
        if number == len(nodes):
            yield at
            return
        for end in self._one(*nodes[number], at):
            yield from self._all(nodes, number + 1, end)

    def _one(self, kind: Any, value: Any, at: int) -> Iterator[int]:
        self.steps += 1
        if self.steps > self._most:
            raise TooManySteps
        if kind in _ONE_SIGN:
            if at < len(self._text) and self._fits(kind, value, self._text[at]):
                yield at + 1
        elif kind == sre.AT:
            if self._is_at(value, at):
                yield at
        elif kind == sre.SUBPATTERN:
            for end in self._all(value[3], 0, at):
                if value[0] is not None:
                    self._groups[value[0]] = at, end
                yield end
        elif kind == sre.BRANCH:
            for nodes in value[1]:
                yield from self._all(nodes, 0, at)
        elif kind == sre.GROUPREF:
            start, end = self._groups.get(value, (0, -1))
            if end >= 0 and self._text.startswith(self._text[start:end], at):
                yield at + end - start
        elif kind == sre.ATOMIC_GROUP:
            yield from self._first(self._all(value, 0, at))
        elif kind in (sre.ASSERT, sre.ASSERT_NOT):
            if self._sees(*value, at) == (kind == sre.ASSERT):
                yield at
        elif kind in _REPEATS:
            ends = self._repeated(kind == sre.MIN_REPEAT, *value, 0, at)
            yield from self._first(ends) if kind == sre.POSSESSIVE_REPEAT else ends
        else:
            raise NotImplementedError(kind)

    def _first(self, ends: Iterator[int]) -> Iterator[int]:
        if (end := next(ends, None)) is not None:
            yield end

    def _sees(self, direction: int, nodes: Nodes, at: int) -> bool:
        if direction > 0:
            return next(self._all(nodes, 0, at), None) is not None
        width = _parser.SubPattern(self._nodes.state, list(nodes)).getwidth()[0]
        return at >= width and next(self._all(nodes, 0, at - width), None) is not None

    def _repeated(
        self, lazy: bool, least: int, most: int, body: Nodes, count: int, at: int
    ) -> Iterator[int]:
        if not lazy and len(body) == 1 and body[0][0] in _ONE_SIGN:
            # As below, without a generator for each sign.
            end = at
            while end - at < most and next(self._one(*body[0], end), None) is not None:
                end += 1
            yield from range(end, at + least - 1, -1)
            return
        if lazy and count >= least:
            yield at
        if count < most:
            for end in self._all(body, 0, at):
                if end > at or count < least:
                    yield from self._repeated(lazy, least, most, body, count + 1, end)
        if not lazy and count >= least:
            yield at

    def _is_at(self, where: Any, at: int) -> bool:
        text, many = self._text, bool(self._flags & re.MULTILINE)
        if where in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING):
            return at == 0 or (many and where == sre.AT_BEGINNING and text[at - 1] == "\n")
        if where == sre.AT_END_STRING:
            return at == len(text)
        if where == sre.AT_END:
            return at == len(text) or (text[at] == "\n" and (many or at == len(text) - 1))
        word = _CATEGORIES[sre.CATEGORY_WORD]
        before, behind = (0 <= n < len(text) and word(text[n]) for n in (at - 1, at))
        return (before != behind) == (where == sre.AT_BOUNDARY)

    def _fits(self, kind: Any, value: Any, sign: str) -> bool:
        if kind == sre.ANY:
            return sign != "\n" or bool(self._flags & re.DOTALL)
        if not self._flags & _IGNORECASE:
            return (
                _in_set(value, sign)
                if kind == sre.IN
                else (ord(sign) == value) == (kind == sre.LITERAL)
            )
        signs = {sign, sign.lower(), sign.upper()}
        if kind == sre.IN:
            return any(_in_set(value, one) for one in signs)
        return any(ord(one) == value for one in signs if len(one) == 1) == (kind == sre.LITERAL)


@cache
def _parsed(pattern: re.Pattern[str]) -> Any:
    return _parser.parse(pattern.pattern, pattern.flags)


def _in_set(items: Nodes, sign: str) -> bool:
    found, negated = False, False
    for kind, value in items:
        if kind == sre.NEGATE:
            negated = True
        elif kind == sre.LITERAL:
            found = found or ord(sign[0]) == value
        elif kind == sre.RANGE:
            found = found or value[0] <= ord(sign[0]) <= value[1]
        else:
            found = found or _CATEGORIES[value](sign)
    return found != negated


def attacks(pattern: re.Pattern[str], length: int) -> Iterator[tuple[str, str, str]]:
    """Texts that keep the pattern busy: a beginning that leads to one of its repeats, what that
    repeats, and ends that it does not like. Given as beginning, repeated part and end."""
    tree = _parsed(pattern)
    heads = list(dict.fromkeys(["", *_heads(tree, "")]))
    signs = list(dict.fromkeys(_repeated_signs(tree)))[:7]
    pairs = ["".join(pair) for pair in permutations(signs[:4], 2)]
    for head in heads:
        # Alone they lead to every repeat again and again.
        units = [*signs, *pairs] if head else [*signs, *pairs, *heads[1:]]
        for unit in units:
            for end in ("", "\0", "x"):
                yield head, unit * (length // len(unit)), end


def _heads(nodes: Nodes, before: str) -> Iterator[str]:
    """Shortest texts that lead to each repeat."""
    for kind, value in nodes:
        if kind in _REPEATS:
            yield before
            yield from _heads(value[2], before)
        elif kind == sre.SUBPATTERN:
            yield from _heads(value[3], before)
        elif kind == sre.BRANCH:
            for inner in value[1]:
                yield from _heads(inner, before)
        before += _shortest([(kind, value)])


def _shortest(nodes: Nodes) -> str:
    found = ""
    for kind, value in nodes:
        if kind in _REPEATS:
            found += _shortest(value[2]) * value[0]
        elif kind == sre.SUBPATTERN:
            found += _shortest(value[3])
        elif kind == sre.BRANCH:
            found += min(map(_shortest, value[1]), key=len)
        elif kind == sre.ATOMIC_GROUP:
            found += _shortest(value)
        elif kind == sre.LITERAL:
            found += chr(value)
        elif kind in (sre.IN, sre.ANY, sre.NOT_LITERAL):
            found += next(_signs_of(kind, value), "")
    return found


def _repeated_signs(nodes: Nodes, inside: bool = False) -> Iterator[str]:
    for kind, value in nodes:
        if kind in _REPEATS:
            yield from _repeated_signs(value[2], inside or value[1] > 1)
        elif kind == sre.SUBPATTERN:
            yield from _repeated_signs(value[3], inside)
        elif kind == sre.ATOMIC_GROUP:
            yield from _repeated_signs(value, inside)
        elif kind == sre.BRANCH:
            for inner in value[1]:
                yield from _repeated_signs(inner, inside)
        elif inside and kind in (sre.IN, sre.ANY, sre.NOT_LITERAL, sre.LITERAL):
            yield from list(_signs_of(kind, value))[:3]


def _signs_of(kind: Any, value: Any) -> Iterator[str]:
    if kind == sre.LITERAL:
        yield chr(value)
    elif kind == sre.IN:
        yield from (sign for sign in _SIGNS if _in_set(value, sign))
        yield from (chr(one) for kind_, one in value if kind_ == sre.LITERAL)
        yield from (chr(one[0]) for kind_, one in value if kind_ == sre.RANGE)
    else:
        yield from (sign for sign in _SIGNS if sign != "\n" and ord(sign) != value)


def steps(pattern: re.Pattern[str], text: str, *, anchored: bool, most: int) -> int:
    """What it takes to find all matches, or, anchored, one at the beginning."""
    engine = Engine(pattern, text, most)
    try:
        if anchored:
            engine.match(0)
        else:
            engine.search_all()
    except TooManySteps:
        pass
    return engine.steps
