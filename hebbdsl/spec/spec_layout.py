"""Plain values of a whole spec, with notes by field path, as a layout to be printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hebbdsl.frozen import frozen
from hebbdsl.spec.canonical import Plain
from hebbdsl.spec.checked import Path
from hebbdsl.spec.experiment import Experiment, Setup
from hebbdsl.spec.glossary import spelt
from hebbdsl.spec.roles import fitting, inside
from hebbdsl.spec.types import ExpressionOf, PartOf, SectionOf, Type, WholeNumbers, fields_of
from hebbdsl.syntax.layout import CommentLine, Group, Leaf, Member

_LAST = ("baseline", "variants", "claims")
"""What stands below the sections of the setup: it speaks of them."""


@frozen
class SpecLayout:
    """Lays out plain values; `above` and `beside` are comments by field path, without `#`."""

    above: Mapping[Path, str]
    beside: Mapping[Path, str]

    def lay_out(self, value: Mapping[str, Plain]) -> Group:
        """A whole spec: its head, its setup and what is asked of it, a blank line between."""
        types = {name: field.type for name, field in fields_of(Experiment).items()}
        setup = tuple(name for name in value if name in fields_of(Setup))
        last = tuple(name for name in _LAST if name in value)
        head = tuple(name for name in value if name not in (*setup, *last))
        begins = {names[0] for names in (setup, last) if names} | {"claims"}
        members = [
            replace(self._member(name, value[name], types.get(name), (name,)), gap=name in begins)
            for name in (*head, *setup, *last)
        ]
        return Group(False, tuple(map(_apart, members)), broken=True)

    def _member(self, key: str | None, value: Plain, type_: Type | None, path: Path) -> Member:
        above = tuple(CommentLine(_comment(line)) for line in self.above.get(path, "").splitlines())
        beside = tuple(map(_comment, self.beside.get(path, "").splitlines()))
        laid = self._value(value, type_, path)
        return Member(None if key is None else _text(key), laid, above, beside=beside)

    def _value(self, value: Plain, type_: Type | None, path: Path) -> Leaf | Group:
        type_ = fitting(type_, _shape(value))
        match value:
            case dict() if isinstance(type_, PartOf) and len(value) == 1:
                return self._part(type_, value, path)
            case dict():
                fields = (
                    self._member(name, item, inside(type_, name), (*path, name))
                    for name, item in value.items()
                )
                return Group(False, tuple(fields), broken=len(path) == 1)
            case list() if isinstance(type_, WholeNumbers) and ".." in spelt(tuple(value)):
                return Leaf(spelt(tuple(value)), False)
            case list():
                items = tuple(
                    self._member(None, item, inside(type_, ""), (*path, i))
                    for i, item in enumerate(value)
                )
                return Group(True, items, broken=len(path) == 1)
            case str() if isinstance(type_, ExpressionOf):
                return Leaf(value, False)
            case str():
                return _text(value)
        return Leaf(spelt(value), False)

    def _part(self, type_: PartOf, value: dict[str, Plain], path: Path) -> Leaf | Group:
        ((word, fields),) = value.items()
        if not fields:
            return _text(word)
        cls = type_.words.get(word)
        laid = self._value(fields, SectionOf(cls) if cls is not None else None, path)
        assert isinstance(laid, Group), "fields are a mapping"
        return Group(False, (Member(_text(word), replace(laid, broken=False)),))


def _apart(member: Member) -> Member:
    """The blank line above an entry stands above its comments."""
    if not (member.gap and member.above):
        return member
    first, *others = member.above
    return replace(member, above=(replace(first, gap=True), *others), gap=False)


def _shape(value: Plain) -> Leaf | Group:
    return Group(isinstance(value, list), ()) if isinstance(value, (dict, list)) else _text("")


def _text(text: str) -> Leaf:
    return Leaf(text, True)


def _comment(line: str) -> str:
    return f"# {line}".rstrip()
