"""LANGUAGE.md: the reference of the language, generated from the spec classes."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from hebbdsl.diagnostics.wording import plural
from hebbdsl.expression.metrics import EVALUATION_METRICS, RUN_METRICS, Metric
from hebbdsl.spec.experiment import Experiment, Training
from hebbdsl.spec.glossary import spelt
from hebbdsl.spec.types import OneOf, PartOf, SectionOf, fields_of, in_words
from hebbdsl.vocabulary import VOCABULARY

_OPENING = """\
# The language

Generated from the spec classes by `hebbdsl/spec/language.py`; a test keeps it current.

A spec is a YAML mapping of these sections. A part is its word, `output: softmax`, or its word with
fields, `output: {hebbian: {gamma: 0.05}}`. Numbers are `12`, `0.5`, `1e-3` or `1_000`; only `true`
and `false` are booleans, only `null` is null; `012` and `12:30` are quoted. `0..9` includes both
ends. Paths in `variants` and `--set` name fields, never words: `output.rescale`,
`model.channels.0`.
"""


def language_reference() -> str:
    """The whole page, as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from _OPENING.splitlines()
    yield ""
    yield "## Sections"
    yield ""
    yield from _table(Experiment)
    yield ""
    yield "## `training`"
    yield ""
    yield from _table(Training)
    for kind, words in VOCABULARY.items():
        yield ""
        yield f"## {plural(kind.kind).capitalize()}"
        for word, cls in words.items():
            yield ""
            yield f"### `{word}`"
            yield ""
            yield inspect.cleandoc(cls.__doc__ or "")
            if fields_of(cls):
                yield ""
                yield from _table(cls)
    yield ""
    yield "## Metrics"
    yield ""
    yield "Conditions speak of the metrics of evaluations, claims of those of whole runs, each with"
    yield "its variant: `steps_to_finish(softmax)`."
    yield ""
    yield "| metric | in | unit | what it is |"
    yield "|---|---|---|---|"
    yield from (_metric(metric, "conditions") for metric in EVALUATION_METRICS.values())
    yield from (_metric(metric, "claims") for metric in RUN_METRICS.values())


def _table(cls: type) -> Iterator[str]:
    yield "| field | takes | default | what it is |"
    yield "|---|---|---|---|"
    for field in fields_of(cls).values():
        default = "required" if field.required else f"`{spelt(field.default)}`"
        takes = in_words(field.type)
        inner = field.type.options[0] if isinstance(field.type, OneOf) else field.type
        if isinstance(inner, PartOf):
            takes += f" ({', '.join(f'`{word}`' for word in inner.words)})"
        elif isinstance(inner, SectionOf):
            takes = "the fields below"
        yield f"| `{field.name}` | {_cell(takes)} | {default} | {_cell(field.about)} |"


def _metric(metric: Metric, place: str) -> str:
    name = f"{metric.name}@k" if metric.aged else metric.name
    return f"| `{name}` | {place} | {metric.unit} | {_cell(metric.about)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
