"""The sections and variants of a text, for an editor's outline."""

from __future__ import annotations

from dataclasses import dataclass

from hebbdsl.editor.partial_tree import partial_tree
from hebbdsl.source import Source, Span
from hebbdsl.spec.experiment import Experiment
from hebbdsl.spec.types import NamedChanges, fields_of
from hebbdsl.syntax.tree import Entry, Mapping, Scalar


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name with all that it stands for; `key` is the name alone."""

    name: str
    detail: str
    key: Span
    whole: Span
    is_variant: bool = False
    children: tuple[Symbol, ...] = ()


def symbols_of(source: Source) -> tuple[Symbol, ...]:
    """Sections in the order written, variants among the children of theirs."""
    return tuple(_section(entry) for entry in partial_tree(source).entries if entry.key.text)


def _section(entry: Entry) -> Symbol:
    field = fields_of(Experiment).get(entry.key.text)
    children: tuple[Symbol, ...] = ()
    if field is not None and isinstance(field.type, NamedChanges):
        inner = entry.value.entries if isinstance(entry.value, Mapping) else ()
        children = tuple(_symbol(variant, is_variant=True) for variant in inner)
    return _symbol(entry, children=children)


def _symbol(entry: Entry, *, is_variant: bool = False, children: tuple[Symbol, ...] = ()) -> Symbol:
    key, value = entry.key.span, entry.value.span
    whole = Span(key.source, key.start, max(key.end, value.end))
    return Symbol(entry.key.text or "…", _detail(entry), key, whole, is_variant, children)


def _detail(entry: Entry) -> str:
    match entry.value:
        case Scalar(text=text):
            return " ".join(text.split())[:60]
        case Mapping(entries) if len(entries) == 1 and isinstance(entries[0].value, Mapping):
            return entries[0].key.text
    return ""
