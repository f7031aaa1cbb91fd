"""Feeds tokens to the parser; notes what it does not take, and goes on at the next entry."""

from __future__ import annotations

from dataclasses import dataclass

from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.expression.grammar import parser
from hebbdsl.expression.lr_parser import Branch, NotTaken, Token
from hebbdsl.source import Source, Span
from hebbdsl.syntax.text_problems import TooManySlips
from hebbdsl.syntax.text_slips import Repair, Slips
from hebbdsl.syntax.text_tokens import (
    BROKEN,
    CLOSING,
    COMMA,
    CURLY,
    END,
    EQUAL,
    HEAD,
    NEWLINE,
    OPENING,
    ROUND,
    SQUARE,
    virtual,
)
from hebbdsl.syntax.text_words import Where

_STRUCTURE = frozenset({*OPENING, *CLOSING, NEWLINE, COMMA})
_AFTER_THESE_NO_LINE_ENDS = (NEWLINE, COMMA, CURLY)
_MOST_SLIPS = 50


@dataclass(slots=True)
class _Frame:
    """A bracket that is open (none: the file itself), and where its present entry begins.

    `height` is that of the parser's stack there: cut down to it, the parser waits for an entry.
    """

    kind: str
    opener: int
    start: int
    height: int


class Recovering:
    """One parse. Brackets must match: `text_brackets` sees to that."""

    def __init__(self, source: Source, tokens: list[Token], problems: list[Problem]) -> None:
        self.source = source
        self.problems = problems
        end = len(source.text)
        self.tokens = [*tokens, Token(END, "", end, end)]
        self._parser = parser("spec")
        self._stack = self._parser.states
        self._frames = [_Frame("", -1, 0, 1)]
        self._slips = Slips(source, self.tokens)
        self._repaired_at = -1

    def parse(self) -> Branch:
        """Raises: Rejected, when there are too many slips."""
        tokens, feed = self.tokens, self._parser.feed
        frame = self._frames[-1]
        before = NEWLINE
        at = 0
        result = None
        while at < len(tokens):
            token = tokens[at]
            kind = token.type
            if kind == NEWLINE and (
                frame.kind in (ROUND, SQUARE) or before in _AFTER_THESE_NO_LINE_ENDS
            ):
                if frame.start == at:
                    frame.start += 1
                at += 1
                continue
            try:
                result = feed(token)
            except NotTaken:
                at = self._repair(at)
                frame = self._frames[-1]
                before = tokens[at - 1].type if at else NEWLINE
                continue
            if kind in _STRUCTURE:
                if kind in OPENING:
                    self._frames.append(_Frame(kind, at, at + 1, len(self._stack)))
                elif kind in CLOSING:
                    self._frames.pop()
                else:
                    frame.start, frame.height = at + 1, len(self._stack)
                frame = self._frames[-1]
            before = kind
            at += 1
        assert result is not None, "an entry of the root can be given up, and the end follows it"
        return result

    def _repair(self, at: int) -> int:
        """Notes the slip at token `at`. Returns: the token to go on with."""
        frame = self._frames[-1]
        again = self._repaired_at == at
        self._repaired_at = at
        where = Where(at, frame.kind, frame.opener, frame.start, self._parser.accepts())
        slip = self._slips.explain(where)
        if not again and slip.problem is not None:
            self.problems.append(slip.problem)
        if len(self.problems) > _MOST_SLIPS:
            place = self._span(self.tokens[at])
            raise Rejected([*self.problems, TooManySlips(place=place, count=_MOST_SLIPS)])
        if not again and self._repaired(slip.repair, at, frame):
            return at + 1 if slip.repair in (Repair.DROP, Repair.AS_EQUAL) else at
        # A token that is not taken even after an entry that was given up is left out.
        return self._give_up(at, slip.until) if not again else at + 1

    def _repaired(self, repair: Repair, at: int, frame: _Frame) -> bool:
        """Whether the parser is as if the slip had not been made."""
        token = self.tokens[at]
        where = token.start
        match repair:
            case Repair.ENTRY:
                return False
            case Repair.DROP:
                if frame.start == at:
                    frame.start += 1
                return True
            case Repair.AS_EQUAL:
                kind, value, end = EQUAL, str(token), token.end
            case Repair.EQUAL:
                kind, value, end = EQUAL, "", where
            case Repair.COMMA:
                kind, value, end = COMMA, "", where
            case _:
                assert repair is Repair.VALUE, "all others are above"
                kind, value, end = BROKEN, "", where
        try:
            self._parser.feed(Token(kind, value, where, end))
        except NotTaken:
            return False
        if repair is Repair.COMMA:
            frame.start, frame.height = at, len(self._stack)
        return True

    def _give_up(self, at: int, until: int) -> int:
        """Put BROKEN in the place of the entry, or of the one around it, and go behind it."""
        while True:
            frame = self._frames[-1]
            at = self._end_of_entry(at, frame.kind, until)
            if self._broken(frame, at):
                return at
            self._frames.pop()
            while self.tokens[at].type not in CLOSING:
                at = self._end_of_entry(at + 1, frame.kind, until)
            at += 1

    def _end_of_entry(self, at: int, kind: str, until: int) -> int:
        depth = 0
        ends = (COMMA,) if kind in (ROUND, SQUARE) else (COMMA, NEWLINE)
        while (token := self.tokens[at]).type != END:
            if token.type in OPENING:
                depth += 1
            elif token.type in CLOSING:
                if depth == 0:
                    return at
                depth -= 1
            elif depth == 0 and token.type in ends and token.start >= until:
                return at
            at += 1
        return at

    def _broken(self, frame: _Frame, end: int) -> bool:
        """Whether the parser takes BROKEN for the present entry of `frame`."""
        # An entry is only taken into those before it at a sign that the parser takes next.
        assert len(self._stack) >= frame.height, "no slip comes between the two"
        del self._stack[frame.height :]
        del self._parser.values[frame.height - 1 :]
        key = self._slips.key_at(frame.start, end) if frame.kind != SQUARE else None
        if key is None and frame.kind == ROUND:
            return False  # a word's fields without names, or an expression
        first = frame.start
        tokens: list[Token] = []
        if key is not None:
            tokens.append(key)
            first += 1
            if key.type != HEAD:
                tokens.append(virtual(EQUAL, key.end))
                first += self.tokens[first].type == EQUAL
        last = end - 1
        while last >= first and self.tokens[last].type == NEWLINE:
            last -= 1
        last = max(last, first - 1, 0)
        begin = self.tokens[first].start if first <= last else self.tokens[last].end
        finish = self.tokens[last].end
        begin = min(begin, finish)
        text = self.source.text[begin:finish]
        tokens.append(Token(BROKEN, text, begin, finish))
        try:
            for token in tokens:
                self._parser.feed(token)
        except NotTaken:
            return False
        return True

    def _span(self, token: Token) -> Span:
        return Span(self.source, token.start, token.end)
