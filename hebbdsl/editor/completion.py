"""What may be written at a cursor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from hebbdsl.editor.cursor import Layout, Place, Role, place_at
from hebbdsl.editor.expected import Expected, Written, expected_at, fields_by_path
from hebbdsl.editor.markdown import field_page, metric_page, word_page
from hebbdsl.editor.nearby_specs import spec_files
from hebbdsl.expression.condition import Condition
from hebbdsl.expression.metrics import EVALUATION_METRICS, RUN_METRICS
from hebbdsl.parts.part import Part
from hebbdsl.source import Source
from hebbdsl.spec.checked import Draft
from hebbdsl.spec.extending import EXTENDS
from hebbdsl.spec.glossary import spelt
from hebbdsl.spec.types import (
    Boolean,
    Choice,
    ExpressionOf,
    Field,
    NamedChanges,
    NumberOf,
    PartOf,
    SectionOf,
    Type,
    WholeNumbers,
    fields_of,
)

_KEY = re.compile(r"[\w.@]*")
_VALUE = re.compile(r"[\w.@-]*")
_WORD = re.compile(r"[\w@]*")
_FILE = re.compile(r"[^\s\"'#,]*")
_OF_METRIC = re.compile(r"(?<!\w)([A-Za-z_]\w*+)(?:@\d++)?+\s*+\(\s*+\w*$")
_JOINED = re.compile(r"\s*(?:[:={(])")


class Sort(Enum):
    """What is offered."""

    SECTION = "section"
    FIELD = "field"
    WORD = "word"
    VALUE = "value"
    METRIC = "metric"
    VARIANT = "variant"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that may be written.

    Attributes:
        insert: what is written; `$1` is where the cursor goes on.
        detail: a few words behind the label.
        page: more on it, as Markdown.
    """

    label: str
    insert: str
    sort: Sort
    detail: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """What may stand in the place of the characters from `start` to `end`, likeliest first."""

    start: int
    end: int
    candidates: tuple[Candidate, ...]


def completion_at(source: Source, offset: int, drafts: tuple[Draft, ...] = ()) -> Completion | None:
    """What may be written at `offset`; None where the language asks for nothing it knows."""
    place = place_at(source, offset)
    if place is None:
        return None
    written = Written(place.root, drafts)
    expected = expected_at(place.keys, written)
    if expected is None and place.role is Role.VALUE:
        return None
    if expected is None:
        return _in_call(place, written)
    expression = _expression(expected)
    if expression is not None and place.role is Role.VALUE:
        return _completion(place, _WORD, _metrics(place, place.before, expression, written))
    if place.role is Role.VALUE and expected.path == (EXTENDS,):
        folder_of = _around(place, _FILE)
        before = source.text[folder_of[0] : place.offset]
        mark = (
            '"'
            if place.layout is Layout.ENTRIES and '"' not in source.text[place.start : place.end]
            else ""
        )
        files = (
            Candidate(f, f"{mark}{f}{mark}", Sort.FILE) for f in spec_files(source.name, before)
        )
        return _completion(place, _FILE, files)
    if place.role is Role.KEY:
        return _completion(place, _KEY, _keys(place, expected, written))
    if place.alone and any(isinstance(o, (SectionOf, PartOf)) for o in expected.options):
        return _completion(place, _KEY, _keys(place, expected, written, alone=True))
    return _completion(place, _VALUE, _values(place, expected, written))


def _completion(
    place: Place, pattern: re.Pattern[str], candidates: Iterator[Candidate]
) -> Completion | None:
    start, end = _around(place, pattern)
    by_label = {candidate.label: candidate for candidate in reversed(tuple(candidates))}
    found = tuple(reversed(by_label.values()))
    return Completion(start, end, found) if found else None


def _around(place: Place, pattern: re.Pattern[str]) -> tuple[int, int]:
    """The characters around the cursor that the pattern takes, none beyond the value itself."""
    text, start = place.source.text, place.offset
    while start > place.start and pattern.fullmatch(text, start - 1, place.offset):
        start -= 1
    behind = pattern.match(text, place.offset, max(place.end, place.offset))
    return start, behind.end() if behind else place.offset


def _expression(expected: Expected) -> type | None:
    return next((o.cls for o in expected.options if isinstance(o, ExpressionOf)), None)


def _in_call(place: Place, written: Written) -> Completion | None:
    """Between the parentheses of a metric, which look like those of a word."""
    expected = expected_at(place.keys[:-1], written)
    if expected is None or not place.keys or (expression := _expression(expected)) is None:
        return None
    before = f"{place.keys[-1]}({place.before}"
    return _completion(place, _WORD, _metrics(place, before, expression, written))


def _keys(
    place: Place, expected: Expected, written: Written, *, alone: bool = False
) -> Iterator[Candidate]:
    for option in expected.options:
        match option:
            case SectionOf(cls):
                yield from _fields(place, expected, cls)
                if expected.variant is not None or (
                    not expected.path and EXTENDS in place.siblings
                ):
                    yield from _paths(place, expected, written)
            case PartOf(kind) if not place.siblings:
                for word, cls in option.words.items():
                    insert = (
                        _word(place, word, cls) if alone else _as_key(place, word, section=True)
                    )
                    yield Candidate(word, insert, Sort.WORD, kind.kind, word_page(word, cls))


def _fields(place: Place, expected: Expected, cls: type) -> Iterator[Candidate]:
    """Fields not yet written, those that must be first."""
    fields = [f for f in fields_of(cls).values() if f.name not in place.siblings]
    for field in sorted(fields, key=lambda field: not field.required):
        yield _field(place, field.name, field, expected.owner)


def _paths(place: Place, expected: Expected, written: Written) -> Iterator[Candidate]:
    for path, inner in fields_by_path(expected, written).items():
        if path not in place.siblings and inner.field is not None:
            yield _field(place, path, inner.field, inner.owner)


def _field(place: Place, path: str, field: Field, owner: str) -> Candidate:
    section = isinstance(field.type, (SectionOf, NamedChanges))
    default = "required" if field.required else f"default {spelt(field.default)}"
    sort = Sort.SECTION if section else Sort.FIELD
    insert = _as_key(place, path, section=section)
    return Candidate(path, insert, sort, default, field_page(field, owner))


def _as_key(place: Place, name: str, *, section: bool) -> str:
    """The key with what joins it to its value, unless that stands there already."""
    end = _around(place, _KEY)[1]
    if _JOINED.match(place.source.text, end):
        return name
    match place.layout:
        case Layout.BLOCK:
            return f"{name}:" if section else f"{name}: "
        case Layout.FLOW:
            return f"{name}: {{$1}}" if section else f"{name}: "
        case Layout.ENTRIES:
            return f"{name} {{ $1 }}" if section else f"{name} = "
        case Layout.CALL:
            return f"{name}="


def _values(place: Place, expected: Expected, written: Written) -> Iterator[Candidate]:
    if expected.path == ("baseline",):
        yield from _variants(written)
    for option in expected.options:
        yield from _of_type(place, expected, option)
    if _default(expected) is None:
        yield Candidate("null", "null", Sort.VALUE, "default")


def _of_type(place: Place, expected: Expected, type_: Type) -> Iterator[Candidate]:
    default = _default(expected)
    match type_:
        case Boolean():
            for value in (True, False):
                mark = "default" if value == default else ""
                yield Candidate(spelt(value), spelt(value), Sort.VALUE, mark)
        case Choice(values):
            for choice in values:
                mark = "default" if choice == default else ""
                yield Candidate(str(choice), str(choice), Sort.VALUE, mark)
        case PartOf(kind):
            for word, cls in type_.words.items():
                insert = _word(place, word, cls)
                yield Candidate(word, insert, Sort.WORD, kind.kind, word_page(word, cls))
        case NumberOf() | WholeNumbers() if default not in (..., None):
            yield Candidate(spelt(default), spelt(default), Sort.VALUE, "default")


def _default(expected: Expected) -> object:
    """The default of the field whose whole value is asked for; `...` where there is none."""
    field = expected.field
    if field is None or field.required or expected.path[-1] != field.name:
        return ...
    return field.default


def _word(place: Place, word: str, cls: type[Part]) -> str:
    """A part: its word alone, or with the fields that it must have."""
    needed = [field.name for field in fields_of(cls).values() if field.required]
    if not needed or _JOINED.match(place.source.text, _around(place, _VALUE)[1]):
        return word
    if place.layout in (Layout.ENTRIES, Layout.CALL):
        return f"{word}({needed[0]}=$1)"
    return f"{word}: {{{needed[0]}: $1}}" if place.alone else f"{{{word}: {{{needed[0]}: $1}}}}"


def _metrics(place: Place, before: str, expression: type, written: Written) -> Iterator[Candidate]:
    """Metrics, and in the parentheses of one of a whole run: variants."""
    called = _OF_METRIC.search(before)
    if called is not None and called.group(1) in RUN_METRICS:
        yield from _variants(written)
        return
    if expression is Condition:
        for metric in EVALUATION_METRICS.values():
            page = metric_page(metric)
            yield Candidate(metric.name, metric.name, Sort.METRIC, metric.unit, page)
        return
    follows = place.source.text[_around(place, _WORD)[1] :].startswith("(")
    for metric in RUN_METRICS.values():
        name = f"{metric.name}@10" if metric.aged else metric.name
        insert = name if follows else f"{name}($1)"
        yield Candidate(name, insert, Sort.METRIC, metric.unit, metric_page(metric))


def _variants(written: Written) -> Iterator[Candidate]:
    for name in written.variants():
        yield Candidate(name, name, Sort.VARIANT, "variant")
