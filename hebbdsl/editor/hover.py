"""What is said of the word under a cursor."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from hebbdsl.diagnostics.escaping import markdown, markdown_block, markdown_code
from hebbdsl.diagnostics.wording import number_of
from hebbdsl.editor.cursor import Place, Role, place_at
from hebbdsl.editor.document import Document
from hebbdsl.editor.expected import Expected, Written, along, entry_at, expected_at, value_at
from hebbdsl.editor.markdown import field_page, metric_page, word_page
from hebbdsl.expression.condition import Condition
from hebbdsl.expression.metrics import EVALUATION_METRICS, RUN_METRICS
from hebbdsl.parts.part import Layer, Part
from hebbdsl.source import Span
from hebbdsl.spec.checked import Draft, Path
from hebbdsl.spec.experiment import Setup, Training
from hebbdsl.spec.glossary import spelt
from hebbdsl.spec.types import ExpressionOf, NamedChanges, PartOf, SectionOf, fields_of
from hebbdsl.vocabulary import word_of

_STEP = re.compile(r"[\w@]*")


@dataclass(frozen=True, slots=True)
class Hover:
    """Markdown on the characters from `start` to `end`."""

    start: int
    end: int
    page: str


def hover_at(document: Document, offset: int) -> Hover | None:
    """The page of the field, word, metric or variant at `offset`; None where there is none."""
    place = place_at(document.source, offset)
    if place is None or not place.text:
        return None
    start, end = word_around(place)
    if start == end:
        return None
    written = Written(place.root, document.drafts)
    page = "\n\n".join(_page(document, place, start, end, written))
    return Hover(start, end, page) if page else None


def word_around(place: Place) -> tuple[int, int]:
    """The word under the cursor: one step of a path, one name of an expression."""
    text, start = place.source.text, place.offset
    while start > place.start and _STEP.fullmatch(text, start - 1, start):
        start -= 1
    found = _STEP.match(text, place.offset, place.end)
    return start, found.end() if found else place.offset


def _page(
    document: Document, place: Place, start: int, end: int, written: Written
) -> Iterator[str]:
    word = place.source.text[start:end]
    expected = expected_at(place.keys, written)
    if place.role is Role.KEY:
        yield from _of_key(document, place, end, word, expected, written)
        return
    if expected is None:
        return
    for option in expected.options:
        match option:
            case ExpressionOf(cls):
                metrics = EVALUATION_METRICS if cls is Condition else RUN_METRICS
                if (metric := metrics.get(word.partition("@")[0])) is not None:
                    yield metric_page(metric)
                elif word in written.variants():
                    yield _variant(written, word)
                return
            case PartOf() if word in option.words:
                yield word_page(word, option.words[word])
                yield from _planned(document, expected)
                return
    if expected.path == ("baseline",) and word in written.variants():
        yield _variant(written, word)
    elif expected.field is not None:
        yield from _of_field(document, expected)


def _of_key(
    document: Document,
    place: Place,
    end: int,
    word: str,
    expected: Expected | None,
    written: Written,
) -> Iterator[str]:
    if expected is None:
        # The parentheses of a metric look like those of a word.
        outer = expected_at(place.keys[:-1], written) if place.keys else None
        if outer is not None and any(isinstance(o, ExpressionOf) for o in outer.options):
            yield _variant(written, word)
        return
    steps = place.text[: max(end - place.start, 0)].strip("\"'").split(".")
    for option in expected.options:
        match option:
            case PartOf() if word in option.words:
                yield word_page(word, option.words[word])
                yield from _planned(document, expected)
            case NamedChanges():
                yield _variant(written, word)
            case SectionOf():
                inner = along(expected, steps, written)
                if inner is not None and inner.field is not None:
                    yield from _of_field(document, inner)


def _of_field(document: Document, expected: Expected) -> Iterator[str]:
    assert expected.field is not None
    yield field_page(expected.field, expected.owner)
    yield from _resolved(document, expected)
    yield from _planned(document, expected)


def _resolved(document: Document, expected: Expected) -> Iterator[str]:
    """The value that the field has in the end, and where it was written, by variant."""
    if expected.path[:1] == () or expected.path[0] not in fields_of(Setup):
        return
    if any(isinstance(option, SectionOf) for option in expected.options):
        return
    found: dict[str, list[str]] = {}
    for draft in document.drafts:
        if expected.variant not in (None, draft.name) or not _reached(draft, expected):
            continue
        said = markdown_code(spelt(value_at(draft, expected.path)))
        value = f"{said} {_origin(document, draft, expected.path)}"
        found.setdefault(value, []).append(f"`{draft.name}`")
    if len(found) == 1:
        yield f"Here {next(iter(found))}"
    elif found:
        yield "\n".join(f"- {value}: {', '.join(names)}" for value, names in found.items())


def _reached(draft: Draft, expected: Expected) -> bool:
    """Whether the variant has this field of this word, and its value could be read."""
    owner, step = value_at(draft, expected.path[:-1]), expected.path[-1]
    if isinstance(step, int):
        return isinstance(owner, tuple) and step < len(owner)
    if isinstance(owner, Part):
        return word_of(owner) == expected.owner and hasattr(owner, step)
    return getattr(owner, step, None) is not None or isinstance(owner, Training)


def _origin(document: Document, draft: Draft, path: Path) -> str:
    origin = draft.origins.get(path)
    if origin is None:
        return "(default)"
    line = origin.value.source.position(origin.value.start)[0]
    if origin.value.source is document.source:
        return f"(line {line})"
    return f"({markdown(_near(origin.value.source.name, document.source.name))}, line {line})"


def _near(name: str, beside: str) -> str:
    """The path of a file as seen from the folder of another."""
    try:
        return os.path.relpath(name, os.path.dirname(beside) or ".")
    except ValueError:  # on another drive
        return name


def _planned(document: Document, expected: Expected) -> Iterator[str]:
    """What the plan says of a part of the setup: layers with shapes and parameters, levels."""
    plan = document.plan
    if plan is None or len(expected.path) != 1:
        return
    known = expected.variant is not None and expected.variant in plan.variants
    name = expected.variant if known and expected.variant else next(iter(plan.variants))
    chosen = plan.variants[name]
    part = getattr(chosen.setup, str(expected.path[0]), None)
    model, output = chosen.setup.model, chosen.setup.output
    layers: tuple[Layer, ...] = ()
    if part is model:
        layers = chosen.model_layers
    elif part is output:
        layers = chosen.output_layers
    if layers:
        yield "\n".join(
            [
                f"Planned for `{name}`:",
                "",
                "| layer | shape | parameters |",
                "|---|---|---|",
                *(
                    f"| {layer.name} | {'×'.join(map(str, layer.shape))} | {layer.parameters:,} |"
                    for layer in layers
                ),
            ]
        )
    elif part is not None and part is chosen.setup.curriculum:
        first, last = chosen.levels[0], chosen.levels[-1]
        levels = number_of(len(chosen.levels), "level")
        yield f"Planned for `{name}`: {levels}, {first:,} to {last:,} classes."
        if (least := chosen.cannot_finish_before) is not None:
            yield f"Cannot finish before step {least:,}."
        if last > first and (latest := chosen.latest(len(chosen.levels) - 1)) is not None:
            yield f"By the clock, all classes are in play after {latest:,} steps at the latest."
    elif part is chosen.setup.training:
        if chosen.steps is None or chosen.evaluations is None:
            return
        evaluations = number_of(chosen.evaluations, "evaluation")
        yield f"Planned for `{name}`: at most {chosen.steps:,} steps and {evaluations}."


def _variant(written: Written, name: str) -> str:
    """What a variant changes, as written."""
    entry = entry_at(written.root, ("variants", name))
    if entry is None:
        return f"**{name}** · variant" if name in written.variants() else ""
    span: Span = entry.value.span
    changes = span.text.replace("\ue000", "")
    return f"**{name}** · variant\n\n{markdown_block(changes)}"
