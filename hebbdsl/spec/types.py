"""What the types of spec classes mean to the language: read once from the annotations."""

from __future__ import annotations

import types
from collections.abc import Mapping as AbstractMapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from hebbdsl.expression.claim import Claim
from hebbdsl.expression.condition import Condition
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Bounds, Formerly, Length, On, Pattern, Ranges, Suggested
from hebbdsl.parts.part import Part
from hebbdsl.vocabulary import KINDS, package_of, words_of

N = TypeVar("N")

_UNBOUNDED = Bounds()
_ANY_LENGTH = Length()


@frozen
class Boolean:
    """`true` or `false`."""


@frozen
class Text:
    pattern: Pattern | None = None


@frozen
class NumberOf:
    whole: bool
    bounds: Bounds = _UNBOUNDED


@frozen
class Choice:
    """One of a few words (or, for the version, numbers)."""

    values: tuple[str | int, ...]


@frozen
class ListOf:
    item: Type
    length: Length = _ANY_LENGTH


@frozen
class WholeNumbers:
    """Distinct whole numbers, also written as ranges."""

    item: NumberOf
    most: int


@frozen
class PartOf:
    kind: type[Part]

    @property
    def words(self) -> AbstractMapping[str, type[Part]]:
        return words_of(self.kind)


@frozen
class SectionOf:
    """A mapping with the fields of a spec class that is no part."""

    cls: type


@frozen
class ExpressionOf:
    cls: type[Condition] | type[Claim]


@frozen
class NamedChanges:
    """The variants: names, each with paths and values."""

    name: Text
    length: Length = _ANY_LENGTH


@frozen
class OneOf:
    """Any of several types; `optional`: or null."""

    options: tuple[Type, ...]
    optional: bool


Type = (
    Boolean
    | Text
    | NumberOf
    | Choice
    | ListOf
    | WholeNumbers
    | PartOf
    | SectionOf
    | ExpressionOf
    | NamedChanges
    | OneOf
)


@frozen
class Field:
    """A field of a spec class, as the language sees it."""

    name: str
    type: Type
    about: str
    required: bool
    default: object
    suggested: Suggested | None = None
    on: On | None = None
    formerly: Formerly | None = None


def fields_of(cls: type) -> AbstractMapping[str, Field]:
    """The fields of a spec class by name, inherited ones first."""
    return _fields_of(cls)


@cache
def _fields_of(cls: type) -> AbstractMapping[str, Field]:
    try:
        return _declared(cls)
    except (TypeError, NameError) as error:
        from hebbdsl.entry_points import BrokenError

        if issubclass(cls, Part) and (added := package_of(cls)) is not None:
            raise BrokenError(added, f"`{cls.__name__}`: {error}") from error
        raise


def _declared(cls: type) -> AbstractMapping[str, Field]:
    hints = get_type_hints(cls, include_extras=True)
    return {
        f.name: Field(
            f.name,
            _type(hints[f.name]),
            next((m for m in getattr(hints[f.name], "__metadata__", ()) if isinstance(m, str)), ""),
            f.default is MISSING and f.default_factory is MISSING,
            f.default_factory() if f.default_factory is not MISSING else f.default,
            _note(Suggested, getattr(hints[f.name], "__metadata__", ())),
            _note(On, getattr(hints[f.name], "__metadata__", ())),
            _note(Formerly, getattr(hints[f.name], "__metadata__", ())),
        )
        for f in fields(cls)
    }


@cache
def former_names(cls: type) -> AbstractMapping[str, str]:
    """What fields of a spec class were called before, with what they are called."""
    found = fields_of(cls).values()
    return {field.formerly.name: field.name for field in found if field.formerly is not None}


def fields_holding(cls: type, *what: type) -> tuple[str, ...]:
    """Names of the fields of a spec class whose value is of one of these types, or a list of them.

    `what` are types of the language: `PartOf`, `ExpressionOf`.
    """
    return _fields_holding(cls, what)


@cache
def _fields_holding(cls: type, what: tuple[type, ...]) -> tuple[str, ...]:
    return tuple(name for name, field in fields_of(cls).items() if _holds(field.type, what))


def _holds(type_: Type, what: tuple[type, ...]) -> bool:
    match type_:
        case ListOf(item):
            return _holds(item, what)
        case OneOf(options):
            return any(_holds(option, what) for option in options)
    return isinstance(type_, what)


def _type(hint: Any, notes: tuple[object, ...] = ()) -> Type:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _type(arguments[0], (*hint.__metadata__, *notes))
    if origin in (Union, types.UnionType):
        options = tuple(_type(option, notes) for option in arguments if option is not type(None))
        optional = len(options) < len(arguments)
        return OneOf(options, optional)
    if origin is Literal:
        return Choice(arguments)
    if origin is tuple:
        return _list(arguments, notes)
    if origin is AbstractMapping:
        name = _type(arguments[0])
        if isinstance(name, Text):
            return NamedChanges(name, _note(Length, notes) or _ANY_LENGTH)
    if hint is bool:
        return Boolean()
    if hint in (int, float):
        return NumberOf(hint is int, _note(Bounds, notes) or _UNBOUNDED)
    if hint is str:
        return Text(_note(Pattern, notes))
    if isinstance(hint, type):
        if hint in KINDS:
            return PartOf(hint)
        if hint in (Condition, Claim):
            return ExpressionOf(hint)
        if is_dataclass(hint):
            return SectionOf(hint)
    raise TypeError(f"the language has no such type: {hint}")


def _list(arguments: tuple[Any, ...], notes: tuple[object, ...]) -> Type:
    if len(arguments) != 2 or arguments[1] is not Ellipsis:
        raise TypeError(f"lists are written tuple[X, ...], not tuple{list(arguments)}")
    item = _type(arguments[0])
    ranges = _note(Ranges, notes)
    if ranges is not None and isinstance(item, NumberOf):
        return WholeNumbers(item, ranges.most)
    return ListOf(item, _note(Length, notes) or _ANY_LENGTH)


def _note(kind: type[N], notes: tuple[object, ...]) -> N | None:
    return next((note for note in notes if isinstance(note, kind)), None)


def in_words(type_: Type) -> str:
    """For messages and `explain`: `a whole number, at least 1`."""
    match type_:
        case Boolean():
            return "`true` or `false`"
        case Text(pattern):
            return "a text" if pattern is None else f"a name ({pattern.in_words})"
        case NumberOf(whole, bounds):
            noun = "a whole number" if whole else "a number"
            return f"{noun}, {bounds.in_words()}" if bounds.in_words() else noun
        case Choice(values):
            return " or ".join(f"`{value}`" for value in values)
        case ListOf(item, length):
            return f"a list, each item {in_words(item)}{_length(length)}"
        case WholeNumbers(item, most):
            return f"whole numbers, such as `0..9` or `[0..3, 8]`, at most {most:_} of them"
        case PartOf(kind):
            return f"{article(kind.kind)} {kind.kind}"
        case SectionOf():
            return "a section of fields"
        case ExpressionOf(cls):
            return f"a {cls.__name__.lower()}"
        case NamedChanges(_, length):
            return f"{in_short(type_)}{_length(length)}"
    return ", or ".join([*map(in_words, type_.options), *(["`null`"] if type_.optional else [])])


def in_short(type_: Type) -> str:
    """The same without limits, for a value that is not even of the type."""
    match type_:
        case Text():
            return "a text" if type_.pattern is None else "a name"
        case NumberOf(whole):
            return "a whole number" if whole else "a number"
        case ListOf():
            return "a list"
        case NamedChanges():
            return "names, each with the fields it changes"
        case OneOf(options, optional):
            return " or ".join([*map(in_short, options), *(["`null`"] if optional else [])])
    return in_words(type_)


def article(noun: str) -> str:
    return "an" if noun[:1] in "aeiou" else "a"


def _length(length: Length) -> str:
    if length.maximum is not None and length.minimum:
        return f"; {length.minimum} to {length.maximum} items"
    if length.maximum is not None:
        return f"; at most {length.maximum} items"
    return f"; at least {length.minimum} items" if length.minimum else ""
