"""The partial tree of a `.hebb` text: entries and brackets, whatever is missing between them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hebbdsl.editor.partial_tree import DEEPEST, nothing, scalar
from hebbdsl.source import Source, Span
from hebbdsl.syntax.tree import Entry, Mapping, Node, Scalar, Sequence

_TOKEN = re.compile(
    r"""(?P<blank>[ \t\f\v]+|\#[^\r\n]*)
    |(?P<newline>\r\n|\r|\n)
    |(?P<text>"(?:\\.|[^"\\\r\n])*"?)
    |(?P<name>[\w\ue000][\w.@\ue000]*)
    |(?P<mark>[=!<>]=|.)""",
    re.VERBOSE,
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
# A bracket that was never closed ends where a line begins like an entry of the root.
_ENTRY = re.compile(r"[A-Za-z_][\w.]*[ \t]*(?:=(?!=)|\{)")
_HEADS = ("hebbdsl", "experiment", "extends")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    start: int
    end: int
    text: str


def partial_tree_of_text(source: Source) -> Mapping:
    tokens = [
        _Token(found.lastgroup or "mark", found.start(), found.end(), found.group())
        for found in _TOKEN.finditer(source.text)
        if found.lastgroup != "blank"
    ]
    return _Reading(source, tokens).root()


class _Reading:
    def __init__(self, source: Source, tokens: list[_Token]) -> None:
        self.source = source
        self.tokens = tokens
        self.at = 0

    def root(self) -> Mapping:
        entries: list[Entry] = []
        while self.at < len(self.tokens):
            before = self.at
            self._entries("", 0, entries)
            if self.at == before:
                self.at += 1  # a bracket that closes nothing
        return Mapping(tuple(entries), Span(self.source, 0, len(self.source.text)))

    def _peek(self, ahead: int = 0) -> _Token | None:
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else None

    def _ends(self, token: _Token, closing: str) -> bool:
        """Whether the bracket that waits for `closing` ends before this token."""
        if token.kind == "mark" and token.text in ")]}":
            return True
        return bool(closing) and token.kind == "newline" and self._root_follows(token)

    def _root_follows(self, newline: _Token) -> bool:
        return _ENTRY.match(self.source.text, newline.end) is not None

    def _entries(self, closing: str, depth: int, entries: list[Entry]) -> None:
        """Entries up to the end of the bracket, which is left standing."""
        while (token := self._peek()) is not None and not self._ends(token, closing):
            self.at += 1
            if token.kind in ("name", "text"):
                entries.append(self._entry(token, closing, depth))

    def _entry(self, token: _Token, closing: str, depth: int) -> Entry:
        key = scalar(self.source, token.start, token.end)
        following = self._peek()
        if following is not None and following.text == "=":
            self.at += 1
            return Entry(key, self._value(closing, depth, following.end))
        if following is not None and following.text == "{":
            return Entry(key, self._value(closing, depth, following.start))
        if not closing and key.text in _HEADS and following is not None:
            return Entry(key, self._value(closing, depth, token.end))
        if not closing and token.kind == "text":
            about = Scalar("about", False, Span(self.source, token.start, token.start))
            return Entry(about, key)
        return Entry(key, nothing(self.source, token.end))

    def _value(self, closing: str, depth: int, after: int) -> Node:
        """The value that begins here; what stands behind it makes it an expression."""
        token = self._peek()
        loose = closing in (")", "]")
        while loose and token is not None and token.kind == "newline":
            if self._root_follows(token):
                break
            self.at += 1
            token = self._peek()
        if token is None or token.kind == "newline" or token.text in (",", ")", "]", "}"):
            return nothing(self.source, after)
        first = self.at
        node: Node | None = None
        following = self._peek(1)
        if depth < DEEPEST and token.text in ("{", "["):
            node = self._bracket(depth)
        elif depth < DEEPEST and token.kind == "name" and following and following.text == "(":
            self.at += 1
            inside = self._bracket(depth)
            word = scalar(self.source, token.start, token.end)
            span = Span(self.source, token.start, inside.span.end)
            node = Mapping((Entry(word, inside),), span)
        end = self._expression(closing, loose)
        if node is not None and end == node.span.end:
            return node
        return scalar(self.source, self.tokens[first].start, end)

    def _bracket(self, depth: int) -> Mapping | Sequence:
        opening = self.tokens[self.at]
        self.at += 1
        closing = _CLOSING[opening.text]
        entries: list[Entry] = []
        items: list[Node] = []
        if closing == "]":
            self._items(depth + 1, items)
        else:
            self._entries(closing, depth + 1, entries)
        token = self._peek()
        end = token.start if token is not None else len(self.source.text)
        if token is not None and token.text == closing:
            self.at, end = self.at + 1, token.end
        span = Span(self.source, opening.start, end)
        return Sequence(tuple(items), span) if closing == "]" else Mapping(tuple(entries), span)

    def _items(self, depth: int, items: list[Node]) -> None:
        while (token := self._peek()) is not None and not self._ends(token, "]"):
            if token.kind == "newline" or token.text == ",":
                self.at += 1
            else:
                items.append(self._value("]", depth, token.start))

    def _expression(self, closing: str, loose: bool) -> int:
        """Past whatever belongs to the same value. Returns: where it ends."""
        end = self.tokens[self.at - 1].end if self.at else 0
        inner = 0
        while (token := self._peek()) is not None:
            if token.kind == "newline":
                if not (loose or inner) or self._root_follows(token):
                    break
            elif token.text in ("(", "["):
                inner += 1
            elif token.text in (")", "]") and inner:
                inner -= 1
            elif token.text in (")", "]", "}", "{") or (token.text == "," and not inner):
                break
            self.at += 1
            if token.kind != "newline":
                end = token.end
        return end
