"""Who is told of long work."""

from __future__ import annotations

from typing import Protocol


class Reporter(Protocol):
    """Who is told of long work (a download, a rendering). The terminal's is `run.progress`."""

    def say(self, text: str) -> None: ...
    def advance(self, what: str, done: int, total: int | None, unit: str) -> None: ...


class Quiet:
    """A reporter that says nothing."""

    def say(self, text: str) -> None:
        pass

    def advance(self, what: str, done: int, total: int | None, unit: str) -> None:
        pass
