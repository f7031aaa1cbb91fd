"""Fields that were renamed: what is written with a former name means the present one."""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping
from dataclasses import replace
from typing import TYPE_CHECKING

from hebbdsl.diagnostics.diagnostic import Also, Problem, Problems, Severity
from hebbdsl.source import Span
from hebbdsl.spec.types import ListOf, OneOf, PartOf, SectionOf, Type, fields_of, former_names
from hebbdsl.syntax.tree import Entry, Mapping, Scalar

if TYPE_CHECKING:
    from hebbdsl.spec.canonical import Plain


def renamed(cls: type, mapping: Mapping, problems: Problems) -> Mapping:
    """`mapping`, the fields of a spec class, with the names that they have now."""
    if not any(entry.key.text in former_names(cls) for entry in mapping.entries):
        return mapping
    kept: list[Entry] = []
    for entry in mapping.entries:
        now = former_names(cls).get(entry.key.text)
        other = None if now is None else mapping.entry(now)
        if now is not None and other is not None:
            place, written = entry.key.span, entry.key.text
            problems.add(BothNames(place=place, field=written, now=now, other=other.key.span))
        else:
            kept.append(replace(entry, key=renamed_key(cls, entry.key, problems)))
    return replace(mapping, entries=tuple(kept))


def renamed_key(cls: type, key: Scalar, problems: Problems) -> Scalar:
    """The name of a field, or a step of a path to one, as it is now."""
    now = former_names(cls).get(key.text)
    if now is None:
        return key
    problems.add(FormerName(place=key.span, field=key.text, now=now))
    return replace(key, text=now)


def renamed_plain(cls: type, value: AbstractMapping[str, Plain]) -> dict[str, Plain]:
    """The same of plain values, as records keep them: names that are not known are left."""
    known, former = fields_of(cls), former_names(cls)
    found = {former.get(name, name): inner for name, inner in value.items()}
    return {
        name: _inside(known[name].type, inner) if name in known else inner
        for name, inner in found.items()
    }


def _inside(type_: Type, value: Plain) -> Plain:
    match type_, value:
        case OneOf(options), dict() | list():
            for option in options:
                value = _inside(option, value)
        case SectionOf(cls), dict():
            return renamed_plain(cls, value)
        case PartOf(), dict():
            return {
                word: renamed_plain(type_.words[word], fields)
                if word in type_.words and isinstance(fields, dict)
                else fields
                for word, fields in value.items()
            }
        case ListOf(item), list():
            return [_inside(item, one) for one in value]
    return value


class FormerName(Problem):
    """A field is written with the name that it had before.

    It is read as what it is called now. `validate --fix` writes the new name.

    Wrong:
        output:
          hebbian: {counting: after}

    Right:
        output:
          hebbian: {count_timing: after}
    """

    code = "HEB207"
    severity = Severity.WARNING
    field: str
    now: str

    title = "{field!q} is now called {now!q}"
    label = "former name"
    hint = "write {now!q}"
    fix = "{now}"
    fix_is_safe = True


class BothNames(Problem):
    """A field is written twice: with the name that it has, and with the one that it had before.

    Wrong:
        output:
          hebbian: {count_timing: after, counting: after}

    Right:
        output:
          hebbian: {count_timing: after}
    """

    code = "HEB208"
    field: str
    now: str
    other: Span

    title = "{field!q} is the former name of {now!q}, which is given too"
    label = "given twice"
    hint = "leave {field!q} out"
    related = Also("other", "the other value")
