"""Every value of a checked experiment with where it comes from, defaults included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Literal

from hebbdsl.expression.claim import Claim
from hebbdsl.expression.condition import Condition
from hebbdsl.frozen import frozen
from hebbdsl.parts.part import Part
from hebbdsl.source import SET, Span
from hebbdsl.spec.canonical import Plain, plain
from hebbdsl.spec.checked import Checked, Origins, Path
from hebbdsl.spec.experiment import Experiment, Setup
from hebbdsl.vocabulary import word_of

Kind = Literal["spec", "variant", "set", "default"]
"""Written in the spec or in one that it extends, by a variant, by `--set`, or nowhere."""

OF_VARIANTS = ("baseline", "variants", "claims")
"""The fields that speak of several variants."""


@frozen
class Resolved:
    """A value that a run has, or the word of a part.

    Attributes:
        path: field names and list indices; never the word of a part.
        value: a number, text, list …; of a part its word, whose fields follow; of a variant what
            it changes.
        where: the characters that say so.
        kind: who wrote them.
    """

    path: Path
    value: Plain
    where: Span | Literal["default"]
    kind: Kind

    @property
    def name(self) -> str:
        """The path as `--set` writes it."""
        return ".".join(map(str, self.path))

    @property
    def position(self) -> tuple[str, int, int] | None:
        """File (or `--set`), line and column; None where nothing was written."""
        if not isinstance(self.where, Span):
            return None
        return (self.where.source.name, *self.where.source.position(self.where.start))


def resolved(checked: Checked, variant: str | None = None) -> tuple[Resolved, ...]:
    """What the experiment says, or (`variant`) what one variant of it comes to."""
    experiment = checked.experiment
    head = [field.name for field in fields(Experiment) if field.name not in _names(Setup)]
    setup: Setup = experiment
    origins: dict[Path, tuple[Span, Kind]] = dict(_written(checked.origins))
    if variant is not None:
        head = [name for name in head if name not in OF_VARIANTS]
        setup = checked.variants[variant].setup
        base = {path: place for path, place in origins.items() if path[0] not in _names(Setup)}
        for path, (span, kind) in _written(checked.variants[variant].origins):
            inherited = path in origins and origins[path][0] == span
            base[path] = (span, kind if inherited or kind == "set" else "variant")
        origins = base
    head.remove("extends")
    if not experiment.requires:
        head.remove("requires")
    values = [(name, getattr(experiment, name)) for name in head]
    values += [(name, getattr(setup, name)) for name in _names(Setup)]
    return tuple(one for name, value in values for one in _walk(value, (name,), origins))


def resolved_plain(checked: Checked, variant: str | None = None) -> dict[str, Plain]:
    """The same as a spec that stands alone: every field written out, no parent, no `--set`.

    With `variant` it has that variant only, under its own name.
    """
    whole: dict[str, Plain] = plain(checked.experiment)
    del whole["extends"]
    if not checked.experiment.requires:
        del whole["requires"]
    if variant is None:
        return whole
    whole.update(plain(checked.variants[variant].setup))
    named = bool(whole["variants"])
    for name in OF_VARIANTS:
        del whole[name]
    return {**whole, "variants": {variant: {}}} if named else whole


def _names(cls: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls))


def _written(origins: Origins) -> Iterator[tuple[Path, tuple[Span, Kind]]]:
    for path, origin in origins.items():
        kind: Kind = "set" if origin.value.source.name == SET else "spec"
        yield path, (origin.value, kind)


def _walk(
    value: object, path: Path, origins: Mapping[Path, tuple[Span, Kind]]
) -> Iterator[Resolved]:
    if isinstance(value, Mapping):
        for name, changes in value.items():
            yield _one((*path, name), plain(changes), origins)
    elif isinstance(value, tuple) and any(isinstance(item, Part) for item in value):
        for index, item in enumerate(value):
            yield from _walk(item, (*path, index), origins)
    elif not is_dataclass(value) or isinstance(value, (Condition, Claim)):
        yield _one(path, plain(value), origins)
        if isinstance(value, tuple):
            yield from _items(value, path, origins)
    else:
        if isinstance(value, Part):
            yield _one(path, word_of(value), origins)
        for field in fields(value):
            yield from _walk(getattr(value, field.name), (*path, field.name), origins)


def _items(
    value: tuple[object, ...], path: Path, origins: Mapping[Path, tuple[Span, Kind]]
) -> Iterator[Resolved]:
    """Items that were written elsewhere than their list: a path went into it."""
    if path not in origins:
        return
    whole = origins[path][0]
    for index, item in enumerate(value):
        inner = (*path, index)
        if inner in origins and not _holds(whole, origins[inner][0]):
            yield _one(inner, plain(item), origins)


def _one(path: Path, value: Plain, origins: Mapping[Path, tuple[Span, Kind]]) -> Resolved:
    if path not in origins:
        return Resolved(path, value, "default", "default")
    return Resolved(path, value, *origins[path])


def _holds(span: Span, other: Span) -> bool:
    return span.source == other.source and span.start <= other.start and other.end <= span.end
