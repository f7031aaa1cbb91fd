"""What the host knows of a run between two evaluations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(kw_only=True, slots=True)
class RunState:
    """Of every task; each adds its own. It goes to plain JSON values and back unchanged.

    Attributes:
        step: optimizer steps done.
        seconds: of training so far, evaluations left out.
    """

    step: int = 0
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        return cls(**body)
