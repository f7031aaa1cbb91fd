"""The comments of a source, which no tree holds: found again between its scalars."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from hebbdsl.frozen import frozen
from hebbdsl.source import Source, Span
from hebbdsl.syntax.surfaces import TEXT_ENDING
from hebbdsl.syntax.tree import Mapping, Scalar, Sequence, Tree

# YAML ends a line, and so a comment, at three characters more than the text surface does.
_IN_YAML = re.compile("#[^\r\n\x85\u2028\u2029]*")
_IN_TEXT = re.compile(r'"(?:\\.|[^"\\\r\n])*"?|(#[^\r\n]*)')
_BREAKS = "\r\n\x85\u2028\u2029"
_HEADER = re.compile(r"[|>][-+0-9]*[ \t]+(?=#)")


@frozen
class Comment:
    """From `#` to the end of its line, trailing blanks left out.

    `alone`: only blanks stand before it on its line.
    """

    span: Span
    alone: bool

    @property
    def text(self) -> str:
        """What it says: without `#` and blanks around."""
        return self.span.text[1:].strip()


def comments_of(tree: Tree) -> tuple[Comment, ...]:
    """Every comment of the tree's source, in order."""
    source = tree.source
    if "#" not in source.text:
        return ()
    if source.name.lower().endswith(TEXT_ENDING):
        return tuple(_comment(source, *span) for span in _text_comments(source.text))
    # Of a tree with problems something may be left out: an entry whose key is there already.
    spans = _tokens(source.text) if tree.problems else _scalars(tree.root)
    return tuple(_comment(source, *span) for span in _yaml_comments(source.text, sorted(spans)))


def _comment(source: Source, start: int, end: int) -> Comment:
    before = start
    while before and source.text[before - 1] in " \t\ufeff":
        before -= 1
    alone = before == 0 or source.text[before - 1] in _BREAKS
    end = start + len(source.text[start:end].rstrip())
    return Comment(Span(source, start, end), alone)


def _text_comments(text: str) -> Iterator[tuple[int, int]]:
    for found in _IN_TEXT.finditer(text):
        if found.group(1) is not None:
            yield found.span()


def _yaml_comments(text: str, scalars: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Outside scalars `#` always begins a comment: both parsers ask for no blank before it."""
    starts = [start for start, _ in scalars]
    position = 0
    while (found := _IN_YAML.search(text, position)) is not None:
        at = bisect_right(starts, found.start()) - 1
        if at >= 0 and found.start() < scalars[at][1]:
            start, position = scalars[at]
            # What follows the mark of a block scalar on its line is no part of the text.
            header = _HEADER.match(text, start)
            if header is not None and header.end() == found.start():
                yield found.span()
        else:
            yield found.span()
            position = found.end()


def _scalars(root: Mapping) -> Iterator[tuple[int, int]]:
    waiting: list[object] = [root]
    while waiting:
        match waiting.pop():
            case Mapping(entries):
                for entry in entries:
                    waiting += (entry.key, entry.value)
            case Sequence(items):
                waiting += items
            case Scalar(span=span) if span.end > span.start:
                yield span.start, span.end


def _tokens(text: str) -> Iterator[tuple[int, int]]:
    """The spans of everything that may hold a `#`, from YAML's scanner."""
    import yaml

    loader: type = getattr(yaml, "CLoader", yaml.Loader)
    holders = (yaml.ScalarToken, yaml.AnchorToken, yaml.AliasToken, yaml.TagToken)
    for token in yaml.scan(text, Loader=loader):
        if isinstance(token, (*holders, yaml.DirectiveToken)):
            start, end = token.start_mark.index, token.end_mark.index
            yield start, start + len(text[start:end].rstrip())
