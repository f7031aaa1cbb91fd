"""What no file of a run holds, whatever its schema says of single fields."""

from __future__ import annotations

from typing import Any

LARGEST_FILE = 2**24
"""Bytes of a record or a setup."""
LARGEST_LOG = 2**28
"""Bytes of all evaluations of a run."""
LARGEST_COUNT = 2**53
"""Up to it, whole numbers are floats too."""

_LARGEST_INTEGER = 2**63
_LONGEST_TEXT = 10_000
_DEEPEST = 64


def fault_of(value: Any) -> str | None:
    """What a JSON value holds that is beyond all bounds; None: nothing."""
    level = [value]
    for _ in range(_DEEPEST):
        inner: list[Any] = []
        for one in level:
            match one:
                case dict():
                    inner += [*one.keys(), *one.values()]
                case list():
                    inner += one
                case str() if len(one) > _LONGEST_TEXT:
                    return f"a text of {len(one):,} characters"
                case int() if abs(one) >= _LARGEST_INTEGER:
                    return f"a whole number of {one.bit_length():,} bits"
        if not inner:
            return None
        level = inner
    return f"values inside of each other, more than {_DEEPEST} deep"
