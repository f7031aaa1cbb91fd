"""Where a cursor stands: the keys that lead there, and what is written of the word it is in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hebbdsl.editor.partial_tree import partial_tree
from hebbdsl.source import Source
from hebbdsl.syntax.surfaces import TEXT_ENDING
from hebbdsl.syntax.tree import Mapping, Node, Scalar, Sequence

MARK = "\ue000"
"""Stands where the cursor is, so that the partial tree has a word there, begun or not."""


class Role(Enum):
    """What a word at the cursor would be."""

    KEY = "key"
    VALUE = "value"


class Layout(Enum):
    """How keys are joined to their values around the cursor."""

    BLOCK = "lines of YAML"
    FLOW = "braces of YAML"
    ENTRIES = "entries of the text surface"
    CALL = "a word's parentheses of the text surface"


@dataclass(frozen=True, slots=True)
class Place:
    """One cursor.

    Attributes:
        keys: keys as written and indices of items, from the root; of a value, its own key too.
        start: where what is written of the key or value begins; `end`: where it ends.
        before: what is written of it up to the cursor.
        text: all that is written of it.
        siblings: the other keys of the same mapping.
        alone: a value that stands on a line of its own, and so may become the first key below.
    """

    source: Source
    offset: int
    root: Mapping
    keys: tuple[str | int, ...]
    role: Role
    layout: Layout
    start: int
    end: int
    before: str
    text: str
    siblings: tuple[str, ...] = ()
    alone: bool = False


def place_at(source: Source, offset: int) -> Place | None:
    """Where `offset` is; None in a comment, and where nothing can be written."""
    offset = min(max(offset, 0), len(source.text))
    marked = Source(source.name, source.text[:offset] + MARK + source.text[offset:])
    root = partial_tree(marked)
    found = _find(root, (), root)
    if found is None:
        return None
    keys, role, node, parent = found
    before, _, after = node.text.partition(MARK)
    siblings: tuple[str, ...] = ()
    if role is Role.KEY and isinstance(parent, Mapping):
        siblings = tuple(e.key.text for e in parent.entries if e.key is not node)
    line_start = source.text.rfind("\n", 0, node.span.start) + 1
    return Place(
        source=source,
        offset=offset,
        root=root,
        keys=keys,
        role=role,
        layout=_layout(marked, parent),
        start=node.span.start,
        end=node.span.end - len(MARK),
        before=before,
        text=before + after,
        siblings=siblings,
        alone=not source.text[line_start : node.span.start].strip(" \t-"),
    )


Keys = tuple[str | int, ...]


def _find(node: Node, keys: Keys, parent: Node) -> tuple[Keys, Role, Scalar, Node] | None:
    """The scalar with the mark, whoever holds it."""
    if MARK not in node.span.text:
        return None
    match node:
        case Scalar(text=text):
            return (keys, Role.VALUE, node, parent) if MARK in text else None
        case Mapping(entries):
            for entry in entries:
                if MARK in entry.key.text:
                    return keys, Role.KEY, entry.key, node
                found = _find(entry.value, (*keys, entry.key.text), node)
                if found is not None:
                    return found
        case Sequence(items):
            for index, item in enumerate(items):
                if (found := _find(item, (*keys, index), node)) is not None:
                    return found
    return None


def _layout(source: Source, parent: Node) -> Layout:
    opening = source.text[parent.span.start : parent.span.start + 1]
    if source.name.lower().endswith(TEXT_ENDING):
        return Layout.CALL if opening == "(" else Layout.ENTRIES
    return Layout.FLOW if opening in ("{", "[") else Layout.BLOCK
