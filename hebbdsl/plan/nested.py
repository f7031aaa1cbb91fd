"""Outputs inside outputs."""

from __future__ import annotations

from collections.abc import Iterator

from hebbdsl.parts.part import Output
from hebbdsl.spec.checked import Path
from hebbdsl.spec.types import PartOf, fields_holding


def nested_outputs(part: Output | None, path: Path) -> Iterator[tuple[Path, Output]]:
    """An output with those inside it, and their paths."""
    if part is None:
        return
    yield path, part
    for name in fields_holding(type(part), PartOf):
        inner = getattr(part, name)
        for index, one in enumerate(inner):
            yield from nested_outputs(one, (*path, name, index))
