"""The JSON Schema of a spec, for editors and other tools, from the types of the spec classes.

It knows what types, bounds and names allow. The checker, which knows places and what fits
together, judges specs.
"""

from __future__ import annotations

from typing import Any

from hebbdsl.diagnostics.codes.expressions import LONGEST
from hebbdsl.parts.bounds import Bounds
from hebbdsl.spec.experiment import Experiment, Training
from hebbdsl.spec.types import (
    Boolean,
    Choice,
    ExpressionOf,
    Field,
    ListOf,
    NamedChanges,
    NumberOf,
    OneOf,
    PartOf,
    SectionOf,
    Text,
    Type,
    WholeNumbers,
    fields_of,
)
from hebbdsl.vocabulary import VOCABULARY

Schema = dict[str, Any]


def spec_schema() -> Schema:
    """Of a whole spec, with a definition for every kind and every word."""
    definitions: Schema = {"training": _section(Training)}
    for kind, words in VOCABULARY.items():
        definitions[kind.kind] = _kind(kind.kind, words)
        for word, cls in words.items():
            definitions[f"{kind.kind}.{word}"] = _section(cls)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "hebbdsl spec",
        **_section(Experiment),
        "$defs": definitions,
    }


def _kind(kind: str, words: Any) -> Schema:
    bare = [w for w, cls in words.items() if not any(f.required for f in fields_of(cls).values())]
    fields = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
        "properties": {word: {"$ref": f"#/$defs/{kind}.{word}"} for word in words},
    }
    return {"anyOf": [{"enum": bare}, fields] if bare else [fields]}


def _section(cls: type) -> Schema:
    fields = fields_of(cls)
    return {
        "description": " ".join((cls.__doc__ or "").partition("\n\n")[0].split()),
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in fields.values() if field.required],
        "properties": {field.name: _field(field) for field in fields.values()},
    }


def _field(field: Field) -> Schema:
    return {"description": field.about, **_type(field.type)}


def _type(type_: Type) -> Schema:
    match type_:
        case Boolean():
            return {"type": "boolean"}
        case Text(pattern):
            text = {"type": "string"}
            return text if pattern is None else {**text, "pattern": f"^(?:{pattern.regex})$"}
        case NumberOf(whole, bounds):
            return {"type": "integer" if whole else "number", **_bounds(bounds)}
        case Choice(values):
            return {"enum": list(values)}
        case ListOf(item, length):
            limits: Schema = {"minItems": length.minimum} if length.minimum else {}
            if length.maximum is not None:
                limits["maxItems"] = length.maximum
            return {"type": "array", "items": _type(item), **limits}
        case WholeNumbers(item):
            one = {"anyOf": [_type(item), {"type": "string", "pattern": r"^[0-9_]+\.\.[0-9_]+$"}]}
            return {"anyOf": [*one["anyOf"], {"type": "array", "minItems": 1, "items": one}]}
        case PartOf(kind):
            return {"$ref": f"#/$defs/{kind.kind}"}
        case SectionOf(cls):
            return {"$ref": f"#/$defs/{cls.__name__.lower()}"}
        case ExpressionOf():
            return {"type": "string", "minLength": 1, "maxLength": LONGEST}
        case NamedChanges(name):
            return {
                "type": "object",
                "propertyNames": _type(name),
                "additionalProperties": {"type": "object"},
            }
        case OneOf(options, optional):
            null: list[Schema] = [{"type": "null"}] if optional else []
            return {"anyOf": [*map(_type, options), *null]}


def _bounds(bounds: Bounds) -> Schema:
    limits = {
        "minimum": bounds.minimum,
        "maximum": bounds.maximum,
        "exclusiveMinimum": bounds.above,
        "exclusiveMaximum": bounds.below,
    }
    return {word: limit for word, limit in limits.items() if limit is not None}
