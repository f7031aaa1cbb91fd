"""The JSON Schema of a spec, for editors and other tools, from the types of the spec classes.

It knows what types, bounds and names allow, and never refuses what the checker accepts. The
checker, which knows places and what fits together, judges specs.

Editors read YAML by rules of their own, to which `5_000` is a text: numbers may be texts of that
form. `errorMessage` and `enumDescriptions` are words of editors; validators pass over them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from hebbdsl.diagnostics.wording import quoted
from hebbdsl.expression.parsing import LONGEST
from hebbdsl.parts.part import Part
from hebbdsl.spec.canonical import plain
from hebbdsl.spec.experiment import Experiment, Setup
from hebbdsl.spec.json_schema import DRAFT, Schema, length_limits, number_limits, one_of
from hebbdsl.spec.paths import FieldOf, Paths, paths_into
from hebbdsl.spec.types import (
    Boolean,
    Choice,
    ExpressionOf,
    Field,
    ListOf,
    NamedChanges,
    NumberOf,
    PartOf,
    SectionOf,
    Text,
    Type,
    WholeNumbers,
    article,
    fields_of,
    former_names,
    in_words,
)
from hebbdsl.vocabulary import KINDS, usable_words, word_of

_GROUPED = r"[0-9]+(_[0-9]+)+"
_RANGE = r"[0-9][0-9_]*\.\.[0-9][0-9_]*"


def spec_schema() -> Schema:
    """Of a whole spec, with a definition for every section, every kind and every word."""
    sections = [f.type.cls for f in fields_of(Setup).values() if isinstance(f.type, SectionOf)]
    definitions: Schema = {"changes": _changes(Setup, "named changes to the setup, by path")}
    for cls in sections:
        definitions[_name(cls)] = _section(cls)
        definitions[f"changes.{_name(cls)}"] = _changes(cls, _first_sentence(cls))
    for kind in KINDS:
        words = usable_words(kind)
        definitions[kind.kind] = _kind(kind, words)
        for word, cls in words.items():
            definitions[f"{kind.kind}.{word}"] = _section(cls)
    return {
        "$schema": DRAFT,
        "title": "hebbdsl spec",
        **_root(),
        "$defs": definitions,
    }


def _root() -> Schema:
    """The sections, and paths into them. What a spec extends, or a path writes, may be left out."""
    fields = fields_of(Experiment)
    sections = _section(Experiment)
    paths = _changes(Experiment, "")
    own = {name: field for name, field in fields.items() if name not in fields_of(Setup)}
    named: Schema = {}
    whole: Schema = {}
    for name, field in fields.items():
        match field.type:
            case SectionOf(cls):
                whole[name] = {
                    "required": _section(cls)["required"],
                    "propertyNames": {"pattern": "^[^.]+$"},
                }
                sections["properties"][name] = {
                    "description": field.about,
                    "$ref": f"#/$defs/changes.{_name(cls)}",
                }
            case NamedChanges(Text(pattern)) if pattern is not None:
                whole[name] = {"additionalProperties": {"type": "object"}}
                named[f"^{name}\\.({pattern.regex})$"] = _named_changes()
                named[f"^{name}\\.({pattern.regex})\\."] = True
    return {
        **sections,
        "required": [name for name, field in own.items() if field.required],
        # Paths as patterns, so that editors offer the sections alone.
        "patternProperties": {
            **{
                f"^{re.escape(path)}$": schema
                for path, schema in paths["properties"].items()
                if path not in fields
            },
            **paths["patternProperties"],
            **named,
        },
        "if": {"propertyNames": {"pattern": r"^(?!extends$)[^.]+$"}},
        "then": {"required": sections["required"], "properties": whole},
    }


def _kind(kind: type[Part], words: Mapping[str, type[Part]]) -> Schema:
    """A word alone, where all its fields have defaults, or with its fields.

    Said without alternatives: what is said of texts and of objects does not touch the other.
    """
    bare = [w for w, cls in words.items() if not any(f.required for f in fields_of(cls).values())]
    return {
        "description": _first_sentence(kind),
        "type": ["object", "string"],
        "pattern": f"^({'|'.join(bare)})$",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
        "properties": {word: {"$ref": f"#/$defs/{kind.kind}.{word}"} for word in words},
        "defaultSnippets": [_snippet(word, cls) for word, cls in words.items()],
        "errorMessage": f"Expected {article(kind.kind)} {kind.kind}: {', '.join(words)}.",
    }


def _snippet(word: str, cls: type[Part]) -> Schema:
    """What editors offer where the word may stand: with the fields that it must have."""
    needed = {field.name: "$1" for field in fields_of(cls).values() if field.required}
    return {
        "label": word,
        "description": _first_sentence(cls),
        "body": {word: needed} if needed else word,
    }


def _section(cls: type) -> Schema:
    fields = fields_of(cls)
    return {
        "description": _first_sentence(cls),
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in fields.values() if field.required],
        "properties": {
            **{field.name: _field(field) for field in fields.values()},
            **{name: _former(fields[now]) for name, now in former_names(cls).items()},
        },
    }


def _field(field: Field) -> Schema:
    schema = {"description": field.about, **_type(field.type)}
    if not field.required:
        schema["default"] = plain(field.default)
    return schema


def _former(field: Field) -> Schema:
    """The name that a field had before: read, and not offered."""
    about = f"now called {quoted(field.name)}"
    return {**_field(field), "description": about, "deprecated": True, "doNotSuggest": True}


def _changes(cls: type, about: str) -> Schema:
    """What may stand where a variant changes fields: any path, each with the type at its end."""
    paths = paths_into(cls)
    return {
        "description": about,
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **{path: _changed(fields) for path, fields in paths.named.items()},
            **dict(_former_paths(paths)),
        },
        "patternProperties": {
            **{regex: _type(type_) for regex, type_ in paths.items.items()},
            **dict.fromkeys(paths.deeper, True),
        },
    }


def _former_paths(paths: Paths) -> Iterator[tuple[str, Schema]]:
    for path, fields in paths.named.items():
        for found in fields:
            if found.field.formerly is not None:
                name = found.field.formerly.name
                before, dot, _ = path.rpartition(".")
                yield (
                    f"{before}{dot}{name}",
                    {"$ref": f"{_definition(found.cls)}/properties/{name}"},
                )


def _changed(fields: tuple[FieldOf, ...]) -> Schema:
    """The value of a change: as where the field stands, only that sections are merged."""
    field = fields[0].field
    if isinstance(field.type, SectionOf):
        # Not `$ref` alone, for which editors would write out the default of every field.
        inner = {"$ref": f"#/$defs/changes.{_name(field.type.cls)}"}
        return {"description": field.about, "type": "object", "allOf": [inner]}
    places = [
        {"$ref": f"{_definition(found.cls)}/properties/{found.field.name}"} for found in fields
    ]
    return places[0] if len(places) == 1 else {"anyOf": places}


def _named_changes() -> Schema:
    """What a variant changes; null takes away one that is inherited."""
    return {"anyOf": [{"$ref": "#/$defs/changes"}, {"type": "null"}]}


def _definition(cls: type) -> str:
    if cls in (Setup, Experiment):
        return "#"
    if issubclass(cls, Part):
        return f"#/$defs/{cls.kind}.{word_of(cls)}"
    return f"#/$defs/{_name(cls)}"


def _type(type_: Type) -> Schema:
    match type_:
        case Boolean():
            return {"type": "boolean"}
        case Text(pattern):
            text = {"type": "string"}
            if pattern is None:
                return text
            return {**text, "pattern": f"^({pattern.regex})$", "errorMessage": _message(type_)}
        case NumberOf(whole, bounds):
            return {
                "type": ["integer" if whole else "number", "string"],
                "pattern": f"^[+-]?{_GROUPED}{'' if whole else '.*'}$",
                **number_limits(bounds),
                "errorMessage": _message(type_),
            }
        case Choice(values):
            return {"enum": list(values)}
        case ListOf(item, length):
            return {"type": "array", "items": _type(item), **length_limits(length)}
        case WholeNumbers(item):
            one = {
                "type": ["integer", "string"],
                "pattern": f"^({_GROUPED}|{_RANGE})$",
                **number_limits(item.bounds),
            }
            return {
                **one,
                "type": [*one["type"], "array"],
                "items": one,
                "minItems": 1,
                "errorMessage": _message(type_),
            }
        case PartOf(kind):
            return {"$ref": f"#/$defs/{kind.kind}"}
        case SectionOf(cls):
            return {"$ref": f"#/$defs/{_name(cls)}"}
        case ExpressionOf():
            return {"type": "string", "minLength": 1, "maxLength": LONGEST}
        case NamedChanges(name, length):
            return {
                "type": "object",
                "maxProperties": length.maximum,
                "propertyNames": _type(name),
                "additionalProperties": _named_changes(),
            }
    return one_of(tuple(map(_type, type_.options)), type_.optional)


def _message(type_: Type) -> str:
    return f"Expected {in_words(type_)}."


def _first_sentence(cls: type) -> str:
    return " ".join((cls.__doc__ or "").partition("\n\n")[0].split())


def _name(cls: type) -> str:
    return cls.__name__.lower()
