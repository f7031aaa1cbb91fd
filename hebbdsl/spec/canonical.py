"""Spec classes as plain JSON values: for records, for identity, for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints

from hebbdsl.expression.claim import Claim
from hebbdsl.expression.condition import Condition
from hebbdsl.parts.bounds import Logistics
from hebbdsl.parts.part import Part
from hebbdsl.vocabulary import WORDS

Plain = Any
"""What JSON can say: None, bool, int, float, str, list, dict with str keys."""


def plain(value: object, *, deciding_only: bool = False) -> Plain:
    """Every field written out, defaults included; a part becomes `{word: {field: …}}`.

    Args:
        deciding_only: leave out fields marked `Logistics`, which say where data is found and not
            what it is: what remains decides a run's training.
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Condition() | Claim():
            return value.text
        case Mapping():
            return {
                str(key): plain(item, deciding_only=deciding_only) for key, item in value.items()
            }
        case tuple() | list():
            return [plain(item, deciding_only=deciding_only) for item in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            skipped = _logistics(type(value)) if deciding_only else frozenset()
            body = {
                field.name: plain(getattr(value, field.name), deciding_only=deciding_only)
                for field in fields(value)
                if field.name not in skipped
            }
            return {WORDS[type(value)]: body} if isinstance(value, Part) else body
    raise TypeError(f"{type(value).__name__} is no value of a spec")


def _logistics(kind: type) -> frozenset[str]:
    return frozenset(
        name
        for name, hint in get_type_hints(kind, include_extras=True).items()
        if any(isinstance(mark, Logistics) for mark in getattr(hint, "__metadata__", ()))
    )
