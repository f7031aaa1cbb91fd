"""A tree as text that says the same: printed, read again, compared."""

from __future__ import annotations

from collections.abc import Iterator

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.source import Source
from hebbdsl.spec.printing import Surface, print_spec
from hebbdsl.syntax.comments import comments_of
from hebbdsl.syntax.scalars import needs_quotes
from hebbdsl.syntax.surfaces import TEXT_ENDING, parse_tree
from hebbdsl.syntax.tree import Mapping, Node, Scalar, Sequence, Tree

_ENDINGS = {"yaml": ".yaml", "hebb": TEXT_ENDING}


class MeaningChanged(Exception):
    """What was printed does not say what the tree says: a fault of the printer."""


def formatted(tree: Tree, surface: Surface) -> str:
    """The spec in its canonical form, with the line ends of its source.

    Raises: Rejected, as `print_spec` does; MeaningChanged, when the text would say something else.
    """
    text = print_spec(tree, surface)
    try:
        again = parse_tree(Source(f"{tree.source.name}{_ENDINGS[surface]}", text))
    except Rejected as rejected:
        raise MeaningChanged(f"{tree.source.name}: {rejected}") from rejected
    if again.problems or meaning(again) != meaning(tree):
        raise MeaningChanged(f"{tree.source.name}: the printed text says something else")
    return text.replace("\n", "\r\n") if _ends_lines_with_crlf(tree.source.text) else text


def meaning(tree: Tree) -> tuple[object, ...]:
    """What a tree says, and its comments: equal for two spellings of one spec."""
    comments = tuple(" ".join(comment.text.split()) for comment in comments_of(tree))
    return (tuple(_said(tree.root)), comments)


def _said(node: Node) -> Iterator[object]:
    match node:
        case Mapping(entries):
            yield "{"
            for entry in entries:
                yield entry.key.text
                yield from _said(entry.value)
            yield "}"
        case Sequence(items):
            yield "["
            for item in items:
                yield from _said(item)
            yield "]"
        case _:
            assert isinstance(node, Scalar), "of a tree with broken values nothing is printed"
            # Quotes matter only around what would be something other than a text.
            matter = needs_quotes(node.text) or not node.text
            yield node.text, node.quoted if matter else None


def _ends_lines_with_crlf(text: str) -> bool:
    return text[: text.find("\n")].endswith("\r")
