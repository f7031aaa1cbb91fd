"""The partial tree of a YAML text: by indentation, and by brackets where there are any."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hebbdsl.editor.partial_tree import DEEPEST, nothing, scalar
from hebbdsl.source import Source, Span
from hebbdsl.syntax.tree import Entry, Mapping, Node, Scalar, Sequence

_KEY = re.compile(
    r"""("(?:\\.|[^"\\\n])*"|'[^'\n]*'                        # quoted
    |[^\s\#"'\[\]{},&*!|>%@`-](?:[^\n:\#{}\[\],]*[^\s:\#{}\[\],])?|-?[\w.\ue000]+)  # plain
    [ ]*:(?=\s|$)""",
    re.VERBOSE,
)
_QUOTED = re.compile(r"""\s*(?:"(?:\\[\s\S]|[^"\\])*"|'(?:''|[^'])*')""")
_PLAIN = re.compile(r"(?:[^\s#]|(?<=\S)#|[ \t]+(?![#\s]))+")
_FLOW_PLAIN = re.compile(
    r"(?:[^\s,\[\]{}:#]|:(?![\s,\[\]{}]|$)|(?<=\S)#|[ \t]+(?=[^\s#,\[\]{}:]))+"
)
_FLOW_SPACE = re.compile(r"(?:\s|#[^\n]*)*")
_NEXT = re.compile(r"\s*\n( *)(?=[^\s#])")
_ITEM = re.compile(r"-(?=\s|$)")


@dataclass(slots=True)
class _Block:
    """An open collection. `indent` is the column where its keys or dashes stand."""

    indent: int
    is_list: bool
    start: int
    end: int
    entries: list[Entry] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    waits: bool = False
    """The last key or dash has no value yet: what is indented deeper below is its value."""

    def put(self, value: Node) -> None:
        """The value of the last key or dash."""
        self.waits = False
        self.end = max(self.end, value.span.end)
        if self.is_list:
            self.items[-1] = value
        else:
            self.entries[-1] = Entry(self.entries[-1].key, value)

    def add(self, entry: Entry, *, waits: bool) -> None:
        """A key, whose value may follow."""
        self.entries.append(entry)
        self.waits = waits
        self.end = max(self.end, entry.value.span.end)

    def last(self) -> Node | None:
        if self.is_list:
            return self.items[-1] if self.items else None
        return self.entries[-1].value if self.entries else None

    def node(self, source: Source) -> Node:
        span = Span(source, self.start, self.end)
        if self.is_list:
            return Sequence(tuple(self.items), span)
        return Mapping(tuple(self.entries), span)


def partial_tree_of_yaml(source: Source) -> Mapping:
    return _Reading(source).root()


class _Reading:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.stack = [_Block(0, False, 0, 0)]

    def root(self) -> Mapping:
        lines = self.source.line_starts
        number = 0
        while number < len(lines):
            line = self.source.line(number + 1)
            content = line.lstrip(" ")
            resume = lines[number]
            if content.strip() and not content.startswith(("#", "%", "---", "...")):
                indent = len(line) - len(content)
                resume = self._content(lines[number] + indent, indent, lines[number] + len(line))
            number += 1
            while number < len(lines) and lines[number] <= resume:
                number += 1
        while len(self.stack) > 1:
            self._close()
        root = self.stack[0]
        return Mapping(tuple(root.entries), Span(self.source, 0, len(self.text)))

    def _close(self) -> None:
        done = self.stack.pop()
        self.stack[-1].put(done.node(self.source))

    def _content(self, at: int, indent: int, end: int) -> int:
        """What stands at a column of a line. Returns: how far it reaches."""
        item = _ITEM.match(self.text, at)
        self._return_to(indent, item is not None)
        top = self.stack[-1]
        if item is not None:
            return self._item(top, at, indent, end)
        key = _KEY.match(self.text, at, end)
        if key is not None:
            if top.is_list or top.indent != indent:
                top = self._open(indent, at, is_list=False)
            written = scalar(self.source, at, at + len(key.group(1)))
            top.add(Entry(written, nothing(self.source, key.end())), waits=True)
            return self._rest(top, key.end(), end, indent)
        return self._loose(top, at, indent, end)

    def _return_to(self, indent: int, item: bool) -> None:
        while len(self.stack) > 1:
            top, below = self.stack[-1], self.stack[-2]
            # A list may stand as far left as the key that it belongs to.
            beside = top.is_list and not item and top.indent == indent
            if top.indent <= indent and not (beside and below.indent == indent):
                return
            self._close()

    def _open(self, indent: int, at: int, *, is_list: bool) -> _Block:
        """A collection as the value that is waited for, or, where none is, in its place."""
        top = self.stack[-1]
        if len(self.stack) >= DEEPEST or not (top.waits or top.is_list):
            return top if top.is_list == is_list else self._stray(indent, at, is_list)
        if not top.waits:
            top.items.append(nothing(self.source, at))
        self.stack.append(_Block(indent, is_list, at, at))
        return self.stack[-1]

    def _stray(self, indent: int, at: int, is_list: bool) -> _Block:
        """Takes what belongs nowhere; it is in no tree."""
        return _Block(indent, is_list, at, at)

    def _item(self, top: _Block, at: int, indent: int, end: int) -> int:
        if not top.is_list or top.indent != indent:
            top = self._open(indent, at, is_list=True)
        top.items.append(nothing(self.source, at + 1))
        top.waits = True
        top.end = at + 1
        inner = at + 1
        while inner < end and self.text[inner] == " ":
            inner += 1
        if inner >= end or self.text[inner] == "#" or top is not self.stack[-1]:
            return at + 1
        if _KEY.match(self.text, inner, end) or _ITEM.match(self.text, inner):
            return self._content(inner, indent + inner - at, end)
        return self._rest(top, inner, end, indent)

    def _loose(self, top: _Block, at: int, indent: int, end: int) -> int:
        """Neither key nor dash: a value on its own line, more of a text, or a key being written."""
        if top.waits and top.indent < indent:
            if not self._key_follows(indent, end):
                return self._rest(top, at, end, top.indent)
            top = self._open(indent, at, is_list=False)
        last = top.last()
        if top.indent < indent and isinstance(last, Scalar) and not last.quoted:
            stop = self._plain_end(at, end)
            top.put(scalar(self.source, last.span.start, stop))
            return stop
        if not top.is_list:
            stop = self._plain_end(at, end)
            key = scalar(self.source, at, stop)
            top.add(Entry(key, nothing(self.source, stop)), waits=False)
            return stop
        return at

    def _key_follows(self, indent: int, end: int) -> bool:
        """Whether the next line that says something is a key at that column."""
        found = _NEXT.match(self.text, end)
        if found is None or len(found.group(1)) != indent:
            return False
        return _KEY.match(self.text, found.end()) is not None

    def _rest(self, top: _Block, at: int, end: int, indent: int) -> int:
        """The value behind a key or dash. Returns: how far it reaches."""
        while at < end and self.text[at] in " \t":
            at += 1
        if at >= end or self.text[at] == "#":
            return at
        opening = self.text[at]
        if opening in "[{":
            flow = _Flow(self.source, self._flow_limit(at, indent))
            top.put(flow.value(at, 0))
            return flow.at
        if opening in "|>":
            stop = self._block_end(end, indent)
            top.put(Scalar(self.text[end:stop], True, Span(self.source, at, stop)))
            return stop
        quoted = _QUOTED.match(self.text, at) if opening in "\"'" else None
        stop = quoted.end() if quoted else self._plain_end(at, end)
        top.put(scalar(self.source, at, stop))
        return stop

    def _plain_end(self, at: int, end: int) -> int:
        found = _PLAIN.match(self.text, at, end)
        return found.end() if found else min(at + 1, end)

    def _block_end(self, end: int, indent: int) -> int:
        stop = end
        for start in self.source.line_starts:
            if start <= end:
                continue
            line = self.text[start : self.text.find("\n", start) + 1 or len(self.text)]
            if line.strip() and len(line) - len(line.lstrip(" ")) <= indent:
                break
            stop = start + len(line.rstrip())
        return max(stop, end)

    def _flow_limit(self, at: int, indent: int) -> int:
        """Where brackets end at the latest: a line that is a key no deeper than theirs."""
        starts = self.source.line_starts
        for number in range(self.source.position(at)[0], len(starts)):
            start = starts[number]
            line = self.source.line(number + 1)
            depth = len(line) - len(line.lstrip(" "))
            if depth <= indent and _KEY.match(self.text, start + depth, start + len(line)):
                return start
        return len(self.text)


class _Flow:
    """Brackets: what stands between them, though they may never close."""

    def __init__(self, source: Source, limit: int) -> None:
        self.source = source
        self.text = source.text
        self.limit = limit
        self.at = 0

    def value(self, at: int, depth: int) -> Node:
        self.at = at
        opening = self.text[at : at + 1]
        if depth < DEEPEST and opening == "{":
            return self._mapping(depth)
        if depth < DEEPEST and opening == "[":
            return self._sequence(depth)
        return self._scalar()

    def _space(self) -> str:
        """Past blanks and comments. Returns: the next character."""
        found = _FLOW_SPACE.match(self.text, self.at, self.limit)
        self.at = found.end() if found else self.at
        return self.text[self.at] if self.at < self.limit else ""

    def _scalar(self) -> Scalar:
        start = self.at
        quoted = self.text[start : start + 1] in ('"', "'")
        match = _QUOTED.match if quoted else _FLOW_PLAIN.match
        found = match(self.text, start, self.limit)
        self.at = found.end() if found else start + 1
        return scalar(self.source, start, self.at)

    def _mapping(self, depth: int) -> Mapping:
        start, entries = self.at, []
        self.at += 1
        while (following := self._space()) and following != "}":
            if following in ",]:[{":
                self.at += 1
                continue
            key = self._scalar()
            value: Node = nothing(self.source, self.at)
            if self._space() == ":":
                self.at += 1
                value = nothing(self.source, self.at)
                if (begins := self._space()) and begins not in ",}]":
                    value = self.value(self.at, depth + 1)
            entries.append(Entry(key, value))
        return Mapping(tuple(entries), self._closed(start, "}"))

    def _sequence(self, depth: int) -> Sequence:
        start, items = self.at, []
        self.at += 1
        while (following := self._space()) and following != "]":
            if following in ",}:":
                self.at += 1
                continue
            items.append(self.value(self.at, depth + 1))
        return Sequence(tuple(items), self._closed(start, "]"))

    def _closed(self, start: int, closing: str) -> Span:
        if self.text[self.at : self.at + 1] == closing and self.at < self.limit:
            self.at += 1
        return Span(self.source, start, self.at)
