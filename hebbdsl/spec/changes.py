"""Changes to a spec, `path` to value: what a variant or `--set` writes, before it is applied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hebbdsl.diagnostics.diagnostic import Problem, Problems, Rejected
from hebbdsl.frozen import frozen
from hebbdsl.source import SET, Source, Span
from hebbdsl.spec.types import SectionOf, fields_of
from hebbdsl.syntax.limits import DEEPEST
from hebbdsl.syntax.reading import refuse_unprintable
from hebbdsl.syntax.tree import Entry, Mapping, Node, Scalar
from hebbdsl.syntax.yaml import parse_value


@frozen
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
        source = Source(SET, text)
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


_MOST = 1_000
"""More changes than there are fields to change: many of them are faulty, as will be said."""


def composed(cls: type, mapping: Mapping, later: Sequence[Change]) -> Mapping:
    """One mapping that changes what `mapping` and then `later` change.

    A change of `later` takes the place of those that it covers. Sections are taken apart first,
    since they merge: `training: {steps: 9}` leaves `training.batch_size` as it was.
    """
    kept, made = _taken_apart(cls, mapping, later)
    if len(kept) + len(made) > _MOST:
        kept += made
        made = []
    for leaf in made:
        kept = [*(other for other in kept if not _begins(leaf, other)), leaf]
    entries = tuple(Entry(_joined(change.path), change.value) for change in kept)
    return replace(mapping, entries=entries)


def undone(cls: type, mapping: Mapping, later: Sequence[Change]) -> tuple[Change, ...]:
    """The changes of `later` that `mapping`, applied after them, would undo or stand beside."""
    kept, made = _taken_apart(cls, mapping, later)
    if len(kept) + len(made) > _MOST:
        return ()
    return tuple(
        leaf for leaf in made if any(_begins(leaf, other) or _begins(other, leaf) for other in kept)
    )


def _taken_apart(
    cls: type, mapping: Mapping, later: Sequence[Change]
) -> tuple[list[Change], list[Change]]:
    earlier = [leaf for change in changes_of(mapping) for leaf in _leaves(cls, change)]
    return earlier, [leaf for change in later for leaf in _leaves(cls, change)]


def _leaves(cls: type, change: Change) -> Iterator[Change]:
    """The same change without a section as its value."""
    section: type | None = cls
    for step in change.path:
        field = fields_of(section).get(step.text) if section is not None else None
        section = field.type.cls if field and isinstance(field.type, SectionOf) else None
    if section is None or not isinstance(change.value, Mapping):
        yield change
        return
    for inner in changes_of(change.value):
        yield from _leaves(cls, Change((*change.path, *inner.path), inner.value))


def _begins(change: Change, other: Change) -> bool:
    """Whether `change` covers what `other` changes."""
    steps = [step.text for step in change.path]
    return [step.text for step in other.path[: len(steps)]] == steps


def _joined(path: tuple[Scalar, ...]) -> Scalar:
    offsets: list[int] = []
    for step in path:
        offsets += [*range(step.span.start, step.span.start + len(step.text)), step.span.end]
    last = path[-1].span
    return Scalar(".".join(step.text for step in path), False, last, tuple(offsets))


def _steps(key: Scalar) -> Iterator[Scalar]:
    if "." not in key.text and not key.quoted:
        yield key
        return
    start = 0
    for step in key.text.split(".", DEEPEST):
        place = key.part(start, start + len(step))
        yield Scalar(step, key.quoted, place, range(place.start, place.end + 1))
        start += len(step) + 1


class NotAChange(Problem):
    """The value of `--set` is not of the form `path=value`.

    Wrong:
        hebbdsl validate --set training.steps specs/omniglot_curriculum.yaml

    Right:
        hebbdsl validate --set training.steps=100 specs/omniglot_curriculum.yaml
    """

    code = "HEB215"
    title = "`--set` takes `path=value`"
    label = "no `=`"
    hint = "for example `--set training.steps=100`"
