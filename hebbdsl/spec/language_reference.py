"""LANGUAGE.md: the reference of the language, generated from the spec classes."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from hebbdsl.diagnostics.catalogue import (
    STAGES,
    examples,
    has_safe_fixes,
    page,
    problems,
)
from hebbdsl.diagnostics.codes import stage_of
from hebbdsl.diagnostics.wording import plural
from hebbdsl.expression.metric import Metric
from hebbdsl.expression.metrics import EVALUATION_METRICS, RUN_METRICS
from hebbdsl.spec.experiment import Experiment, Training
from hebbdsl.spec.glossary import spelt
from hebbdsl.spec.types import OneOf, PartOf, SectionOf, fields_of, in_words
from hebbdsl.vocabulary import KINDS, usable_words

_OPENING = """\
# The language

Generated from the spec classes by `hebbdsl/spec/language_reference.py`; a test keeps it current.

A spec is written in YAML (`.yaml`) or as text (`.hebb`); both say the same. It has the sections
below. A part is its word, `output: softmax`, or its word with fields,
`output: {hebbian: {gamma: 0.05}}`; as text `output = softmax` and `output = hebbian(gamma=0.05)`.
Numbers are `12`, `0.5`, `1e-3` or `1_000`; only `true`
and `false` are booleans, only `null` is null; `012` and `12:30` are quoted. `0..9` includes both
ends. Paths in `variants` and `--set` name fields, never words: `output.rescale`,
`model.channels.0`.

A spec that `extends` another says what differs from it, by section or by path: `output.gamma: 0.1`.
A part that is given anew replaces the whole part, `training` is merged, `seeds` and `claims` are
replaced. Variants are merged by name; `variants: {raw: null}` removes one, and
`variants.raw.output.gamma: 0.1` changes a field of one. `hebbdsl` and `experiment` are never
inherited. Parents are specs themselves, and so complete: there are no fragments. The order is
parent, child, variant, `--set`.

## The text surface

| written | is |
|---|---|
| `hebbdsl 1`, `experiment name`, `extends "path"` | opening statements; also as entries, with `=` |
| `"The question."` | `about`, where a statement of the spec begins |
| `name = value` | an entry; so is `name { … }`, the same as `name = { … }` |
| `output.rescale = none` | an entry whose key is a path |
| `word(a=1, b=2)`, `word()`, `word` | a part: `{word: {a: 1, b: 2}}`, `{word: {}}`, `word` |
| `[a, b]`, `{ a = 1, b = 2 }` | a list, a mapping; a comma may follow the last |
| `0..9`, `1e-3`, `f(x) < 0.7 * f(y)` | words, numbers, ranges and expressions need no quotes |
| `"any text"` | anything else is quoted, keys too (and the keys `and` and `or`) |
| `# …` | a comment, to the end of the line |

Entries end at a comma or at the end of the line. Inside `()` and `[]` a line end means nothing and
commas separate; an expression goes over several lines in parentheses. Indentation means nothing
anywhere, and a tab is a blank. A text stands on one line in double quotes, with JSON's escapes. The
grammar, `grammar/hebbdsl.lark`, knows no word of the language; conditions and claims are read by it
in both surfaces.
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
    for kind in KINDS:
        yield ""
        yield f"## {plural(kind.kind).capitalize()}"
        for word, cls in usable_words(kind).items():
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
    yield from _problems()


def _problems() -> Iterator[str]:
    """The page of every code, by stage."""
    yield ""
    yield "## Problems"
    yield ""
    yield "`hebbdsl explain CODE` prints these pages. What they call wrong and right runs as tests."
    yield "Where that is said, `hebbdsl validate --fix` corrects what can mean only one thing."
    stage = ""
    for problem in problems():
        if stage_of(problem.code) != stage:
            stage = stage_of(problem.code)
            yield ""
            yield f"### {STAGES[stage]}"
        yield ""
        mended = "; `validate --fix`" if has_safe_fixes(problem) else ""
        yield f"#### {problem.code} ({problem.severity.value}{mended})"
        yield ""
        yield page(problem).partition("\nWrong:\n")[0].strip()
        for heading, example in zip(("Wrong", "Right"), examples(problem), strict=True):
            yield from ("", f"{heading}:", "", "```", example.rstrip(), "```")


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
