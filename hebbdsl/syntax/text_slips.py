"""What a token that the parser does not take means in words: the commonest slips, recognised."""

from __future__ import annotations

import json
import re
from enum import Enum, auto

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.expression.lr_parser import Token
from hebbdsl.expression.parser_tables import STRANGE
from hebbdsl.frozen import frozen
from hebbdsl.source import Source, Span
from hebbdsl.syntax.text_problems import (
    ColonForEquals,
    MustBeQuoted,
    NoEquals,
    NoFieldName,
    NoSeparator,
    NotHere,
    StrayComma,
    ValueMissing,
    WrittenInYaml,
)
from hebbdsl.syntax.text_tokens import (
    BROKEN,
    CLOSING,
    COMMA,
    CURLY,
    END,
    EQUAL,
    HEAD,
    KEYS,
    NEWLINE,
    OPENING,
    OPERATORS,
    ROUND,
    SIGN_OF,
    SQUARE,
)
from hebbdsl.syntax.text_words import Where, expected_at, reading_at

_NAMES = frozenset({"NAME", "PATH", "AGED", "_OR", "_AND", HEAD})
_VALUES = frozenset({"NAME", "AGED", "NUMBER", "STRING", "SINGLE", "UNCLOSED", SQUARE, "SIGN"})
_ENDS = frozenset({NEWLINE, COMMA, END, *CLOSING})
_CURLED = str.maketrans("“”„«»‘’", '"' * 7)


class Repair(Enum):
    """What the parser is given instead."""

    DROP = auto()  # nothing: the token is left out
    AS_EQUAL = auto()  # `=` in the place of the token
    EQUAL = auto()  # `=` before it
    COMMA = auto()  # a comma before it
    VALUE = auto()  # a broken value before it
    ENTRY = auto()  # a broken entry


@frozen
class Slip:
    """`until`: an entry that is given up reaches at least to this offset."""

    problem: Problem | None
    repair: Repair = Repair.ENTRY
    until: int = 0


class Slips:
    """Explains slips of one list of tokens."""

    def __init__(self, source: Source, tokens: list[Token]) -> None:
        self.source = source
        self.tokens = tokens

    def key_at(self, start: int, end: int) -> Token | None:
        """The key of the entry that begins at token `start`, when there is no doubt about it."""
        key = self.tokens[start]
        if start >= end or key.type not in KEYS:
            return None
        after = self.tokens[start + 1]
        follows = after.type in (EQUAL, CURLY) or str(after) == ":"
        return key if follows or key.type == HEAD else None

    def explain(self, where: Where) -> Slip:
        """The slip at the token that was not taken, at the smallest place that shows it."""
        token = self.tokens[where.at]
        if token.type == BROKEN or (token.type in CLOSING and not token):
            return Slip(None)
        found = (
            self._colon(where, token)
            or self._comma(where, token)
            or self._missing(where, token)
            or self._first(where, token)
            or self._second(where, token)
            or self._after_a_value(where, token)
            or self._for_a_value(where, token)
        )
        return found or self._other(where, token)

    def _colon(self, where: Where, token: Token) -> Slip | None:
        if str(token) != ":" or where.at != where.start + 1 or where.kind == SQUARE:
            return None
        key = self.tokens[where.start]
        if key.type not in KEYS:
            return None
        if self.tokens[where.at + 1].type in (NEWLINE, END) and where.kind != ROUND:
            return self._yaml(where, item=False)
        spaced = _start(token) == _end(key)
        spaced = spaced and self.source.text[_end(token) : _end(token) + 1].isspace()
        problem = ColonForEquals(place=self._span(token), key=_shown(key), spaced=spaced)
        return Slip(problem, Repair.AS_EQUAL)

    def _comma(self, where: Where, token: Token) -> Slip | None:
        if token.type != COMMA or where.at != where.start:
            return None
        return Slip(StrayComma(place=self._span(token)), Repair.DROP)

    def _missing(self, where: Where, token: Token) -> Slip | None:
        """`key =`, `key` or `hebbdsl`, and then nothing."""
        if token.type not in _ENDS or where.kind == SQUARE:
            return None
        key, before = self.tokens[where.start], self.tokens[where.at - 1]
        if key.type not in KEYS or where.at <= where.start:
            return None
        has_equal = before.type == EQUAL and where.at == where.start + 2
        if has_equal or (key.type == HEAD and where.at == where.start + 1):
            next_line = token.type == NEWLINE and not self._is_entry(where.at + 1)
            next_line = next_line and self.tokens[where.at + 1].type not in _ENDS
            place = self._span(before)
            missing = ValueMissing(place=place, key=_shown(key), next_line=next_line)
            return Slip(missing, Repair.DROP if next_line else Repair.VALUE)
        if where.at != where.start + 1:
            return None
        if where.kind == ROUND:
            return self._unnamed(where, key)
        if token.type == NEWLINE and self.tokens[where.at + 1].type == CURLY:
            slip = self._other(where, token, "`{` stands on the line of its name")
            return Slip(slip.problem, Repair.DROP)
        problem = NoEquals(place=self._span(key), key=_shown(key), gap=False)
        return Slip(problem)

    def _first(self, where: Where, token: Token) -> Slip | None:
        """An entry that begins with what no entry begins with."""
        if where.at != where.start or where.kind == SQUARE or token.type in _ENDS:
            return None
        if token.type == "SIGN" and str(token) == "-" and where.kind != ROUND:
            after = self.source.text[_end(token) : _end(token) + 1]
            if after.isspace() or str(self.tokens[where.at + 1]) == "-":
                return self._yaml(where, item=True)
        if where.kind == ROUND and token.type != EQUAL:
            return self._unnamed(where, token)
        advice = None
        after = self.tokens[where.at + 1].type
        if token.type in ("_OR", "_AND") and after in (EQUAL, CURLY):
            return self._quote(where, where.start)
        if token.type in OPERATORS:
            advice = "an expression goes on in the next line only inside parentheses"
        elif token.type == EQUAL:
            advice = "write the name of a field before `=`"
        elif self._is_text(where, token):
            return self._quote(where, where.start)
        return self._other(where, token, advice)

    def _second(self, where: Where, token: Token) -> Slip | None:
        """A key that neither `=` nor `{` follows."""
        if where.at != where.start + 1 or where.kind == SQUARE:
            return None
        key = self.tokens[where.start]
        if key.type not in KEYS or (CURLY not in where.accepts and key.type != HEAD):
            return None
        if where.kind == ROUND:
            if token.type in ("NAME", "NUMBER", "STRING", SQUARE):
                return self._no_equals(token, key)
            return None
        if key.type == HEAD:
            return None
        if token.type in _VALUES and token.type != "SIGN":
            third = self.tokens[where.at + 1].type
            if third in _ENDS or third in OPENING or third in OPERATORS or token.type == SQUARE:
                return self._no_equals(token, key)
        return self._quote(where, where.start) if self._is_text(where, token) else None

    def _after_a_value(self, where: Where, token: Token) -> Slip | None:
        """A value has ended, and something other than a separator follows."""
        if COMMA not in where.accepts or token.type in _ENDS:
            return None
        begins = token.type in _VALUES or token.type in OPENING
        if where.kind == SQUARE and begins and not self._is_next_item(where.at):
            return self._other(where, token)
        if self._is_entry(where.at) or (where.kind == SQUARE and begins):
            before = _end(self.tokens[self._before(where.at)])
            problem = NoSeparator(
                place=Span(self.source, before, before),
                second=_shown(token),
                inside=SIGN_OF.get(where.kind, ""),
            )
            return Slip(problem, Repair.COMMA)
        if str(token) == ";":
            return self._other(where, token, "entries end at a comma or at the end of the line")
        first = self._value_start(where)
        if first is None or self._is_expression(first, where.at):
            return None
        return self._quote(where, first)

    def _for_a_value(self, where: Where, token: Token) -> Slip | None:
        """What begins no value stands where one is expected."""
        first = self._value_start(where)
        if first != where.at or token.type in ("COMPARISON", EQUAL, *_ENDS, *OPENING):
            return None
        return self._quote(where, first)

    def _other(self, where: Where, token: Token, advice: str | None = None) -> Slip:
        if token.type == END:
            found = "the file ends"
        elif token.type == NEWLINE:
            found = "the line ends"
        else:
            found = f"{quoted(_shown(token))} stands"
        if advice is None and token.type == "COMPARISON" and "NUMBER" in where.accepts:
            advice = "a comparison has a metric or a number before its sign"
        elif str(token) in ("&", "|"):
            advice = f"write `{'and' if str(token) == '&' else 'or'}`"
        elif advice is None and token.type == NEWLINE:
            advice = "an expression goes on in the next line only inside parentheses"
        if token.type in (END, NEWLINE):
            end = _end(self.tokens[self._before(where.at)])
            place = Span(self.source, max(end - 1, 0), end)
        else:
            place = self._span(token)
        problem = NotHere(
            place=place,
            found=found,
            expected=expected_at(where),
            reading=reading_at(where, self.tokens),
            advice=advice,
        )
        return Slip(problem)

    def _no_equals(self, token: Token, key: Token) -> Slip:
        gap = Span(self.source, _start(token), _start(token) + 1)
        problem = NoEquals(place=gap, key=_shown(key), gap=True)
        return Slip(problem, Repair.EQUAL)

    def _unnamed(self, where: Where, token: Token) -> Slip:
        before = self.tokens[where.opener - 1] if where.opener else None
        if before is None or before.type != "NAME":
            return self._other(where, self.tokens[where.at])
        problem = NoFieldName(place=self._span(token), word=str(before), written=_shown(token))
        return Slip(problem)

    def _yaml(self, where: Where, item: bool) -> Slip:
        """A block of YAML: its lines are those indented more, and items."""
        first = self.tokens[where.start]
        column = self.source.position(_start(first))[1]
        until = _end(self.tokens[where.at])
        for i in range(where.at, len(self.tokens) - 1):
            if self.tokens[i].type != NEWLINE:
                continue
            begins = self.tokens[i + 1]
            indent = self.source.position(_start(begins))[1]
            if not (indent > column or (indent == column and str(begins) == "-")):
                break
            until = _start(begins)
        if item:
            place = self._span(first)
        else:
            place = Span(self.source, _start(first), _end(self.tokens[where.at]))
        return Slip(WrittenInYaml(place=place, whole=False, item=item), until=until)

    def _quote(self, where: Where, first: int) -> Slip:
        """The text from token `first` on, to where it must end."""
        start = _start(self.tokens[first])
        opened = where.opener >= 0 and where.kind in (ROUND, SQUARE, CURLY)
        same_line = opened and NEWLINE not in {
            token.type for token in self.tokens[where.opener : where.at]
        }
        commas = where.kind in (ROUND, SQUARE) or (where.kind == CURLY and same_line)
        is_key = first == where.start and where.kind != SQUARE
        i, end, depth = first, start, 0
        while (token := self.tokens[i]).type not in (NEWLINE, END):
            if is_key and token.type in (EQUAL, CURLY):
                break
            if token.type in OPENING:
                depth += 1
            elif token.type in CLOSING:
                if depth == 0:
                    break
                depth -= 1
            elif token.type == COMMA and depth == 0 and (commas or self._is_entry(i + 1)):
                break
            end = _end(token)
            i += 1
        if self.source.text[end - 1 : end] == "," and end - 1 > start:
            end -= 1
        written = self.source.text[start:end]
        inner = written.translate(_CURLED).strip('"').replace('"', "'")
        right = json.dumps(re.sub(r"\s+", " ", inner), ensure_ascii=False)
        place = Span(self.source, start, end)
        compared = all(
            t.type in ("NAME", "AGED", "NUMBER") for t in self.tokens[first : where.at + 1]
        )
        compared = compared and self.tokens[where.at].type == "NUMBER"
        problem = MustBeQuoted(
            place=place, written=written, right=right, compared=compared and first < where.at
        )
        return Slip(problem, until=end)

    def _value_start(self, where: Where) -> int | None:
        """The first token of the value that is being read, or that should be."""
        if where.kind == SQUARE:
            return where.start
        key = self.tokens[where.start]
        if key.type not in KEYS or where.at <= where.start:
            return None
        if key.type == HEAD and self.tokens[where.start + 1].type != EQUAL:
            return where.start + 1
        has_equal = where.at > where.start + 1 and (
            self.tokens[where.start + 1].type == EQUAL or str(self.tokens[where.start + 1]) == ":"
        )
        return where.start + 2 if has_equal else None

    def _is_next_item(self, at: int) -> bool:
        """Whether a comma before the token makes two items of what is more likely not one."""
        token, before = self.tokens[at], self.tokens[at - 1]
        if before.type == NEWLINE:
            return token.type != "SIGN"
        alike = ("NUMBER", "STRING", "NAME", *OPENING)
        return token.type in alike and (before.type == token.type or token.type in OPENING)

    def _is_entry(self, at: int) -> bool:
        """Whether the tokens from `at` on begin an entry."""
        token = self.tokens[at]
        if token.type not in KEYS:
            return False
        after = self.tokens[at + 1]
        return after.type in (EQUAL, CURLY) or str(after) == ":" or token.type == HEAD

    def _is_expression(self, first: int, at: int) -> bool:
        signs = ("COMPARISON", EQUAL, "_AND", "_OR", "FACTOR")
        return any(token.type in signs for token in self.tokens[first:at])

    def _is_text(self, where: Where, token: Token) -> bool:
        """Whether the line from the entry's first token on reads like a text without quotes."""
        return token.type in _NAMES or token.type in (STRANGE, "NUMBER")

    def _before(self, at: int) -> int:
        """The last token before `at` that is no line end."""
        at -= 1
        while at > 0 and self.tokens[at].type == NEWLINE:
            at -= 1
        return max(at, 0)

    def _span(self, token: Token) -> Span:
        return Span(self.source, _start(token), _end(token))


def _shown(token: Token) -> str:
    return "the line end" if token.type == NEWLINE else str(token)


def _start(token: Token) -> int:
    return token.start


def _end(token: Token) -> int:
    return token.end
