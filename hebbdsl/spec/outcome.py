"""What reading a value gives when there is none: a sign that a problem was noted."""

from __future__ import annotations

from enum import Enum


class Bad(Enum):
    """The value was rejected, and a problem says why."""

    REJECTED = "rejected"


BAD = Bad.REJECTED
