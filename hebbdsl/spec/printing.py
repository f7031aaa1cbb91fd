"""Specs as text, in either surface: a tree with its comments, or plain values with notes.

What a value is for (a part, a question in prose, a condition) is known from the types of the
fields; where no type is known, a mapping is written as a mapping.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from hebbdsl.diagnostics.diagnostic import Problem, Rejected, Severity
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.spec.canonical import Plain
from hebbdsl.spec.checked import Path
from hebbdsl.spec.roles import SPEC, with_roles
from hebbdsl.spec.spec_layout import SpecLayout
from hebbdsl.syntax.attaching import lay_out
from hebbdsl.syntax.layout import Group, Leaf
from hebbdsl.syntax.reading import Empty
from hebbdsl.syntax.surfaces import TEXT_ENDING
from hebbdsl.syntax.tree import Mapping, Node, Scalar, Sequence, Tree

Surface = Literal["yaml", "hebb"]

_NONE: AbstractMapping[Path, str] = MappingProxyType({})


def surface_of(name: str) -> Surface:
    """By the ending of a file's name."""
    return "hebb" if name.lower().endswith(TEXT_ENDING) else "yaml"


def print_spec(tree: Tree, surface: Surface) -> str:
    """The spec in its canonical form, comments and single blank lines kept.

    Raises: Rejected, when the tree is not the whole of its source, or a value is missing and the
    surface has no way to say so.
    """
    errors = [problem for problem in tree.problems if problem.severity is Severity.ERROR]
    if errors:
        raise Rejected(errors)
    if surface == "hebb" and not tree.root.entries:
        raise Rejected([Empty(place=tree.source.name)])
    if surface == "hebb" and (missing := list(_missing(tree.root))):
        raise Rejected(missing)
    root = with_roles(SPEC, lay_out(tree))
    across = surface_of(tree.source.name) == "hebb" and surface == "yaml"
    return _print(_as_blocks(root) if across else root, surface)


def print_plain(
    value: AbstractMapping[str, Plain],
    surface: Surface,
    *,
    above: AbstractMapping[Path, str] = _NONE,
    beside: AbstractMapping[Path, str] = _NONE,
) -> str:
    """A whole spec from plain values, parts as `{word: {field: …}}`, with comments by field path.

    Comments are texts without `#`; those above may have several lines.
    """
    root = SpecLayout(above, beside).lay_out(value)
    return _print(_as_blocks(with_roles(SPEC, root)), surface)


def _print(root: Leaf | Group, surface: Surface) -> str:
    assert isinstance(root, Group), "a spec is a mapping"
    if surface == "hebb":
        from hebbdsl.syntax.print_text import print_text

        return print_text(root)
    from hebbdsl.syntax.print_yaml import print_yaml

    return print_yaml(root)


def _missing(node: Node) -> Iterator[Problem]:
    match node:
        case Mapping(entries):
            for entry in entries:
                if isinstance(entry.value, Scalar) and entry.value.missing:
                    yield NoValueToWrite(place=entry.key.span, field=entry.key.text)
                yield from _missing(entry.value)
        case Sequence(items):
            for item in items:
                if isinstance(item, Scalar) and item.missing:
                    yield NoValueToWrite(place=item.span, field=None)
                yield from _missing(item)


def _as_blocks(group: Leaf | Group, at_root: bool = True) -> Leaf | Group:
    """Parts of sections and of long lists below their keys, where YAML leaves the choice."""
    if isinstance(group, Leaf):
        return group
    members = tuple(
        replace(member, value=_as_block(member.value, at_root or (group.is_list and group.broken)))
        for member in group.members
    )
    return replace(group, members=members)


def _as_block(value: Leaf | Group, alone: bool) -> Leaf | Group:
    value = _as_blocks(value, at_root=False)
    if isinstance(value, Leaf) or not (value.called and alone):
        return value
    fields = value.members[0].value
    return replace(value, broken=isinstance(fields, Group) and bool(fields.members))


class NoValueToWrite(Problem):
    """A value is missing, which YAML can say and the text surface cannot.

    Write the value, or `null`, before the spec is converted.

    Wrong:
        hebbdsl convert draft.yaml draft.hebb  # with a line `model:`

    Right:
        hebbdsl convert draft.yaml draft.hebb  # with a line `model: mlp`
    """

    code = "HEB180"
    field: str | None = None

    @property
    def title(self) -> str:
        what = quoted(self.field) if self.field is not None else "an item of a list"
        return f"{what} has no value, and the text surface cannot say that"

    label = "no value"
    hint = "write a value, or `null`, and convert again"
