"""Records and evaluations as JSON, with the schema that is asked before one is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

from hebbdsl.expression.metric import Unit
from hebbdsl.expression.metrics import EVALUATION_VALUES, RUN_METRICS
from hebbdsl.parts.bounds import Bounds
from hebbdsl.run.record import Binding, Digest, Evaluation, Level, Record, Value
from hebbdsl.spec.experiment import Setup
from hebbdsl.spec.json_schema import DRAFT, Schema, schema_of, to_json
from hebbdsl.spec.renaming import renamed_plain
from hebbdsl.tasks import CLASSIFICATION, LANGUAGE, Task


def _value(unit: Unit) -> Schema:
    """What a file may hold as a value of a metric."""
    if unit is Unit.FLAG:
        return {"type": "boolean"}
    return schema_of(int if unit.whole else float, (Bounds(unit.minimum, unit.maximum),))


def _metric(value: Schema) -> Schema:
    found = schema_of(Value)
    return {**found, "properties": {**found["properties"], "value": value}}


_Files = TypedDict(
    "_Files",
    {
        "spec.json": Digest,
        "metrics.jsonl": Digest,
        "weights.safetensors": NotRequired[Digest],
    },
)


class _Envelope(TypedDict):
    """What the file has beside the record: its digest is the seal."""

    version: Literal[1]
    files: _Files
    seal: Digest


_RECORD, _ENVELOPE = schema_of(Record), schema_of(_Envelope)
RECORD_SCHEMA: Schema = {
    "$schema": DRAFT,
    "title": "The record of one run",
    **_RECORD,
    "required": [*_RECORD["required"], *_ENVELOPE["required"]],
    "properties": {
        **_RECORD["properties"],
        **_ENVELOPE["properties"],
        "metrics": {
            "type": "object",
            "propertyNames": {"pattern": r"^[a-z][a-z0-9_]{0,63}(@[0-9]{1,9})?$"},
            "patternProperties": {
                rf"^{metric.name}{'@[0-9]+' if metric.aged else ''}$": _metric(_value(metric.unit))
                for metric in RUN_METRICS.values()
            },
            "additionalProperties": _metric({"type": "number", "minimum": 0}),
        },
    },
}

SETUP_SCHEMA: Schema = {
    "$schema": DRAFT,
    "title": "The setup of one run in full: spec.json",
    "type": "object",
    "additionalProperties": False,
    "properties": {field.name: {} for field in fields(Setup)},
}


_OWN = schema_of(Evaluation)["properties"]


def _evaluation(task: Task, *own: str) -> Schema:
    """A line that a run of one task writes."""
    declared = [one for one in EVALUATION_VALUES.values() if one.of in (None, task)]
    halves = [one.name for one in declared if one.optional and one.split is not None]
    return {
        "type": "object",
        "required": [*own, *(one.name for one in declared if not one.optional)],
        "additionalProperties": False,
        "properties": {
            **{name: _OWN[name] for name in own},
            **{one.name: _value(one.unit) for one in declared},
        },
        # All that is measured on a split that may not be there is there, or none of it.
        "dependentRequired": dict.fromkeys(halves, halves),
    }


EVALUATION_SCHEMA: Schema = {
    "$schema": DRAFT,
    "title": "One evaluation: a line of metrics.jsonl",
    "if": {"type": "object", "required": ["binding"]},
    "then": _evaluation(CLASSIFICATION, "step", "seconds", "binding"),
    "else": _evaluation(LANGUAGE, "step", "seconds"),
}


def record_to_json(record: Record) -> dict[str, Any]:
    """Without the evaluations, which are lines of their own, and without seal and digests."""
    return {"version": 1, **to_json(record)}


def record_from_json(
    body: Mapping[str, Any], folder: Path, evaluations: tuple[Evaluation, ...]
) -> Record:
    """The inverse, of a body that the schema has passed."""
    written = {name: value for name, value in body.items() if name in _RECORD["properties"]}
    read = {
        "setup": renamed_plain(Setup, body["setup"]),
        "levels": tuple(Level(**level) for level in body["levels"]),
        "metrics": {name: Value(**value) for name, value in body["metrics"].items()},
    }
    return Record(**(written | read), folder=folder, evaluations=evaluations)


def evaluation_to_json(evaluation: Evaluation) -> dict[str, Any]:
    """Its values beside step and seconds, by their names."""
    own = to_json(evaluation)
    return {"step": own.pop("step"), "seconds": own.pop("seconds"), **evaluation.values, **own}


def evaluation_from_json(line: Mapping[str, Any]) -> Evaluation:
    """The inverse, of a line that the schema has passed."""
    binding = line.get("binding")
    return Evaluation(
        step=line["step"],
        seconds=line["seconds"],
        values={name: line[name] for name in EVALUATION_VALUES if name in line},
        binding=None if binding is None else tuple(Binding(**one) for one in binding),
    )
