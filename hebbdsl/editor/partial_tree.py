"""A tree of a text that is being written: never refuses, guesses where the parsers would ask.

It has the nodes of a `Tree`, so that what reads trees reads it too. What is half written stands
where it would most likely belong. Meant for the place of a cursor, not for judging a spec.
"""

from __future__ import annotations

from hebbdsl.source import Source, Span
from hebbdsl.syntax.surfaces import TEXT_ENDING
from hebbdsl.syntax.tree import Mapping, Scalar

LARGEST = 200_000
"""Characters of the largest text that is read so: an editor must not wait for more."""

DEEPEST = 64
"""Brackets nested deeper are read flat: no spec has so many."""


def partial_tree(source: Source) -> Mapping:
    """The root of the tree that the text would be; empty where that takes too long to find out."""
    if len(source.text) > LARGEST:
        return Mapping((), Span(source, 0, len(source.text)))
    if source.name.lower().endswith(TEXT_ENDING):
        from hebbdsl.editor.partial_tree_text import partial_tree_of_text

        return partial_tree_of_text(source)
    from hebbdsl.editor.partial_tree_yaml import partial_tree_of_yaml

    return partial_tree_of_yaml(source)


def scalar(source: Source, start: int, end: int) -> Scalar:
    """The characters as a scalar, quotes left out where it has them."""
    written = source.text[start:end]
    mark = written[:1]
    if mark not in ("'", '"') or not written:
        return Scalar(written, False, Span(source, start, end), range(start, end + 1))
    inner = written[1:-1] if len(written) > 1 and written.endswith(mark) else written[1:]
    offsets = range(start + 1, start + 2 + len(inner))
    return Scalar(inner, True, Span(source, start, end), offsets)


def nothing(source: Source, at: int) -> Scalar:
    """Where a value should be."""
    return Scalar("", False, Span(source, at, at), range(at, at + 1))
