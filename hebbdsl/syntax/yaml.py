"""Stage 2 for YAML: a tree from parser events. Nothing is ever composed or loaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import yaml

from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.source import Source, Span
from hebbdsl.syntax.limits import (
    DEEPEST,
    MOST_ENTRIES,
    MOST_NODES,
    TooDeep,
    TooMany,
    TooManyEntries,
)
from hebbdsl.syntax.offsets import scalar_offsets
from hebbdsl.syntax.reading import LARGEST, Empty, TooLarge
from hebbdsl.syntax.tree import DuplicateKey, Entry, Mapping, Node, Scalar, Sequence, Tree
from hebbdsl.syntax.yaml_problems import (
    Alias,
    Anchor,
    CommaInside,
    MergeKey,
    NotAKey,
    NotAMapping,
    SeveralDocuments,
    Tag,
)

# The C parser is ten times faster; PyYAML can be installed without it.
_LOADER: type = getattr(yaml, "CLoader", yaml.Loader)
_PROPERTY = re.compile(r"[&!][^\s,\[\]{}]*")
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s*)+")
_JOINED_KEY = re.compile(r"[A-Za-z_][\w.]*:[^\s]+")


def parse_yaml(source: Source) -> Tree:
    """Raises: Rejected, when the text is not YAML or uses what the language leaves out."""
    root, problems = _parse(source, source.text)
    if root is None:
        raise Rejected([*problems, Empty(place=Span(source, 0, 0))])
    if not isinstance(root, Mapping):
        found = "a list" if isinstance(root, Sequence) else "a single value"
        start = root.span.start
        place = Span(source, start, min(start + 1, root.span.end))
        raise Rejected([*problems, NotAMapping(place=place, found=found)])
    return Tree(source, root, problems)


def parse_value(source: Source, start: int) -> Node:
    """The value that the source holds from `start` on: what follows `=` in `--set path=value`.

    Raises: Rejected, as `parse_yaml` does.
    """
    # Blanks keep every offset true.
    root, problems = _parse(source, " " * start + source.text[start:])
    if problems:
        raise Rejected(problems)
    if root is None:
        return Scalar("", False, Span(source, start, len(source.text)), range(start, start + 1))
    return root


def _parse(source: Source, text: str) -> tuple[Node | None, tuple[Problem, ...]]:
    if len(text) > LARGEST:
        raise Rejected([TooLarge(place=source.name, size=len(text))])
    builder = _Builder(source, text)
    try:
        loader = _LOADER(text)
        while (event := loader.get_event()) is not None:
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        from hebbdsl.syntax.yaml_slips import explain_slip  # which sound text does without

        raise Rejected([*builder.problems, explain_slip(error, source)]) from None
    except yaml.reader.ReaderError as error:
        from hebbdsl.syntax.yaml_slips import Malformed

        place = Span(source, error.position, error.position + 1)
        raise Rejected([Malformed(place=place, said=error.reason)]) from None
    if builder.fatal:
        raise Rejected(builder.problems)
    return builder.root, tuple(builder.problems)


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come. `key` waits for its value."""

    start: int
    flow: bool
    is_mapping: bool
    entries: list[Entry] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    seen: dict[str, Scalar] = field(default_factory=dict)
    key: Scalar | None = None


class _Builder:
    """Builds nodes from events on a stack of its own, so that no input can exhaust Python's.

    A problem is `fatal` when it leaves in doubt what the tree is.
    """

    def __init__(self, source: Source, text: str) -> None:
        self.source = source
        self.text = text
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.fatal = False
        self._stack: list[_Open] = []
        self._nodes = 0
        self._documents = 0
        self._takers: dict[type, Callable[[Any], None]] = {
            yaml.DocumentStartEvent: self._document,
            yaml.AliasEvent: self._alias,
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._begin,
            yaml.SequenceStartEvent: self._begin,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
        }

    def take(self, event: yaml.Event) -> None:
        taker = self._takers.get(type(event))
        if taker is not None:
            taker(event)

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        if event.version or event.tags:
            start = self.text.find("%")
            line = self.text[start:].partition("\n")[0].rstrip()
            place = Span(self.source, start, start + len(line))
            self.problems.append(Tag(place=place, written=line))
        if self._documents > 1:
            raise Rejected([*self.problems, SeveralDocuments(place=self._span(event))])

    def _alias(self, event: yaml.AliasEvent) -> None:
        span = self._counted(event)
        self._refuse(Alias(place=span, written=span.text))
        self._place(Scalar("", True, span))

    def _counted(self, event: yaml.NodeEvent) -> Span:
        """The characters of one more node."""
        span = self._span(event)
        self._nodes += 1
        if self._nodes > MOST_NODES:
            place = Span(self.source, span.start, span.start + 1)
            raise Rejected([TooMany(place=place)])
        return span

    def _properties(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        """Anchors and tags stand before a node and leave no doubt what it is without them."""
        count = (event.anchor is not None) + (event.tag is not None)
        for found in islice(_PROPERTY.finditer(self.text, self._span(event).start), count):
            place = Span(self.source, found.start(), found.end())
            kind = Anchor if found.group().startswith("&") else Tag
            self.problems.append(kind(place=place, written=found.group()))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        span = self._counted(event)
        style = event.style or None  # the C parser says "" where the other says None
        if event.anchor is not None or event.tag is not None:
            self._properties(event)
            properties = _PROPERTIES.match(self.text, span.start)
            start = min(properties.end(), span.end) if properties else span.start
            span = Span(self.source, start, span.end)
        if style in ("|", ">"):
            end = span.start + len(self.text[span.start : span.end].rstrip())
            span = Span(self.source, span.start, end)
        scalar = Scalar(
            event.value,
            style is not None,
            span,
            scalar_offsets(self.text, event.value, span.start, style),
        )
        if (
            style is None
            and "(" in event.value
            and self._stack
            and self._stack[-1].flow
            and event.value.count("(") > event.value.count(")")
        ):
            self._refuse(CommaInside(place=span))
        self._place(scalar)

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        start = self._counted(event).start
        if event.anchor is not None or event.tag is not None:
            self._properties(event)
        if len(self._stack) >= DEEPEST:
            place = Span(self.source, start, start + 1)
            raise Rejected([*self.problems, TooDeep(place=place)])
        flow = bool(event.flow_style)
        self._stack.append(_Open(start, flow, isinstance(event, yaml.MappingStartEvent)))

    def _end(self, event: yaml.MappingEndEvent | yaml.SequenceEndEvent) -> None:
        opened = self._stack.pop()
        node: Node
        if opened.is_mapping:
            end = opened.entries[-1].value.span.end if opened.entries else opened.start
            node = Mapping(tuple(opened.entries), self._extent(opened, event, end))
        else:
            end = opened.items[-1].span.end if opened.items else opened.start
            node = Sequence(tuple(opened.items), self._extent(opened, event, end))
        self._place(node)

    def _extent(self, opened: _Open, event: Any, end: int) -> Span:
        # A block's end mark stands at the next token, lines below.
        end = event.end_mark.index if opened.flow else end
        return Span(self.source, opened.start, max(opened.start, end))

    def _place(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        opened = self._stack[-1]
        if not opened.is_mapping:
            opened.items.append(node)
        elif opened.key is None:
            opened.key = self._as_key(node, opened)
        else:
            self._entry(opened, opened.key, node)
            opened.key = None

    def _as_key(self, node: Node, opened: _Open) -> Scalar:
        if isinstance(node, Scalar):
            if node.text == "<<" and not node.quoted:
                self._refuse(MergeKey(place=node.span))
            elif node.missing:
                self._refuse(NotAKey(place=self._point(node), found="nothing"))
            return node
        found = "a mapping" if isinstance(node, Mapping) else "a list"
        self._refuse(NotAKey(place=node.span, found=found))
        return Scalar("", True, node.span)

    def _entry(self, opened: _Open, key: Scalar, value: Node) -> None:
        alone = not key.quoted and isinstance(value, Scalar) and value.missing
        if alone and opened.flow and _JOINED_KEY.fullmatch(key.text):
            from hebbdsl.syntax.yaml_slips import NoSpace

            self._refuse(NoSpace(place=key.span, written=key.text))
        if (first := opened.seen.get(key.text)) is not None:
            self.problems.append(DuplicateKey(place=key.span, key=key.text, first=first.span))
            return
        if len(opened.entries) == MOST_ENTRIES:
            raise Rejected([*self.problems, TooManyEntries(place=key.span)])
        opened.seen[key.text] = key
        opened.entries.append(Entry(key, value))

    def _refuse(self, problem: Problem) -> None:
        self.problems.append(problem)
        self.fatal = True

    def _point(self, node: Node) -> Span:
        start = node.span.start
        return Span(self.source, start, min(start + 1, len(self.text)))

    def _span(self, event: Any) -> Span:
        # Marks are never None: they are only left out when events are made by hand.
        return Span(self.source, event.start_mark.index, event.end_mark.index)
