"""What the language says of its fields, words, metrics and values, as Markdown."""

from __future__ import annotations

import inspect

from hebbdsl.diagnostics.wording import listed
from hebbdsl.expression.metric import Metric
from hebbdsl.expression.metrics import EVALUATION_METRICS
from hebbdsl.parts.part import Part
from hebbdsl.spec.glossary import spelt
from hebbdsl.spec.types import Field, OneOf, PartOf, article, fields_of, in_words


def field_page(field: Field, owner: str) -> str:
    """The field's sentence, what it takes, its bounds and default."""
    of = f"field of `{owner}`" if owner and owner != field.name else "section"
    options = field.type.options if isinstance(field.type, OneOf) else (field.type,)
    words = [word for option in options if isinstance(option, PartOf) for word in option.words]
    takes = in_words(field.type) + (f": {listed(words)}" if words else "")
    default = "required" if field.required else f"default `{spelt(field.default)}`"
    return f"**{field.name}** · {of}\n\n{field.about}\n\nTakes {takes}; {default}."


def word_page(word: str, cls: type[Part]) -> str:
    """What the word stands for, and its fields."""
    lines = [
        f"**{word}** · {article(cls.kind)} {cls.kind}",
        "",
        inspect.cleandoc(cls.__doc__ or ""),
    ]
    fields = fields_of(cls).values()
    if fields:
        lines.append("")
    for field in fields:
        default = "required" if field.required else f"`{spelt(field.default)}`"
        lines.append(f"- `{field.name}` ({default}): {field.about}")
    return "\n".join(lines)


def metric_page(metric: Metric) -> str:
    name = f"{metric.name}@k" if metric.aged else metric.name
    place = "conditions" if EVALUATION_METRICS.get(metric.name) is metric else "claims"
    better = "lower is better" if metric.lower_is_better else "higher is better"
    return (
        f"**{name}** · metric, in {place}\n\n{metric.about}\n\n"
        f"In {metric.unit}; {metric.scope.value}; {better}."
    )
