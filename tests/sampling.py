"""What is tried of very much: a sample by a fixed key, the same one every time, or all of it.

`.ci/long` sets the variable, and tries all.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

LONG = "HEBBDSL_LONG"
"""When this is set, nothing is sampled."""

ALL = bool(os.environ.get(LONG))


def sample(everything: Sequence[T], count: int, key: str) -> Sequence[T]:
    """So many of them, in their order; which ones, the key says alone."""
    if ALL or len(everything) <= count:
        return everything
    chosen = Random(key).sample(range(len(everything)), count)
    return [everything[place] for place in sorted(chosen)]


def share(everything: Sequence[T], turn: int, turns: int) -> Sequence[T]:
    """Every so manieth of them, beginning with another one each turn: each is had in one of them.

    Where nothing is sampled, all are had in all.
    """
    return everything if ALL else everything[turn % turns :: turns]


def examples(count: int) -> int:
    """How many of so many drawn examples: a quarter of them."""
    return count if ALL else count // 4
