"""Outputs inside outputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hebbdsl.parts.part import Output
from hebbdsl.spec.checked import Path
from hebbdsl.spec.types import PartOf, fields_holding

if TYPE_CHECKING:
    from hebbdsl.parts.memory_output import MemoryOutput


def nested_outputs(part: Output | None, path: Path) -> Iterator[tuple[Path, Output]]:
    """An output with those inside it, and their paths."""
    if part is None:
        return
    yield path, part
    for place, one in directly_inside(part, path):
        yield from nested_outputs(one, place)


def nested_memories(part: Output | None, path: Path) -> Iterator[tuple[Path, MemoryOutput]]:
    """Those of them that are memories."""
    for place, one in nested_outputs(part, path):
        if one.memory is not None:
            yield place, one.memory


def directly_inside(part: Output, path: Path) -> Iterator[tuple[Path, Output]]:
    """The outputs that an output is made of, and their paths."""
    for name in fields_holding(type(part), PartOf):
        for index, one in enumerate(getattr(part, name)):
            yield (*path, name, index), one
