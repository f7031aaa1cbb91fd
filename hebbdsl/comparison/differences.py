"""What differs between the setups of variants, as recorded: plain JSON values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any

from hebbdsl.comparison.comparison import Difference
from hebbdsl.parts.part import Part
from hebbdsl.spec.experiment import Evaluation

_ABSENT = object()

_LEFT_OUT: Mapping[str, Any] = {
    "evaluation": {one.name: None for one in fields(Evaluation) if one.default is None}
}
"""Sections that records leave out where they say nothing."""


def setup_differences(setups: Mapping[str, Mapping[str, Any]]) -> tuple[Difference, ...]:
    """The paths at which the setups differ, in their order, each with every variant's value.

    Where parts are different words, the path is that of the whole part, else of the fields in
    which they differ; a path has no words of parts in it (`output.rescale`). Fields that have
    their part's default are left out of a part's short form, and one that a record of the same
    word lacks has its default.
    """
    sections = dict.fromkeys(section for setup in setups.values() for section in setup)
    return tuple(
        Difference(
            ".".join(path),
            {
                name: None if _is_nothing(path, value) else short_form(value)
                for name, value in zip(setups, values, strict=True)
            },
        )
        for section in sections
        for path, values in _differing(
            (section,),
            tuple(setup.get(section, _LEFT_OUT.get(section, _ABSENT)) for setup in setups.values()),
        )
    )


def _is_nothing(path: tuple[str, ...], value: Any) -> bool:
    """No field, or nothing that is added to what was trained."""
    return value is _ABSENT or (value is None and path[0] in _LEFT_OUT)


def _differing(
    path: tuple[str, ...], values: tuple[Any, ...]
) -> list[tuple[tuple[str, ...], tuple[Any, ...]]]:
    if all(value == values[0] for value in values):
        return []
    parts = [_part(value) for value in values]
    words = {part[0] for part in parts if part}
    absent: Mapping[str, Any] = {}
    if len(words) == 1 and all(parts):
        values = tuple(part[1] for part in parts if part)
        absent = _defaults(*words)
    elif words or not all(isinstance(value, Mapping) for value in values):
        return [(path, values)]
    found = []
    for key in dict.fromkeys(key for value in values for key in value):
        lacking = absent.get(key, _ABSENT)
        found += _differing((*path, key), tuple(value.get(key, lacking) for value in values))
    return found


def _part(value: Any) -> tuple[str, Mapping[str, Any]] | None:
    """The word and fields of a part written `word` or `{word: {field: …}}`; None: it is none."""
    if isinstance(value, str) and value in _words():
        return value, {}
    if isinstance(value, Mapping) and len(value) == 1:
        ((word, inner),) = value.items()
        if isinstance(inner, Mapping):
            return word, inner
    return None


def short_form(value: Any) -> str:
    """As the text surface writes it: `hebbian(gamma=0.05, rescale=mean_row)`."""
    part = _part(value)
    if part:
        word, given = part
        defaults = _defaults(word)
        shown = {k: v for k, v in given.items() if defaults.get(k, _ABSENT) != v}
        return f"{word}({_fields(shown)})" if shown else word
    if isinstance(value, Mapping):
        return "{" + _fields(value) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(short_form, value)) + "]"
    return value if isinstance(value, str) else json.dumps(value)


def _fields(given: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={short_form(value)}" for key, value in given.items())


@cache
def _words() -> Mapping[str, type[Part]]:
    from hebbdsl.vocabulary import every_part

    return {word: part for part, word in every_part().items()}


@cache
def _defaults(word: str) -> Mapping[str, Any]:
    """Defaults of a part's fields, as JSON reads them back; none for an unknown word."""
    part = _words().get(word)
    if part is None or not is_dataclass(part):
        return {}
    return {f.name: _as_json(f.default) for f in fields(part) if f.default is not MISSING}


def _as_json(value: Any) -> Any:
    return [_as_json(item) for item in value] if isinstance(value, tuple) else value
