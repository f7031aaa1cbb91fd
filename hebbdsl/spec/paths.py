"""All paths by which fields can be changed, as `variants` and `--set` write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from hebbdsl.frozen import frozen
from hebbdsl.spec.types import Field, ListOf, OneOf, PartOf, SectionOf, Type, fields_of
from hebbdsl.vocabulary import usable_words


@frozen
class FieldOf:
    """A field with the spec class that has it."""

    cls: type
    field: Field


@frozen
class Paths:
    """What may stand as the key of a change to the fields of one spec class.

    Attributes:
        named: paths that name fields only, each with those that it may mean: several where words
            of one kind have a field of that name, but of other types.
        items: regular expressions of paths that end with the index of a list, and its items' type.
        deeper: regular expressions of how all other paths begin.
    """

    named: Mapping[str, tuple[FieldOf, ...]]
    items: Mapping[str, Type]
    deeper: tuple[str, ...]


def paths_into(cls: type) -> Paths:
    """Every path into the fields of `cls`, whatever word stands where a part is asked for.

    What lies below a list item, or below a part inside a part, is not spelt out.
    """
    named: dict[str, tuple[FieldOf, ...]] = {}
    items: dict[str, Type] = {}
    deeper: dict[str, None] = {}
    for path, found, inner in _walk(cls, "", inside=False):
        known = named.get(path, ())
        if found.field.type not in (other.field.type for other in known):
            named[path] = (*known, found)
        for option in options(found.field.type):
            if isinstance(option, ListOf):
                items[f"^{re.escape(path)}\\.[0-9]+$"] = option.item
                if any(isinstance(o, (PartOf, SectionOf)) for o in options(option.item)):
                    deeper[f"^{re.escape(path)}\\.[0-9]+\\."] = None
            elif isinstance(option, PartOf) and inner:
                deeper[f"^{re.escape(path)}\\."] = None
    return Paths(named, items, tuple(deeper))


def options(type_: Type) -> tuple[Type, ...]:
    """The types that a value may have."""
    return type_.options if isinstance(type_, OneOf) else (type_,)


def _walk(cls: type, before: str, *, inside: bool) -> Iterator[tuple[str, FieldOf, bool]]:
    """Paths, their fields, and whether a part has been gone into."""
    for field in fields_of(cls).values():
        path = f"{before}{field.name}"
        yield path, FieldOf(cls, field), inside
        for option in options(field.type):
            match option:
                case SectionOf(inner):
                    yield from _walk(inner, f"{path}.", inside=inside)
                case PartOf() if not inside:
                    for word in usable_words(option.kind).values():
                        yield from _walk(word, f"{path}.", inside=True)
