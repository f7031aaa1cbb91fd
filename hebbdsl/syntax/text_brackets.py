"""Brackets that do not match: which are to blame, and tokens in which all of them do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hebbdsl.diagnostics.diagnostic import Also, Problem, Rejected, Related
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.expression.lr_parser import Token
from hebbdsl.source import Source, Span
from hebbdsl.syntax.text_openings import where_opened
from hebbdsl.syntax.text_problems import TooManySlips
from hebbdsl.syntax.text_tokens import (
    CLOSING,
    COMMA,
    CURLY,
    EQUAL,
    NEWLINE,
    OPENING,
    OPERATORS,
    ROUND,
    SIGN_OF,
    SQUARE,
    virtual,
)

_MOST_FAULTS = 20


@dataclass(slots=True)
class _Matching:
    """For each opening token the one that closes it; those that close nothing or another kind.

    `left_out` are closing tokens whose opening one is missing before the token named.
    """

    closers: dict[int, int] = field(default_factory=dict)
    left_out: dict[int, int] = field(default_factory=dict)
    unopened: set[int] = field(default_factory=set)
    other: set[int] = field(default_factory=set)
    unclosed: set[int] = field(default_factory=set)

    @property
    def faults(self) -> int:
        return sum(map(len, (self.left_out, self.unopened, self.other, self.unclosed)))


def balanced(source: Source, tokens: list[Token]) -> tuple[list[Token], list[Problem]]:
    """`tokens` with what is missing put in and what closes nothing left out, and the problems.

    Raises: Rejected, when there are too many for a guess at what was meant.
    """
    return _Brackets(source, tokens).mended()


class _Brackets:
    """Layout means nothing to the language; here, where brackets fail, it shows what was meant."""

    def __init__(self, source: Source, tokens: list[Token]) -> None:
        self.source = source
        self.tokens = tokens
        self._line = [0] * len(tokens)
        first = 0
        for i, token in enumerate(tokens):
            if i and tokens[i - 1].type == NEWLINE:
                first = i
            self._line[i] = first if token.type != NEWLINE else -1

    def mended(self) -> tuple[list[Token], list[Problem]]:
        plain = self._matching(by_layout=False)
        laid_out = self._matching(by_layout=True)
        return self._put_right(laid_out if laid_out.faults <= plain.faults else plain)

    def _indent(self, index: int) -> int:
        """The column of the first token of the line that the token stands on."""
        return self.source.position(_start(self.tokens[self._line[index]]))[1]

    def _column(self, index: int) -> int | None:
        """The column of a token that is the first of its line."""
        return self._indent(index) if self._is_first(index) else None

    def _is_first(self, index: int) -> bool:
        return self._line[index] == index

    def _matching(self, by_layout: bool) -> _Matching:
        found = _Matching()
        stack: list[int] = []
        for i, token in enumerate(self.tokens):
            if token.type in OPENING:
                stack.append(i)
            elif token.type in CLOSING:
                self._close(i, CLOSING[token.type], stack, found, by_layout)
            if found.faults > _MOST_FAULTS:
                place = Span(self.source, _start(token), _end(token))
                raise Rejected([TooManySlips(place=place, count=_MOST_FAULTS)])
        found.unclosed.update(stack)
        return found

    def _close(
        self, at: int, kind: str, stack: list[int], found: _Matching, by_layout: bool
    ) -> None:
        depths = [d for d, i in enumerate(stack) if self.tokens[i].type == kind]
        if stack and not depths and self._fits(at, stack[:-1]) and not self._fits(at, stack):
            found.other.add(at)
            found.closers[stack.pop()] = at
            return
        if not depths or by_layout or not self._fits(at, stack[: depths[-1]]):
            bottom = stack[-1] if stack else -1
            before = where_opened(self.tokens, at, kind, bottom, self._column)
            if before is not None:
                found.left_out[at] = before
                return
        if not depths:
            found.unopened.add(at)
            return
        depth = depths[-1]
        if by_layout and self._is_first(at):
            column = self._indent(at)
            same = [d for d in depths if self._indent(stack[d]) == column]
            depth = same[-1] if same else depth
        if depth < len(stack) - 1 and not self._fits(at, stack[:depth]):
            if self._fits(at, stack):
                found.unopened.add(at)
                return
            if self._fits(at, stack[:-1]):
                found.other.add(at)
                found.closers[stack.pop()] = at
                return
        found.unclosed.update(stack[depth + 1 :])
        found.closers[stack[depth]] = at
        del stack[depth:]

    def _fits(self, at: int, stack: Sequence[int]) -> bool:
        """Whether the next bracket to be closed behind `at` is the last of `stack`."""
        depth = 0
        for token in self.tokens[at + 1 :]:
            if token.type in OPENING:
                depth += 1
            elif token.type in CLOSING:
                if depth == 0:
                    return bool(stack) and self.tokens[stack[-1]].type == CLOSING[token.type]
                depth -= 1
        return not stack

    def _put_right(self, matching: _Matching) -> tuple[list[Token], list[Problem]]:
        self.out: list[Token] = []
        self.problems: list[Problem] = []
        stack: list[int] = []
        opener_of = {closer: opener for opener, closer in matching.closers.items()}
        missing: dict[int, list[int]] = {}
        for closer, before in matching.left_out.items():
            missing.setdefault(before, []).insert(0, closer)
        for i, token in enumerate(self.tokens):
            for closer in missing.get(i, ()):
                opening = CLOSING[self.tokens[closer].type]
                self.out.append(virtual(opening, _end(self.tokens[i - 1])))
                stack.append(~closer)  # which is no opener that was written
            while stack and stack[-1] in matching.unclosed and self._is_left(stack[-1], i):
                self._end_before(i, stack.pop())
            if token.type in OPENING:
                stack.append(i)
            elif token.type in CLOSING:
                if i in matching.left_out:
                    self._never_opened(i, matching.left_out[i])
                    if stack and stack[-1] == ~i:  # else it was ended before
                        stack.pop()
                        self.out.append(token)
                    continue
                if i in matching.unopened:
                    self._unopened(i)
                    continue
                while stack and stack[-1] != opener_of[i]:
                    self._end_before(i, stack.pop())
                opener = self.tokens[stack.pop()]
                if i in matching.other:
                    closing = OPENING[opener.type]
                    self.problems.append(
                        OtherBracket(
                            place=self._span(token),
                            written=str(token),
                            opened=self._span(opener),
                            closing=SIGN_OF[closing],
                        )
                    )
                    token = Token(closing, SIGN_OF[closing], _start(token), _end(token))
            self.out.append(token)
        while stack:
            self._end_before(len(self.tokens), stack.pop())
        return self.out, self.problems

    def _is_left(self, opener: int, at: int) -> bool:
        """Whether at `at` something begins that is not inside `opener`: a line that is indented no
        more than that of `opener`, or a field in what is a list.
        """
        if self.tokens[opener].type == SQUARE and self.tokens[at].type == COMMA:
            ahead = [token.type for token in self.tokens[at + 1 : at + 3]]
            return ahead == ["NAME", EQUAL]
        if self.tokens[opener].type == ROUND and at == opener + 2:
            ahead = [token.type for token in self.tokens[opener + 1 : opener + 5]]
            if ahead[0] == "NAME" and ahead[1] in (*OPERATORS, COMMA) and ahead[3:] != [EQUAL]:
                return True
        if not self._is_first(at) or self._line[opener] == at:
            return False
        after = self.tokens[opener + 1] if opener + 1 < len(self.tokens) else None
        hangs = after is not None and after.type == NEWLINE
        column = self._indent(opener)
        if hangs and column == 1 and self._indent(min(opener + 2, len(self.tokens) - 1)) == 1:
            return False  # nothing is indented here: layout says nothing
        if self.tokens[opener].type == CURLY and not hangs and self.tokens[at].type in CLOSING:
            return False
        return self._indent(at) <= column

    def _end_before(self, at: int, opener: int) -> None:
        """`opener` below 0: ~ the closer of a bracket that was never opened."""
        opened = self.tokens[opener if opener >= 0 else ~opener]
        closing = OPENING[opened.type] if opener >= 0 else opened.type
        behind: list[Token] = []
        comma_follows = at < len(self.tokens) and self.tokens[at].type == COMMA
        while self.out[-1].type == NEWLINE or (self.out[-1].type == COMMA and not comma_follows):
            behind.insert(0, self.out.pop())
        where = _end(self.out[-1])
        self.out += (virtual(closing, where), *behind)
        if opener < 0:
            return  # as is said where it is closed
        if at < len(self.tokens):
            noticed = self._span(self.tokens[at])
        else:
            noticed = Span(self.source, max(where - 1, 0), where)
        self.problems.append(
            NotClosed(
                place=self._span(opened),
                opened=str(opened),
                closing=SIGN_OF[closing],
                noticed=noticed,
            )
        )

    def _unopened(self, at: int) -> None:
        """A bracket at the end of a line on which a quote is open may be part of that text."""
        line = self.tokens[self._line[at] : at]
        if not any(token.type == "UNCLOSED" for token in line):
            token = self.tokens[at]
            self.problems.append(
                NeverOpened(place=self._span(token), written=str(token), opening="", missing=None)
            )

    def _never_opened(self, at: int, before: int) -> None:
        token = self.tokens[at]
        self.problems.append(
            NeverOpened(
                place=self._span(token),
                written=str(token),
                opening=SIGN_OF[CLOSING[token.type]],
                missing=self._span(self.tokens[before - 1]),
            )
        )

    def _span(self, token: Token) -> Span:
        return Span(self.source, _start(token), _end(token))


def _start(token: Token) -> int:
    return token.start


def _end(token: Token) -> int:
    return token.end


class NotClosed(Problem):
    """A bracket or brace is opened and not closed.

    The caret is on the one that was opened; the second place is where it is missed at the latest.

    Wrong:
        model = convnet(channels=[32, 32, features=64)

    Right:
        model = convnet(channels=[32, 32], features=64)
    """

    code = "HEB141"
    opened: str
    closing: str
    noticed: Span

    title = "{opened!q} is not closed"
    label = "opened here"
    related = Also("noticed", "{closing!q} is missing before this")
    hint = "write {closing!q} where it ends"


class NeverOpened(Problem):
    """A bracket or brace is closed that was never opened.

    Wrong:
        model = convnet(channels=[32, 32]])

    Right:
        model = convnet(channels=[32, 32])
    """

    code = "HEB142"
    written: str
    opening: str
    missing: Span | None
    """Behind what it seems to be missing."""

    title = "{written!q} closes nothing"
    label = "never opened"

    @property
    def related(self) -> tuple[Related, ...]:
        if self.missing is None:
            return ()
        return (Related(self.missing, f"{quoted(self.opening)} is missing after this"),)

    @property
    def hint(self) -> str | None:
        if self.missing is None:
            return "remove it, or open it where it begins"
        return f"write {quoted(self.opening)} after {quoted(self.missing.text)}"

    @property
    def fix(self) -> str | None:
        return "" if self.missing is None else None


class OtherBracket(Problem):
    """A bracket is closed by one of another kind.

    Wrong:
        model = convnet(channels=[32, 32), features=64)

    Right:
        model = convnet(channels=[32, 32], features=64)
    """

    code = "HEB143"
    written: str
    opened: Span
    closing: str

    title = "{opened.text!q} is closed by {written!q}"
    label = "{closing!q} is meant"
    related = Also("opened", "opened here")
    hint = "write {closing!q}"
    fix = "{closing}"
    fix_is_safe = True
