"""Where a name under a cursor is defined, and everywhere it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from hebbdsl.editor.cursor import Place, Role, place_at
from hebbdsl.editor.document import Document
from hebbdsl.editor.expected import Written, along, entry_at, expected_at
from hebbdsl.editor.hover import word_around
from hebbdsl.editor.partial_tree import partial_tree
from hebbdsl.expression.errors import ExpressionError
from hebbdsl.expression.nodes import metrics_of
from hebbdsl.expression.parsing import parse_expression
from hebbdsl.source import Span
from hebbdsl.spec.experiment import Experiment
from hebbdsl.spec.extending import EXTENDS, VARIANTS, extended_path
from hebbdsl.spec.types import NamedChanges, SectionOf, fields_of
from hebbdsl.syntax.tree import Mapping, Node, Scalar, Sequence


def definition_at(document: Document, offset: int) -> Span | Path | None:
    """What the word at `offset` stands for: characters of this text or a parent's, or a file."""
    place = place_at(document.source, offset)
    if place is None:
        return None
    if place.role is Role.VALUE and place.keys == (EXTENDS,):
        return extended_path(document.tree) if document.tree is not None else None
    if (name := variant_at(document, place)) is not None:
        return _variant(document, name)
    if place.role is Role.KEY:
        return _field(document, place)
    return None


def variant_at(document: Document, place: Place) -> str | None:
    """The variant whose name stands at the cursor."""
    start, end = word_around(place)
    word = document.source.text[start:end]
    written = Written(place.root, document.drafts)
    expected = expected_at(place.keys, written)
    named = expected is not None and any(isinstance(o, NamedChanges) for o in expected.options)
    spoken = place.keys[:1] in (("claims",), ("baseline",))
    if not word or not (spoken or (named and place.role is Role.KEY)):
        return None
    return word if word in written.variants() else None


def _variant(document: Document, name: str) -> Span | None:
    for root in (partial_tree(document.source), *_parents(document)):
        if (entry := entry_at(root, (VARIANTS, name))) is not None:
            return entry.key.span
    return None


def _parents(document: Document) -> Iterator[Mapping]:
    """The roots of the specs that this one extends, as far as its values stand there."""
    sources = {o.value.source: None for d in document.drafts for o in d.origins.values()}
    yield from (partial_tree(source) for source in sources if source is not document.source)


def _field(document: Document, place: Place) -> Span | None:
    """The field that a path of a variant changes, where it is written outside of variants."""
    written = Written(place.root, document.drafts)
    expected = expected_at(place.keys, written)
    if expected is None or not any(isinstance(o, SectionOf) for o in expected.options):
        return None
    _, end = word_around(place)
    inner = along(expected, place.text[: end - place.start].split("."), written)
    if inner is None or not inner.path or (inner.variant is None and EXTENDS not in place.siblings):
        return None
    roots = [partial_tree(document.source)] if inner.variant is not None else []
    for root in (*roots, *_parents(document)):
        if (entry := entry_at(root, inner.path)) is not None:
            return entry.key.span
    return None


def is_variant_name(text: str) -> bool:
    """Whether a variant may have that name."""
    type_ = fields_of(Experiment)[VARIANTS].type
    pattern = type_.name.pattern if isinstance(type_, NamedChanges) else None
    return pattern is None or re.fullmatch(pattern.regex, text) is not None


def uses_of(document: Document, name: str) -> tuple[Span, ...]:
    """Everywhere this text names a variant: its key, the baseline, claims. Needs a tree."""
    if document.tree is None:
        return ()
    return tuple(sorted(_uses(document.tree.root, name), key=lambda span: span.start))


def _uses(root: Mapping, name: str) -> Iterator[Span]:
    for entry in root.entries:
        first, _, rest = entry.key.text.partition(".")
        if entry.key.text == VARIANTS and isinstance(entry.value, Mapping):
            for inner in entry.value.entries:
                if inner.key.text == name:
                    yield _inside(inner.key)
        elif first == VARIANTS and rest.partition(".")[0] == name:
            yield entry.key.part(len(first) + 1, len(first) + 1 + len(name))
        elif entry.key.text == "baseline" and isinstance(entry.value, Scalar):
            if entry.value.text == name:
                yield _inside(entry.value)
        elif entry.key.text == "claims":
            yield from _in_claims(entry.value, name)


def _in_claims(node: Node, name: str) -> Iterator[Span]:
    for item in node.items if isinstance(node, Sequence) else ():
        if not isinstance(item, Scalar):
            continue
        try:
            expression = parse_expression(item.text)
        except ExpressionError:
            continue
        for metric in metrics_of(expression):
            if metric.variant == name:
                yield item.part(metric.variant_extent.start, metric.variant_extent.end)


def _inside(scalar: Scalar) -> Span:
    """Without quotes."""
    return scalar.part(0, len(scalar.text))
