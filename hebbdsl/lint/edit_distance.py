"""In how many things two setups differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from typing import get_type_hints

from hebbdsl.parts.bounds import Logistics
from hebbdsl.parts.part import Part
from hebbdsl.spec.checked import Path
from hebbdsl.spec.experiment import Setup, Training


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. `replaces`: a part, or a list of parts, is another."""

    path: Path
    value: object
    replaces: bool

    @property
    def name(self) -> str:
        return ".".join(map(str, self.path))


def changes(one: object, other: object, path: Path = ()) -> Iterator[Change]:
    """The fields of `other` that differ from those of `one`, each as far inside as it goes.

    A word in the place of another is one change, whatever its fields. So is a list of another
    length, and a list of numbers. Fields that only say where data is found do not count.
    """
    if one is other or one == other:  # variants share what they leave alone
        return
    if type(one) is type(other) and isinstance(one, (Part, Setup, Training)):
        for name in _deciding(type(one)):
            yield from changes(getattr(one, name), getattr(other, name), (*path, name))
    elif isinstance(one, tuple) and isinstance(other, tuple) and _parts_alike(one, other):
        for index, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from changes(a, b, (*path, index))
    else:
        yield Change(path, other, _holds_parts(one) or _holds_parts(other))


def _parts_alike(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(isinstance(item, Part) for item in (*one, *other))


def _holds_parts(value: object) -> bool:
    return isinstance(value, Part) or (
        isinstance(value, tuple) and any(isinstance(item, Part) for item in value)
    )


def _deciding(cls: type) -> tuple[str, ...]:
    """Names of the fields that decide what is trained."""
    return _decisive(cls)


@cache
def _decisive(cls: type) -> tuple[str, ...]:
    hints = get_type_hints(cls, include_extras=True)
    return tuple(
        field.name
        for field in fields(cls)
        if not any(
            isinstance(note, Logistics) for note in getattr(hints[field.name], "__metadata__", ())
        )
    )
