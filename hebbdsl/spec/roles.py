"""What the values of a layout are for, as far as the types of the fields say it."""

from __future__ import annotations

from dataclasses import replace

from hebbdsl.spec.experiment import Experiment
from hebbdsl.spec.types import (
    ExpressionOf,
    ListOf,
    NamedChanges,
    OneOf,
    PartOf,
    SectionOf,
    Text,
    Type,
    WholeNumbers,
    fields_of,
)
from hebbdsl.syntax.layout import Group, Leaf, Use
from hebbdsl.syntax.text_scalars import is_name

SPEC = SectionOf(Experiment)


def with_roles(type_: Type | None, value: Leaf | Group) -> Leaf | Group:
    """The value with parts marked as such, and scalars with what they are for."""
    if isinstance(value, Leaf):
        match fitting(type_, value):
            case ExpressionOf():
                return replace(value, use=Use.EXPRESSION)
            case Text(pattern=None):
                return replace(value, use=Use.PROSE)
        return value
    type_ = fitting(type_, value)
    if isinstance(type_, PartOf) and _is_part(value):
        return _part(type_, value)
    members = tuple(
        replace(m, value=with_roles(inside(type_, m.key.text if m.key else ""), m.value))
        for m in value.members
    )
    return replace(value, members=members)


def fitting(type_: Type | None, value: Leaf | Group) -> Type | None:
    """Of several types, the one that has the shape of the value."""
    if not isinstance(type_, OneOf):
        return type_
    lists, mappings = (ListOf, WholeNumbers), (PartOf, SectionOf, NamedChanges)
    if isinstance(value, Leaf):
        found: list[Type] = [o for o in type_.options if not isinstance(o, lists)]
    else:
        shapes: tuple[type, ...] = lists if value.is_list else mappings
        found = [option for option in type_.options if isinstance(option, shapes)]
    return found[0] if found else None


def inside(type_: Type | None, key: str) -> Type | None:
    """The type of an item, or of what stands under a key; keys are paths of fields."""
    match type_:
        case SectionOf():
            return _at(type_, key.split("."))
        case ListOf(item):
            return item
        case NamedChanges():
            return SPEC
    return None


def _is_part(group: Group) -> bool:
    """A word with its fields, and a word that can stand before `(`."""
    if len(group.members) != 1 or group.is_list:
        return False
    word, fields = group.members[0].key, group.members[0].value
    named = word is not None and is_name(word.text)
    return named and isinstance(fields, Group) and not fields.is_list


def _part(type_: PartOf, group: Group) -> Group:
    (member,) = group.members
    cls = type_.words.get(member.key.text) if member.key is not None else None
    fields = with_roles(SectionOf(cls) if cls is not None else None, member.value)
    return replace(group, members=(replace(member, value=fields),), called=True)


def _at(type_: Type | None, steps: list[str]) -> Type | None:
    """The type at the end of a path; into a part of any word that has such a field."""
    for step in steps:
        if isinstance(type_, OneOf):
            inner = (o for o in type_.options if isinstance(o, (PartOf, SectionOf, ListOf)))
            type_ = next(inner, None)
        match type_:
            case SectionOf(cls):
                classes: tuple[type, ...] = (cls,)
            case PartOf():
                classes = tuple(type_.words.values())
            case ListOf(item):
                type_ = item
                continue
            case _:
                return None
        found = (fields_of(cls)[step].type for cls in classes if step in fields_of(cls))
        type_ = next(found, None)
    return type_
