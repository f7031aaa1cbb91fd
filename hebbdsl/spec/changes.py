"""Changes to a spec, `path` to value: what a variant or `--set` writes, before it is applied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hebbdsl.diagnostics.codes.changes import NotAChange
from hebbdsl.diagnostics.diagnostic import Problems, Rejected
from hebbdsl.source import Source, Span
from hebbdsl.syntax.reading import refuse_unprintable
from hebbdsl.syntax.tree import Mapping, Node, Scalar
from hebbdsl.syntax.yaml import parse_value


@dataclass(frozen=True, slots=True)
class Change:
    """A value for the field that `path` names, each step of it a scalar with its own characters."""

    path: tuple[Scalar, ...]
    value: Node


def changes_of(mapping: Mapping) -> tuple[Change, ...]:
    """The changes that a mapping writes, those nearest to the root first.

    So `output: softmax` and `output.bias: false` mean the same in either order.
    """
    found = [Change(tuple(_steps(entry.key)), entry.value) for entry in mapping.entries]
    return tuple(sorted(found, key=lambda change: len(change.path)))


def changes_set(overrides: Sequence[str], problems: Problems) -> tuple[Change, ...]:
    """The changes of `--set path=value`, in the order given."""
    found: list[Change] = []
    for text in overrides:
        source = Source("--set", text)
        path, equals, _ = text.partition("=")
        try:
            refuse_unprintable(source)
            if not equals or not path.strip():
                problems.add(NotAChange(place=Span(source, 0, len(text))))
                continue
            value = parse_value(source, len(path) + 1)
        except Rejected as rejected:
            problems.extend(rejected.problems)
            continue
        start = len(path) - len(path.lstrip())
        stripped = path.strip()
        place = Span(source, start, start + len(stripped))
        offsets = range(start, start + len(stripped) + 1)
        key = Scalar(stripped, False, place, offsets)
        found.append(Change(tuple(_steps(key)), value))
    return tuple(found)


def _steps(key: Scalar) -> Iterator[Scalar]:
    start = 0
    for step in key.text.split("."):
        place = key.part(start, start + len(step))
        yield Scalar(step, key.quoted, place, range(place.start, place.end + 1))
        start += len(step) + 1
