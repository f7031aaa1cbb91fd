"""A layout as YAML: blocks where the writer had them or a line is too short, flow elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

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
from hebbdsl.syntax.yaml_scalars import folded, literal, one_line

_STEP = 2

_LONGEST_KEY = 1_000
"""YAML asks for a question mark before a key that is longer."""

# They end a line, and may stand in comments of the text surface; in scalars they are escaped.
_BREAKS = dict.fromkeys(map(ord, "\x85\u2028\u2029"), " ")


def print_yaml(root: Group) -> str:
    """The text of a file."""
    if not root.members:
        return rendered([Line("{}"), *comment_lines(root.end, 0, False)]).translate(_BREAKS)
    return rendered(_block(root, 0)).translate(_BREAKS)


def _block(group: Group, indent: int) -> Iterator[Line]:
    first = True
    for member in group.members:
        yield from comment_lines(member.above, indent, first)
        if member.gap and not (first and not member.above):
            yield BLANK
        yield from _member(member, indent)
        first = False
    yield from comment_lines(group.end, indent, first)


def _member(member: Member, indent: int) -> Iterator[Line]:
    head = " " * indent + ("-" if member.key is None else f"{one_line(member.key, False)}:")
    if len(head) > _LONGEST_KEY:
        yield Line(f"{' ' * indent}? {head[indent:-1]}")
        head = " " * indent + ":"
    value, comments = member.value, (*member.beside, *member.closing)
    if isinstance(value, Leaf):
        yield from _leaf(head, value, comments, indent, member.key is None)
        return
    flow = _flow(value)
    if flow is not None and (not value.members or len(head) + 1 + len(flow) <= WIDTH):
        yield Line(f"{head} {flow}", comments)
        return
    if member.closing and value.holds_comments:
        # Nothing closes a block: what stood behind the bracket stands at the block's end.
        end = (*value.end, *map(CommentLine, member.closing))
        value, comments = replace(value, end=end), member.beside
    lines = list(_block(value, indent + _STEP))
    if member.key is None and not comments:
        yield from _behind_dash(lines, indent)
        return
    yield Line(head, comments)
    yield from lines


def _behind_dash(lines: list[Line], indent: int) -> Iterator[Line]:
    """The lines of an item's block, the first of them on the line of its dash."""
    pad = " " * indent
    texts = [line.text[len(pad) + _STEP :] for line in lines]
    # A collection without members is written in brackets, and so there is such a line.
    at = next(i for i, text in enumerate(texts) if text and not text.startswith("#"))
    yield from (Line(pad + text if text else "") for text in texts[:at])
    yield Line(f"{pad}- {texts[at]}", lines[at].beside)
    yield from lines[at + 1 :]


def _flow(value: Leaf | Group) -> str | None:
    """On one line; None when it has to stand on several."""
    if isinstance(value, Leaf):
        return None if "\n" in value.text else one_line(value, True)
    if (value.broken and value.members) or value.holds_comments:
        return None
    members: list[str] = []
    for member in value.members:
        key = "" if member.key is None else f"{one_line(member.key, True)}: "
        written = _flow(member.value)
        if written is None or len(key) > _LONGEST_KEY:
            return None
        members.append(key + written)
    inside = ", ".join(members)
    return f"[{inside}]" if value.is_list else f"{{{inside}}}"


def _leaf(
    head: str, leaf: Leaf, comments: tuple[str, ...], indent: int, is_item: bool
) -> Iterator[Line]:
    written = one_line(leaf, False)
    pad = " " * (indent + _STEP)
    lines = literal(leaf)
    mark = lines[0] if lines else ""
    if not lines and len(head) + 1 + len(written) > WIDTH:
        lines = folded(leaf, WIDTH - len(pad))
        mark = lines[0] if lines else ""
    if not lines:
        yield Line(f"{head} {written}" if written else head, comments)
        return
    body = [Line(f"{pad}{text}" if text else "") for text in lines[1:]]
    if mark:
        # All but one stand above: below the mark they would be text.
        yield from (Line(" " * indent + comment) for comment in comments[:-1])
        yield Line(f"{head} {mark}", comments[-1:])
    elif is_item and not comments:
        yield Line(f"{head} {body[0].text.lstrip()}")
        body = body[1:]
    else:
        yield Line(head, comments)
    yield from body
