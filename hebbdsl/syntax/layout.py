"""What a printer prints: entries and items with their comments and blank lines. Knows no spans.

A layout comes from a tree and the comments of its source (`syntax/attaching.py`), or from plain
values (`spec/printing.py`). A comment stands above its entry, beside it (after the value, or where
a collection opens), where the collection closes, or at the end of a block.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from hebbdsl.frozen import frozen

WIDTH = 100
"""Columns of the longest line that is made by joining what could stand on several."""


class Use(Enum):
    """What a scalar is for, where the types of the language say so."""

    ANY = "any"
    PROSE = "prose"
    EXPRESSION = "expression"


@frozen
class Leaf:
    """A scalar; `quoted` as in `Scalar`."""

    text: str
    quoted: bool
    use: Use = Use.ANY

    @property
    def missing(self) -> bool:
        return not self.text and not self.quoted


@frozen
class CommentLine:
    """A comment on a line of its own, `#` included; `gap`: a blank line is above it."""

    text: str
    gap: bool = False


@frozen
class Member:
    """An entry of a mapping, or an item of a list (no key).

    `beside` are comments after a scalar, or where a collection opens; `closing` those after the
    closing bracket of a collection that was written on several lines.
    """

    key: Leaf | None
    value: Leaf | Group
    above: tuple[CommentLine, ...] = ()
    gap: bool = False
    beside: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()

    @property
    def has_comments(self) -> bool:
        return bool(self.above or self.beside or self.closing)


@frozen
class Group:
    """A mapping or a list.

    Attributes:
        end: comments after the last member.
        broken: it was written with each member on a line of its own.
        called: the only entry is a part's word with its fields, `word(…)` in the text surface.
    """

    is_list: bool
    members: tuple[Member, ...]
    end: tuple[CommentLine, ...] = ()
    broken: bool = False
    called: bool = False

    @property
    def holds_comments(self) -> bool:
        """A comment stands between its members, so that it cannot be written on one line."""
        return bool(self.end) or any(
            member.has_comments or (isinstance(member.value, Group) and member.value.holds_comments)
            for member in self.members
        )


@frozen
class Line:
    """A printed line, and the comments beside it: the first behind it, others aligned below."""

    text: str
    beside: tuple[str, ...] = ()


BLANK = Line("")


def rendered(lines: Iterable[Line]) -> str:
    """The text of a file."""
    written: list[str] = []
    for line in lines:
        first = f"{line.text}  {line.beside[0]}" if line.beside else line.text
        written.append(first)
        written += (" " * (len(line.text) + 2) + comment for comment in line.beside[1:])
    return "".join(f"{line}\n" for line in written)


def comment_lines(comments: Iterable[CommentLine], indent: int, first: bool) -> Iterable[Line]:
    """Comments on their lines; `first`: nothing of the block is above them, not even a blank."""
    for comment in comments:
        if comment.gap and not first:
            yield BLANK
        yield Line(" " * indent + comment.text)
        first = False
