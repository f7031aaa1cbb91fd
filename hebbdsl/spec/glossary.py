"""Pages on the words, fields and metrics of the language, all from what the classes say."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import is_dataclass

from hebbdsl.diagnostics.wording import plural
from hebbdsl.expression.condition import Condition
from hebbdsl.expression.metric import Metric
from hebbdsl.expression.metrics import EVALUATION_METRICS, RUN_METRICS
from hebbdsl.parts.part import Part
from hebbdsl.spec.experiment import Experiment, Setup, Training
from hebbdsl.spec.types import Field, OneOf, PartOf, SectionOf, article, fields_of, in_words
from hebbdsl.vocabulary import KINDS, every_part, usable_words, word_of, words_of

WIDTH = 96


def topics() -> tuple[str, ...]:
    """Everything that `pages` has a page on."""
    parts = every_part()
    owners = (Experiment, Training, *parts)
    fields = [name for owner in owners for name in fields_of(owner)]
    metrics = [*EVALUATION_METRICS, *RUN_METRICS]
    return tuple(dict.fromkeys([*parts.values(), *(k.kind for k in KINDS), *fields, *metrics]))


def pages(topic: str) -> Iterator[str]:
    """The pages on a word, a kind, a section, a field or a metric: all that have that name."""
    for kind in KINDS:
        words = words_of(kind)
        if topic in (kind.kind, plural(kind.kind)):
            yield _kind_page(kind)
        if topic in words:
            yield _word_page(topic, words[topic])
    if topic in fields_of(Experiment):
        yield _section_page(fields_of(Experiment)[topic])
    yield from _field_pages(topic)
    for metrics in (EVALUATION_METRICS, RUN_METRICS):
        if topic.partition("@")[0] in metrics:
            yield _metric_page(metrics[topic.partition("@")[0]])


def words_by_kind(width: int = WIDTH) -> Iterator[str]:
    """The words of every kind, the sections, and the metrics by where they may stand."""
    for kind in KINDS:
        yield from _listed(plural(kind.kind), words_of(kind), width)
    sections = [name for name in fields_of(Experiment) if name not in fields_of(Setup)]
    yield from _listed("sections", (*fields_of(Setup), *sections), width)
    yield from _listed("metrics", EVALUATION_METRICS, width, "in conditions: ")
    named = [f"{m.name}@k" if m.aged else m.name for m in RUN_METRICS.values()]
    yield from _listed("", named, width, "in claims: ")


def _listed(kind: str, words: Iterable[str], width: int, opening: str = "") -> list[str]:
    return textwrap.wrap(
        opening + ", ".join(words),
        width,
        initial_indent=f"  {kind:<12}",
        subsequent_indent=" " * 14,
        break_on_hyphens=False,
    )


def spelt(value: object) -> str:
    """A value as a spec would write it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return f"{value:_}" if abs(value) > 9_999 else str(value)
        case str():
            return value or '""'
        case (int(first), *_, int(last)) if value == tuple(range(first, last + 1)):
            return f"{first}..{last}" if len(value) > 3 else f"[{', '.join(map(spelt, value))}]"
        case tuple():
            return f"[{', '.join(map(spelt, value))}]"
        case dict():
            return "{}"
        case Condition():
            return value.text
        case Part() if is_dataclass(value):
            return word_of(value)
    return str(value)


def _kind_page(kind: type[Part]) -> str:
    lines = [f"{kind.kind}: a kind of word", "", _doc(kind), "", "Words:"]
    for word, cls in usable_words(kind).items():
        lines += [f"  {word}", *_wrapped(_first(cls), "      ")]
    return "\n".join(lines)


def _word_page(word: str, cls: type[Part]) -> str:
    title = f"{word}: {article(cls.kind)} {cls.kind}"
    lines = [title, "", _doc(cls)]
    if fields_of(cls):
        lines += ["", "Fields:", *_fields(cls)]
    else:
        lines += ["", "It has no fields."]
    return "\n".join(lines)


def _section_page(field: Field) -> str:
    lines = [f"{field.name}: a section of a spec", "", *_wrapped(field.about, ""), ""]
    lines += _wrapped(f"It takes {in_words(field.type)}; {_default(field)}.", "")
    match field.type:
        case PartOf(kind):
            lines += ["", *_wrapped(f"Words: {', '.join(words_of(kind))}", "")]
        case SectionOf(cls):
            lines += ["", "Fields:", *_fields(cls)]
    return "\n".join(lines)


def _field_pages(topic: str) -> Iterator[str]:
    """A field under every owner that has it; owners that say the same share a page."""
    found: dict[tuple[str, ...], list[str]] = {}
    owners = [("training", Training), *((word, cls) for cls, word in every_part().items())]
    for owner, cls in owners:
        if topic in fields_of(cls):
            found.setdefault(tuple(_field(fields_of(cls)[topic])[1:]), []).append(owner)
    for lines, names in found.items():
        yield "\n".join([f"{topic}: a field of {', '.join(names)}", "", *lines])


def _metric_page(metric: Metric) -> str:
    name = f"{metric.name}@k" if metric.aged else metric.name
    better = "lower is better" if metric.lower_is_better else "higher is better"
    where = (
        "claims"
        if metric.name in RUN_METRICS and metric is RUN_METRICS[metric.name]
        else "conditions"
    )
    lines = [f"{name}: a metric, in {where}", "", *_wrapped(metric.about, ""), ""]
    lines.append(f"In {metric.unit}; {metric.scope.value}; {better}.")
    return "\n".join(lines)


def _fields(cls: type) -> Iterator[str]:
    for field in fields_of(cls).values():
        yield from _field(field)


def _field(field: Field) -> list[str]:
    inner = field.type
    if isinstance(inner, OneOf) and len(inner.options) == 1:
        inner = inner.options[0]
    words = f" ({', '.join(inner.words)})" if isinstance(inner, PartOf) else ""
    facts = f"{in_words(field.type)}{words}; {_default(field)}"
    return [f"  {field.name}", *_wrapped(field.about, "      "), *_wrapped(facts, "      ")]


def _default(field: Field) -> str:
    return "required" if field.required else f"default `{spelt(field.default)}`"


def _doc(cls: type) -> str:
    return inspect.cleandoc(cls.__doc__ or "")


def _first(cls: type) -> str:
    return " ".join(_doc(cls).partition("\n\n")[0].split())


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)
