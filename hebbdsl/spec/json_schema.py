"""JSON of classes whose values are kept in files or exported, and its JSON Schema.

A dataclass or a `TypedDict` is an object with exactly its keys. Limits stand in `Annotated`, as
those of spec classes do.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Bounds, Length, Pattern

Schema = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"

_SCALARS = {str: "string", bool: "boolean", int: "integer", float: "number"}


@frozen
class Keys:
    """The mapping has the keys of a `TypedDict`; `more`: and may have others."""

    cls: type
    more: bool = False


class LeftOut:
    """Where the value is None, the object lacks the key."""


class Elsewhere:
    """The field is no part of the object: another file has it, or none."""


class Distinct:
    """No item of the list is there twice."""


def schema_of(hint: Any, notes: tuple[object, ...] = ()) -> Schema:
    """The schema of the values of a type, with what is noted beside it."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return schema_of(arguments[0], (*hint.__metadata__, *notes))
    if origin in (Union, types.UnionType):
        options = tuple(schema_of(one, notes) for one in arguments if one is not types.NoneType)
        null = len(options) < len(arguments) and not _noted(LeftOut, notes)
        return one_of(options, null)
    if origin is Literal:
        return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
    if origin in (list, tuple):
        return {"type": "array", "items": schema_of(arguments[0]), **_limits("Items", notes)}
    if origin is Mapping:
        keys = next((note for note in notes if isinstance(note, Keys)), None)
        if keys is not None:
            return _object(keys.cls, keys.more)
        values = schema_of(arguments[1])
        return {"type": "object", **({"additionalProperties": values} if values else {})}
    if hint is Any:
        return {}
    if hint in _SCALARS:
        return {"type": _SCALARS[hint], **_limits("Length", notes)}
    if is_dataclass(hint) or is_typeddict(hint):
        return _object(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [one.value for one in hint]}
    raise TypeError(f"JSON has no such type: {hint}")


def _object(cls: Any, more: bool = False) -> Schema:
    properties: Schema = {}
    required = []
    for name, hint in get_type_hints(cls, include_extras=True).items():
        notes = getattr(hint, "__metadata__", ())
        if _noted(Elsewhere, notes):
            continue
        optional = get_origin(hint) is NotRequired
        properties[name] = schema_of(get_args(hint)[0] if optional else hint)
        if not (optional or _noted(LeftOut, notes) or not getattr(cls, "__total__", True)):
            required.append(name)
    closed = {} if more else {"additionalProperties": False}
    return {"type": "object", "properties": properties, "required": required, **closed}


def _noted(kind: type, notes: tuple[object, ...]) -> bool:
    return any(isinstance(note, kind) for note in notes)


def _limits(counted: str, notes: tuple[object, ...]) -> Schema:
    return dict(limit for note in notes for limit in _limit(counted, note))


def _limit(counted: str, note: object) -> Iterator[tuple[str, Any]]:
    match note:
        case Bounds():
            yield from number_limits(note).items()
        case Length():
            yield from length_limits(note, counted).items()
        case Pattern(regex):
            yield "pattern", f"^({regex})$"
        case Distinct():
            yield "uniqueItems", True


def one_of(options: tuple[Schema, ...], optional: bool) -> Schema:
    """One flat schema where it can be: editors explain what is wrong with it better."""
    if len(options) == 1 and "type" in options[0] and optional:
        of = options[0]["type"]
        names = [of] if isinstance(of, str) else of
        return {**options[0], "type": [*names, "null"]}
    null: list[Schema] = [{"type": "null"}] if optional else []
    alternatives = [*options, *null]
    return {"anyOf": alternatives} if len(alternatives) > 1 else alternatives[0]


def number_limits(bounds: Bounds) -> Schema:
    limits = {
        "minimum": bounds.minimum,
        "maximum": bounds.maximum,
        "exclusiveMinimum": bounds.above,
        "exclusiveMaximum": bounds.below,
    }
    return {word: limit for word, limit in limits.items() if limit is not None}


def length_limits(length: Length, counted: str = "Items") -> Schema:
    limits = {f"min{counted}": length.minimum or None, f"max{counted}": length.maximum}
    return {word: limit for word, limit in limits.items() if limit is not None}


@cache
def _written(cls: type) -> tuple[tuple[str, bool], ...]:
    """The fields of a class that its object has, and whether it has them where they are None."""
    hints = get_type_hints(cls, include_extras=True)
    notes = {name: getattr(hint, "__metadata__", ()) for name, hint in hints.items()}
    return tuple(
        (one.name, not _noted(LeftOut, notes[one.name]))
        for one in fields(cls)
        if not _noted(Elsewhere, notes[one.name])
    )


def to_json(value: Any) -> Any:
    """JSON values of such a class, or of anything it may hold."""
    if is_dataclass(value):
        cls: type = type(value)
        found = ((name, getattr(value, name), kept) for name, kept in _written(cls))
        return {name: to_json(inner) for name, inner, kept in found if kept or inner is not None}
    match value:
        case Mapping():
            return {str(key): to_json(inner) for key, inner in value.items()}
        case list() | tuple():
            return [to_json(one) for one in value]
        case Enum():
            return value.value
    return value
