"""A layout in the text surface: parts as `word(…)`, sections in braces, `=` aligned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hebbdsl.frozen import frozen
from hebbdsl.syntax.layout import (
    BLANK,
    WIDTH,
    CommentLine,
    Group,
    Leaf,
    Line,
    Member,
    comment_lines,
    rendered,
)
from hebbdsl.syntax.text_scalars import as_key, as_value

_STEP = 2
_HEADS = ("hebbdsl", "experiment", "extends")
_ABOUT = "about"


def print_text(root: Group) -> str:
    """The text of a file. Raises: ValueError, when a value is missing."""
    return rendered(_entries(root, 0, at_root=True))


@frozen
class _Row:
    """A printed entry: `key`, the sign behind it (nothing: a statement), the lines of its value."""

    key: str
    sign: str
    lines: tuple[Line, ...]
    together: bool
    """No blank line is between it and the entry above."""

    @property
    def is_aligned(self) -> bool:
        return len(self.lines) == 1 and bool(self.sign)

    def width(self, key: int) -> int:
        return key + len(self.sign) + len(self.lines[0].text)


def _entries(group: Group, indent: int, at_root: bool = False) -> Iterator[Line]:
    """The entries of a mapping, each on a line, the signs of neighbours below each other."""
    members = list(map(_joined, group.members))
    rows = [_row(member, indent, at_root) for member in members]
    pad = " " * indent
    for at, (member, row) in enumerate(zip(members, rows, strict=True)):
        yield from comment_lines(member.above, indent, at == 0)
        if member.gap and not (at == 0 and not member.above):
            yield BLANK
        key = row.key.ljust(_key_width(rows, at, indent)) if row.is_aligned else row.key
        first = row.lines[0]
        yield Line(f"{pad}{key}{row.sign}{first.text}", first.beside)
        yield from row.lines[1:]
    yield from comment_lines(group.end, indent, not group.members)


def _key_width(rows: Sequence[_Row], at: int, indent: int) -> int:
    """The longest key of the run of one-line entries that `at` is in, if all then fit."""
    first = last = at
    while first and rows[first].together and rows[first - 1].is_aligned:
        first -= 1
    while last + 1 < len(rows) and rows[last + 1].together and rows[last + 1].is_aligned:
        last += 1
    run = rows[first : last + 1]
    widest = max(len(row.key) for row in run)
    fits = all(indent + row.width(widest) <= WIDTH for row in run)
    return widest if fits else 0


def _row(member: Member, indent: int, at_root: bool) -> _Row:
    key = as_key(member.key) if member.key is not None else ""
    together = not (member.gap or any(comment.gap for comment in member.above))
    value = member.value
    if at_root and isinstance(value, Leaf):
        written, plain = as_value(value), member.key.text if member.key is not None else ""
        if plain == _ABOUT and written.startswith('"'):
            return _Row("", "", (Line(written, _comments(member)),), together)
        if plain in _HEADS:
            return _Row("", "", (Line(f"{plain} {written}", _comments(member)),), together)
    braces = isinstance(value, Group) and not value.is_list and not value.called
    sign = " " if braces else " = "
    lines = _value(member, indent, indent + len(key) + len(sign), "")
    return _Row(key, sign, tuple(lines), together)


def _comments(member: Member) -> tuple[str, ...]:
    return (*member.beside, *member.closing)


def _value(member: Member, indent: int, taken: int, comma: str) -> list[Line]:
    """The lines of a value, the first of them without indentation, since `taken` columns of its
    line are there already."""
    value = member.value
    written = _on_one_line(value)
    empty = isinstance(value, Leaf) or not _inside(value).members
    if written is not None and (empty or taken + len(written) + len(comma) <= WIDTH):
        return [Line(written + comma, _comments(member))]
    assert isinstance(value, Group), "a scalar stands on one line"
    opening, closing = _brackets(value)
    inside = _inside(value)
    if value.is_list or value.called:
        body = list(_arguments(inside, indent + _STEP))
    else:
        body = list(_entries(inside, indent + _STEP))
    last = Line(" " * indent + closing + comma, member.closing)
    return [Line(opening, member.beside), *body, last]


def _joined(member: Member) -> Member:
    """Of a part, the comments around its word belong to what holds the part."""
    value = member.value
    if not isinstance(value, Group) or not value.called:
        return member
    (word,) = value.members
    above, gap, beside = member.above, member.gap, member.beside
    if word.above:
        before = (*map(CommentLine, beside), *word.above)
        above = (*above, replace(before[0], gap=gap), *before[1:])
        gap, beside = word.gap, ()
    bare = replace(word, above=(), gap=False, beside=(), closing=())
    return replace(
        member,
        value=replace(value, members=(bare,), end=()),
        above=above,
        gap=gap,
        beside=(*beside, *word.beside),
        closing=(*word.closing, *(comment.text for comment in value.end), *member.closing),
    )


def _inside(value: Group) -> Group:
    """What stands between the brackets: of a part, its fields."""
    inner = value.members[0].value if value.called else value
    assert isinstance(inner, Group), "a part's word is followed by its fields"
    return inner


def _brackets(value: Group) -> tuple[str, str]:
    if value.called:
        word = value.members[0].key
        return f"{word.text if word is not None else ''}(", ")"
    return ("[", "]") if value.is_list else ("{", "}")


def _arguments(group: Group, indent: int) -> Iterator[Line]:
    """Fields of a part or items of a list, each on a line that ends in a comma."""
    pad = " " * indent
    for at, member in enumerate(map(_joined, group.members)):
        yield from comment_lines(member.above, indent, at == 0)
        if member.gap and not (at == 0 and not member.above):
            yield BLANK
        key = f"{as_key(member.key)}=" if member.key is not None else ""
        first, *rest = _value(member, indent, indent + len(key), ",")
        yield Line(f"{pad}{key}{first.text}", first.beside)
        yield from rest
    yield from comment_lines(group.end, indent, not group.members)


def _on_one_line(value: Leaf | Group) -> str | None:
    """None when it has to stand on several."""
    if isinstance(value, Leaf):
        return as_value(value)
    inside = _inside(value)
    if (inside.broken and inside.members) or inside.holds_comments:
        return None
    members: list[str] = []
    for member in inside.members:
        member = _joined(member)
        written = None if member.has_comments else _on_one_line(member.value)
        if written is None:
            return None
        members.append(_key(member, value.called) + written)
    opening, closing = _brackets(value)
    body = ", ".join(members)
    blank = " " if members and opening == "{" else ""
    return f"{opening}{blank}{body}{blank}{closing}"


def _key(member: Member, is_argument: bool) -> str:
    if member.key is None:
        return ""
    value = member.value
    braces = isinstance(value, Group) and not value.is_list and not value.called
    sign = "=" if is_argument else " " if braces else " = "
    return as_key(member.key) + sign
