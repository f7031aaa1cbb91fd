"""From lark's tree to ours; what the grammar lets through and the language does not is noted."""

from __future__ import annotations

import re
from dataclasses import replace

from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.expression.grammar import extent
from hebbdsl.expression.lr_parser import Branch, Token
from hebbdsl.source import Source, Span
from hebbdsl.syntax.limits import DEEPEST, MOST_NODES, TooDeep, TooMany
from hebbdsl.syntax.text_strings import BadEscape, read_text
from hebbdsl.syntax.tree import Broken, DuplicateKey, Entry, Mapping, Node, Scalar, Sequence

_GAP = re.compile(r"(?<![ \t])[ \t]*+(?:#[^\r\n]*+|[\r\n])(?:[ \t\r\n]++|#[^\r\n]*+)*+")
"""A line end inside an expression, with the comments and blanks around it."""


class Building:
    """Builds nodes from branches. Depth is capped, so that it may call itself."""

    def __init__(self, source: Source, problems: list[Problem]) -> None:
        self.source = source
        self.problems = problems
        self._nodes = 1  # the root

    def root(self, branch: Branch) -> Mapping:
        """Raises: Rejected, when there are more nodes, or deeper ones, than any spec has."""
        whole = self._mapping(branch.children, 1, Span(self.source, 0, 0))
        if not whole.entries:
            return whole
        start, end = whole.entries[0].key.span.start, whole.entries[-1].value.span.end
        return replace(whole, span=Span(self.source, start, end))

    def _mapping(self, children: list[Branch | Token], depth: int, span: Span) -> Mapping:
        seen: dict[str, Entry] = {}
        lost = False
        for child in children:
            assert isinstance(child, Branch), "entries are filtered of their signs"
            entry = self._entry(child, depth)
            key = entry.key
            if key.missing:
                lost = True
            elif (first := seen.setdefault(key.text, entry)) is not entry:
                self.problems.append(
                    DuplicateKey(place=key.span, key=key.text, first=first.key.span)
                )
        return Mapping(tuple(seen.values()), span, lost)

    def _entry(self, branch: Branch, depth: int) -> Entry:
        children = branch.children
        match branch.data:
            case "about":
                text = self._text(_token(children[0]))
                return Entry(Scalar("about", False, text.span), text)
            case "head":
                return Entry(self._word(_token(children[0])), self._value(children[1], depth))
            case "lost":
                token = _token(children[0])
                self._unclosed(token)
                span = self._span(token)
                return Entry(Scalar("", False, span), Broken(span))
        assert isinstance(children[0], Branch), "an entry begins with its key"
        key = _token(children[0].children[0])
        value = self._value(children[-1], depth)
        if key.type not in ("STRING", "SINGLE"):
            return Entry(self._word(key), value)
        text = self._text(key)
        return Entry(text if isinstance(text, Scalar) else Scalar("", False, text.span), value)

    def _value(self, branch: Branch | Token, depth: int) -> Node:
        assert isinstance(branch, Branch), "values are rules"
        match branch.data:
            case "expression":
                return self._expression(self._extent(branch))
            case "text":
                return self._text(_token(branch.children[0]))
            case "part":
                return self._part(branch, depth)
            case "list":
                span = self._extent(branch)
                self._enter(span.start, depth + 1)
                inside = branch.children[1:-1]
                return Sequence(tuple(self._value(child, depth + 1) for child in inside), span)
            case "mapping":
                span = self._extent(branch)
                self._enter(span.start, depth + 1)
                return self._mapping(branch.children[1:-1], depth + 1, span)
            case "braced":
                return self._braced(branch, depth)
        token = _token(branch.children[0])
        self._unclosed(token)
        return Broken(self._span(token))

    def _part(self, branch: Branch, depth: int) -> Mapping:
        """`word(a=1)` is `{word: {a: 1}}`: two mappings."""
        word = _token(branch.children[0])
        whole = self._extent(branch)
        self._enter(whole.start, depth + 1)
        self._enter(whole.start, depth + 2)
        span = Span(self.source, word.end, whole.end)
        fields = self._mapping(branch.children[2:-1], depth + 2, span)
        return Mapping((Entry(self._word(word), fields),), whole)

    def _braced(self, branch: Branch, depth: int) -> Mapping:
        word = _token(branch.children[0])
        fields = self._value(branch.children[1], depth + 1)
        place = Span(self.source, fields.span.start, fields.span.start + 1)
        self.problems.append(BracesForParentheses(place=place, word=str(word)))
        return Mapping((Entry(self._word(word), fields),), self._extent(branch))

    def _word(self, token: Token) -> Scalar:
        span = self._span(token)
        self._count(span.start)
        return Scalar(str(token), False, span, range(span.start, span.end + 1))

    def _text(self, token: Token) -> Scalar | Broken:
        span = self._span(token)
        self._count(span.start)
        scalar, problems = read_text(span)
        self.problems.extend(problems)
        if any(isinstance(problem, BadEscape) for problem in problems):
            return Broken(span)
        return scalar

    def _expression(self, span: Span) -> Scalar:
        self._count(span.start)
        written = span.text
        if "\n" not in written and "\r" not in written:
            return Scalar(written, False, span, range(span.start, span.end + 1))
        text: list[str] = []
        offsets: list[int] = []
        position = 0
        for gap in _GAP.finditer(written):
            text += (written[position : gap.start()], " ")
            offsets += range(span.start + position, span.start + gap.start() + 1)
            position = gap.end()
        text.append(written[position:])
        offsets += range(span.start + position, span.end + 1)
        return Scalar("".join(text), False, span, tuple(offsets))

    def _unclosed(self, token: Token) -> None:
        """What is BROKEN has been said where it broke; a quote that is open has not."""
        if token.type == "UNCLOSED":
            start = token.start
            self.problems.append(QuoteNotClosed(place=Span(self.source, start, start + 1)))

    def _enter(self, start: int, depth: int) -> None:
        self._count(start)
        if depth > DEEPEST:
            place = Span(self.source, start, start + 1)
            raise Rejected([*self.problems, TooDeep(place=place)])

    def _count(self, start: int) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise Rejected([TooMany(place=Span(self.source, start, start + 1))])

    def _extent(self, branch: Branch) -> Span:
        return Span(self.source, *extent(branch))

    def _span(self, token: Token) -> Span:
        return Span(self.source, token.start, token.end)


def _token(child: Branch | Token) -> Token:
    assert isinstance(child, Token), "a word, number or text is a token"
    return child


class BracesForParentheses(Problem):
    """The fields of a word stand in braces. Words take theirs in parentheses.

    Braces hold sections and variants: `training { … }`.

    Wrong:
        output = hebbian { gamma = 0.05 }

    Right:
        output = hebbian(gamma=0.05)
    """

    code = "HEB156"
    word: str

    title = "the fields of {word!q} stand in parentheses, not in braces"
    label = "write `(`"

    @property
    def hint(self) -> str | None:
        return f"write {quoted(f'{self.word}(…)')}, with commas between the fields"


class QuoteNotClosed(Problem):
    """A text in double quotes does not end on its line.

    A text stands on one line; a line end in it is written `\\n`, a quote `\\"`.

    Wrong:
        about = "Do rows bind faster?

    Right:
        about = "Do rows bind faster?"
    """

    code = "HEB145"
    title = "the text in quotes is not closed on its line"
    label = "opened here"
    hint = 'close it with `"`; a line end in a text is written `\\n`, a quote `\\"`'
