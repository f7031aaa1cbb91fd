"""What is said where a node is not what the type of its place asks for."""

from __future__ import annotations

from hebbdsl.diagnostics.codes import names, values
from hebbdsl.diagnostics.diagnostic import Problem, nearest
from hebbdsl.source import Span
from hebbdsl.spec.checked import Path
from hebbdsl.spec.types import Field, OneOf, PartOf, Type, fields_of, in_short, in_words
from hebbdsl.syntax import scalars
from hebbdsl.syntax.tree import Mapping, Scalar, Sequence, Written
from hebbdsl.vocabulary import KINDS, words_of


def missing_field(owner: str, name: str, info: Field, place: Span) -> Problem:
    """A field that must be written is not."""
    expected = in_words(info.type)
    if isinstance(info.type, PartOf):
        expected = f"one of {', '.join(info.type.words)}"
    return names.MissingField(
        place=place, owner=owner, field=name, expected=expected, about=info.about
    )


def unknown_word(type_: PartOf, word: Scalar) -> Problem:
    """A word that there is not, or not of this kind."""
    kind, known = type_.kind.kind, tuple(type_.words)
    for other in KINDS:
        if word.text in words_of(other):
            return names.WordOfAnotherKind(
                place=word.span, word=word.text, kind=other.kind, asked=kind, known=known
            )
    holder = None
    if nearest(word.text, known) is None:
        holder = next((w for w, cls in type_.words.items() if word.text in fields_of(cls)), None)
    return names.UnknownWord(
        place=word.span, kind=kind, word=word.text, known=known, field_of=holder
    )


def no_value(type_: Type, node: Scalar, name: str, key: Span | None) -> Problem:
    """Nothing is written behind a field's name."""
    optional = isinstance(type_, OneOf) and type_.optional
    advice = "write a value, or `null`" if optional else f"it takes {in_words(type_)}"
    return values.NoValue(place=key if key is not None else node.span, field=name, advice=advice)


def wrong_type(
    type_: Type, node: Written, name: str, advice: str | None = None, instead: str | None = None
) -> Problem:
    """A node of another shape than the type has; `instead` is what `--fix` may write."""
    return values.WrongType(
        place=node.span if isinstance(node, Scalar) else start_of(node),
        field=name,
        expected=in_short(type_),
        found=found_in_words(node),
        advice=advice,
        instead=instead,
    )


def found_in_words(node: Written) -> str:
    """A node's shape, or its scalar, as messages call it."""
    match node:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
    return scalars.in_words(node.text, node.quoted)


def start_of(node: Written) -> Span:
    """A collection's first characters: its whole would underline many lines."""
    if (
        isinstance(node, Mapping)
        and node.entries
        and node.entries[0].key.span.start == node.span.start
    ):
        return node.entries[0].key.span
    return Span(node.span.source, node.span.start, min(node.span.start + 1, node.span.end))


def name_of(path: Path) -> str:
    """How messages call the value at `path`: by its field, and which item of it."""
    names_ = [str(step) for step in path]
    field_at = max((i for i, step in enumerate(path) if isinstance(step, str)), default=0)
    return ".".join(names_[field_at:])
