"""What an answer costs, counted: calls are the same on every machine, seconds on none."""

from __future__ import annotations

import cProfile
from collections.abc import Callable

PATIENCE = 600
"""Seconds after which what hangs is given up. Nothing is judged by it: what works takes as long as
its machine needs."""


def calls_of(work: Callable[[], object]) -> int:
    """How many functions are called, those of C included."""
    profile = cProfile.Profile()
    profile.runcall(work)
    return sum(entry.callcount for entry in profile.getstats())
