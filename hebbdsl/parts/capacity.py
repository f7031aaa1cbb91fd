"""Room for what is remembered: it doubles as it fills, so that each pair is moved seldom."""

from __future__ import annotations

FIRST_ROOM = 1_024
"""Pairs that there is room for at first."""


def capacity_for(pairs: int) -> int:
    """Places that are held for so many pairs."""
    room = FIRST_ROOM
    while room < pairs:
        room *= 2
    return room
