"""Whether what a run says of a held-out text depends on that text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def reads_labels(setup: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """Whether the words of a held-out text change the predictions of those after them.

    Of pictures nothing does: only training writes a memory.

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
    """Whether a word of an output that does stands anywhere in what is written."""
    if isinstance(value, Mapping):
        return any(map(_remembers, (*value.keys(), *value.values())))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return any(map(_remembers, value))
    from hebbdsl.parts.part import Output
    from hebbdsl.vocabulary import VOCABULARY

    cls = VOCABULARY[Output].get(value) if isinstance(value, str) else None
    return cls is not None and issubclass(cls, Output) and cls.reads_labels
