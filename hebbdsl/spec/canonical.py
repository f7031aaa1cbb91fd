"""Spec classes as plain JSON values: for records, for identity, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, get_type_hints

from hebbdsl.expression.claim import Claim
from hebbdsl.expression.condition import Condition
from hebbdsl.expression.spelling import spelling
from hebbdsl.parts.bounds import AddedLater, AfterTraining, Formerly, Logistics
from hebbdsl.parts.part import Part
from hebbdsl.vocabulary import word_of

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Plain = Any
"""What JSON can say: None, bool, int, float, str, list, dict with str keys."""


def plain(
    value: object, *, deciding_only: bool = False, defaults: bool = True, former: bool = False
) -> Plain:
    """Every field written out, defaults included; a part becomes `{word: {field: …}}`.

    Args:
        deciding_only: leave out fields marked `Logistics`, which say where data is found and not
            what it is, `AfterTraining`, and those marked `AddedLater` that hold their default;
            spell conditions in one way: what remains decides a run's training.
        defaults: False leaves out the fields that hold their default.
        former: call renamed fields what they were called at first, as identities do.
    """

    def inner(value: object) -> Plain:
        return plain(value, deciding_only=deciding_only, defaults=defaults, former=former)

    match value:
        case None | bool() | int() | float() | str():
            return value
        case Condition() | Claim():
            return spelling(value.expression) if deciding_only else value.text
        case Mapping():
            return {str(key): inner(item) for key, item in value.items()}
        case tuple() | list():
            return [inner(item) for item in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            skipped = _undecisive(value) if deciding_only else frozenset()
            names = _first_names(type(value)) if former else {}
            body = {
                names.get(field.name, field.name): inner(getattr(value, field.name))
                for field in fields(value)
                if field.name not in skipped
                and (defaults or getattr(value, field.name) != _default(field))
            }
            return {word_of(value): body} if isinstance(value, Part) else body
    raise TypeError(f"{type(value).__name__} is no value of a spec")


def deciding_parts(value: object) -> Iterator[Part]:
    """All parts in what `plain` writes of what decides, the outer ones first."""
    if isinstance(value, Part):
        yield value
    inner: Iterable[object] = ()
    if isinstance(value, Mapping):
        inner = value.values()
    elif isinstance(value, tuple | list):
        inner = value
    elif is_dataclass(value) and not isinstance(value, type | Condition | Claim):
        skipped = _undecisive(value)
        names = (field.name for field in fields(value) if field.name not in skipped)
        inner = [getattr(value, name) for name in names]
    for one in inner:
        yield from deciding_parts(one)


@cache
def _first_names(cls: type) -> Mapping[str, str]:
    """What renamed fields were called at first."""
    return {
        name: mark.name
        for name, hint in get_type_hints(cls, include_extras=True).items()
        for mark in getattr(hint, "__metadata__", ())
        if isinstance(mark, Formerly)
    }


def _default(field: Field[object]) -> object:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _undecisive(value: DataclassInstance) -> frozenset[str]:
    hints = get_type_hints(type(value), include_extras=True)
    found = set[str]()
    for field in fields(value):
        marks = {type(mark) for mark in getattr(hints[field.name], "__metadata__", ())}
        as_ever = getattr(value, field.name) == field.default
        if marks & {Logistics, AfterTraining} or (AddedLater in marks and as_ever):
            found.add(field.name)
    return frozenset(found)
