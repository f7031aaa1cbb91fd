"""Whether what a run says of a held-out text depends on that text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def reads_labels(setup: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """Whether the words of a held-out text change the predictions of those after them.

    Of images nothing does: only training writes a memory.

    Args:
        setup: of a record, with its evaluation where there is one.
        data: what the record says of the data.
    """
    if "tokens" not in data:
        return False
    evaluation = setup.get("evaluation") or {}
    outputs = (setup.get("output"), evaluation.get("output"))
    return evaluation.get("adaptation") is not None or any(map(_remembers, outputs))


def _remembers(value: Any) -> bool:
    """Whether an output that does stands anywhere in what is written."""
    if isinstance(value, Mapping):
        return any(_reads(word, inner) or _remembers(inner) for word, inner in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return any(map(_remembers, value))
    return isinstance(value, str) and _reads(value, {})


def _reads(word: str, written: Any) -> bool:
    """Whether `word` is an output that does, with these fields."""
    from hebbdsl.parts.memory_output import MemoryOutput
    from hebbdsl.parts.part import Output
    from hebbdsl.vocabulary import words_of

    cls = words_of(Output).get(word)
    if cls is None or not issubclass(cls, MemoryOutput):
        return False
    return cls.reads_labels_with(written if isinstance(written, Mapping) else {})
