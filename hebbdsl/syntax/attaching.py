"""From a tree and the comments of its source to a layout: which comment belongs to which entry.

A comment on its own line belongs to what comes next in its block, or to the block's end where
nothing comes; in YAML's blocks its indentation says of which block. A comment behind something
belongs to that, and so do those aligned with it on the next lines. What stands before a comma
belongs to what the comma ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from hebbdsl.syntax.comments import Comment, comments_of
from hebbdsl.syntax.layout import CommentLine, Group, Leaf, Member
from hebbdsl.syntax.surfaces import TEXT_ENDING
from hebbdsl.syntax.tree import Entry, Mapping, Node, Scalar, Sequence, Tree

_VISIBLE = re.compile(r"\S")


def lay_out(tree: Tree) -> Group:
    """The layout of a tree without `Broken` values."""
    attaching = _Attaching(tree)
    root, opening = attaching.group(tree.root, len(tree.source.text), -1, flow=False)
    left = tuple(
        attaching.comment_line(comment) for comment in attaching.take(len(tree.source.text))
    )
    members = root.members
    if opening and members:
        first = members[0]
        above = (*(CommentLine(text) for text in opening), *first.above)
        members = (replace(first, above=above), *members[1:])
    elif opening:
        left = (*(CommentLine(text) for text in opening), *left)
    return Group(False, members, (*root.end, *left), broken=True)


class _Attaching:
    """Walks the tree in the order of the source, and hands out comments as it passes them."""

    def __init__(self, tree: Tree) -> None:
        self.source = tree.source
        self.comments = comments_of(tree)
        self.at = 0
        self.is_text = tree.source.name.lower().endswith(TEXT_ENDING)
        pieces, end = [], 0
        for comment in self.comments:
            pieces += [self.source.text[end : comment.span.start], " " * len(comment.span.text)]
            end = comment.span.end
        # The source with blanks for comments: where commas, dashes and brackets are looked for.
        self.bare = "".join([*pieces, self.source.text[end:]])

    def group(
        self, node: Mapping | Sequence, until: int, held_at: int, flow: bool
    ) -> tuple[Group, list[str]]:
        """A collection, and the comments behind its opening bracket.

        `until` is where the next thing begins that is not in it, `held_at` the column of what
        holds it; `flow`: it stands inside brackets.
        """
        start = self._opener(node)
        opened = start is not None
        if opened:
            until = node.span.end - 1
        children = node.entries if isinstance(node, Mapping) else node.items
        starts = self._starts(node)
        following = [*starts[1:], until][: len(starts)]
        opening: list[str] = []
        if opened:
            opening = self._beside(starts[0]) if starts else [c.span.text for c in self.take(until)]
        members = tuple(
            self._member(child, start, end, flow or opened)
            for child, start, end in zip(children, starts, following, strict=True)
        )
        left: list[Comment] = []
        if opened:
            left = self.take(until)
        elif starts and not flow and not self.is_text:
            column = self._column(starts[0])
            least = max(column, held_at + 1)
            left = self.take(until, lambda c: c.alone and self._column(c.span.start) >= least)
        if start is not None:
            broken = bool(starts) and self._line(starts[0]) > self._line(start)
        else:
            broken = not flow and not self.is_text
        called = not opened and self.is_text
        if called and len(members) == 1 and isinstance(members[0].value, Group):
            broken = members[0].value.broken
        end = tuple(map(self.comment_line, left))
        return Group(isinstance(node, Sequence), members, end, broken, called), opening

    def take(self, until: int, wanted: Callable[[Comment], bool] | None = None) -> list[Comment]:
        """The next comments before `until`, as long as they are wanted."""
        taken: list[Comment] = []
        while self.at < len(self.comments):
            comment = self.comments[self.at]
            if comment.span.start >= until or (wanted is not None and not wanted(comment)):
                break
            taken.append(comment)
            self.at += 1
        return taken

    def comment_line(self, comment: Comment) -> CommentLine:
        return CommentLine(comment.span.text, comment.alone and self._gap(comment.span.start))

    def _opener(self, node: Mapping | Sequence) -> int | None:
        """Where the opening bracket stands; that of a part's fields may follow after blanks."""
        start = node.span.start
        if self.is_text:
            visible = _VISIBLE.search(self.bare, start, node.span.end)
            start = visible.start() if visible else start
        opening = ("{", "[", "(") if self.is_text else ("{", "[")
        return start if self.bare[start : start + 1] in opening else None

    def _starts(self, node: Mapping | Sequence) -> list[int]:
        """Where each member begins: at its key, or at the dash or question mark before it."""
        starts: list[int] = []
        position = node.span.start
        dashes = isinstance(node, Sequence) and self._opener(node) is None
        children = node.entries if isinstance(node, Mapping) else node.items
        for child in children:
            first = child.key.span.start if isinstance(child, Entry) else child.span.start
            value = child.value if isinstance(child, Entry) else child
            first = min(first, value.span.start)
            mark = "-" if dashes else "?"
            found = -1 if self.is_text else self.bare.find(mark, position, first)
            starts.append(first if found < 0 else found)
            position = max(first, value.span.end)
        return starts

    def _member(self, child: Entry | Node, start: int, following: int, flow: bool) -> Member:
        above = tuple(map(self.comment_line, self.take(start)))
        gap = self._gap(start)
        key = child.key if isinstance(child, Entry) else None
        node = child.value if isinstance(child, Entry) else child
        beside: list[str] = []
        closing: list[str] = []
        value: Leaf | Group
        if isinstance(node, (Mapping, Sequence)):
            starts = self._starts(node)
            opener = self._opener(node)
            in_block = opener is None and not (flow or self.is_text) and bool(starts)
            if in_block:
                # Behind a question mark the colon may stand lines below its key.
                colon = self.bare.find(":", key.span.end, starts[0]) if key is not None else -1
                beside += [comment.span.text for comment in self.take(colon)]
                beside += self._beside(starts[0])
            else:
                before = self.take(node.span.start if opener is None else opener)
                beside += [comment.span.text for comment in before]
            value, opening = self.group(node, following, self._column(start), flow)
            beside += opening
            on_one_line = self._line(node.span.start) == self._line(node.span.end - 1)
            (beside if on_one_line else closing).extend(self._after(node, start, following, flow))
        else:
            assert isinstance(node, Scalar), "a value that could not be parsed cannot be laid out"
            value = Leaf(node.text, node.quoted)
            beside += [comment.span.text for comment in self.take(node.span.end)]
            beside += self._after(node, start, following, flow)
        written = Leaf(key.text, key.quoted) if key is not None else None
        return Member(written, value, above, gap, tuple(beside), tuple(closing))

    def _after(self, node: Node, start: int, following: int, flow: bool) -> list[str]:
        """The comments that belong to a member and stand behind its value."""
        found: list[str] = []
        if flow or self.is_text:
            comma = self.bare.find(",", node.span.end, following)
            found += [comment.span.text for comment in self.take(comma)]
        found += self._beside(following)
        if isinstance(node, Scalar) and node.missing and not flow:
            column = self._column(start)
            deeper = self.take(following, lambda c: c.alone and self._column(c.span.start) > column)
            found += [comment.span.text for comment in deeper]
        return found

    def _beside(self, until: int) -> list[str]:
        """Comments that are not alone on their lines, and those aligned below the last of them."""
        taken = self.take(until, lambda comment: not comment.alone)
        next_column = self._column(until) if until < len(self.source.text) else -1
        found = taken
        while found and self._column(found[-1].span.start) != next_column:
            line, column = self.source.position(found[-1].span.start)
            found = self._take_at(line + 1, column, until)
            taken += found
        return [comment.span.text for comment in taken]

    def _take_at(self, line: int, column: int, until: int) -> list[Comment]:
        place = (line, column)
        return self.take(until, lambda c: self.source.position(c.span.start) == place)

    def _line(self, offset: int) -> int:
        return self.source.position(offset)[0]

    def _column(self, offset: int) -> int:
        return self.source.position(offset)[1]

    def _gap(self, offset: int) -> bool:
        """What begins at `offset` is the first on its line, and the line above is blank."""
        line, column = self.source.position(offset)
        if line == 1 or self.source.line(line)[: column - 1].strip():
            return False
        return not self.source.line(line - 1).strip()
