"""Records and evaluations as JSON, with the schema that is asked before one is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from hebbdsl.expression.metric import Unit
from hebbdsl.expression.metrics import EVALUATION_VALUES, RUN_METRICS
from hebbdsl.run.limits import LARGEST_COUNT
from hebbdsl.run.record import (
    Binding,
    Evaluation,
    Level,
    Record,
    Value,
)
from hebbdsl.spec.experiment import Setup
from hebbdsl.spec.renaming import renamed_plain
from hebbdsl.tasks import CLASSIFICATION, LANGUAGE, Task

_DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_NAME = {"type": "string", "pattern": r"^[a-z][a-z0-9_]{0,63}$"}
_STEP = {"type": "integer", "minimum": 0, "maximum": LARGEST_COUNT}
_POSITIVE = {"type": "integer", "minimum": 1, "maximum": LARGEST_COUNT}
_SHARE = {"type": "number", "minimum": 0, "maximum": 1}
_AMOUNT = {"type": "number", "minimum": 0, "maximum": 2**63}
_TEXT = {"type": "string", "maxLength": 4_096}
_TUNED = {"type": "number"}


def _value(unit: Unit) -> dict[str, Any]:
    """What a file may hold as a value of a metric."""
    if unit is Unit.FLAG:
        return {"type": "boolean"}
    value = {"type": "integer" if unit.whole else "number", "minimum": unit.minimum}
    return value if unit.maximum is None else {**value, "maximum": unit.maximum}


def _metric(value: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["value", "censored", "cohorts"],
        "additionalProperties": False,
        "properties": {
            "value": value,
            "censored": {"type": "boolean"},
            "cohorts": {**_POSITIVE, "type": ["integer", "null"]},
            "tokens": _POSITIVE,
        },
    }


RECORD_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "The record of one run",
    "type": "object",
    "required": [
        "version",
        "experiment",
        "variant",
        "seed",
        "identity",
        "status",
        "setup",
        "data",
        "environment",
        "plan",
        "levels",
        "metrics",
        "steps",
        "failure",
        "files",
        "seal",
    ],
    "additionalProperties": False,
    "properties": {
        "version": {"const": 1},
        "experiment": _NAME,
        "variant": _NAME,
        "seed": {"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
        "identity": _DIGEST,
        "status": {"enum": ["finished", "failed", "interrupted"]},
        "setup": {
            "type": "object",
            "properties": {"evaluation": {"type": ["object", "null"]}},
        },
        "data": {
            "type": "object",
            "required": ["word", "fingerprint", "origin", "substituted_for"],
            "properties": {
                "word": _TEXT,
                "fingerprint": _TEXT,
                "origin": _TEXT,
                "substituted_for": {**_TEXT, "type": ["string", "null"]},
                "classes": {"type": "array", "items": _TEXT},
                "words": _POSITIVE,
                "tokens": {"type": "object", "additionalProperties": _STEP},
            },
        },
        "environment": {
            "type": "object",
            "required": ["semantics", "hebbdsl", "torch", "device", "dtype", "threads"],
        },
        "plan": {"type": "object"},
        "evaluation": {
            "type": "object",
            "required": ["parent", "tuned", "reads_labels"],
            "additionalProperties": False,
            "properties": {
                "parent": {
                    "type": "object",
                    "required": ["variant", "identity", "folder"],
                    "additionalProperties": False,
                    "properties": {
                        "variant": _NAME,
                        "identity": _DIGEST,
                        "folder": _TEXT,
                    },
                },
                "tuned": {
                    "type": "object",
                    "additionalProperties": {
                        "anyOf": [_TUNED, {"type": "array", "items": _TUNED, "minItems": 1}]
                    },
                },
                "reads_labels": {"type": "boolean"},
            },
        },
        "levels": {
            "type": "array",
            "minItems": 1,
            "maxItems": 10_000,
            "items": {
                "type": "object",
                "required": ["classes", "began", "passed"],
                "additionalProperties": False,
                "properties": {
                    "classes": _POSITIVE,
                    "began": _STEP,
                    "passed": {**_STEP, "type": ["integer", "null"]},
                },
            },
        },
        "metrics": {
            "type": "object",
            "propertyNames": {"pattern": r"^[a-z][a-z0-9_]{0,63}(@[0-9]{1,9})?$"},
            "patternProperties": {
                rf"^{metric.name}{'@[0-9]+' if metric.aged else ''}$": _metric(_value(metric.unit))
                for metric in RUN_METRICS.values()
            },
            "additionalProperties": _metric({"type": "number", "minimum": 0}),
        },
        "steps": _STEP,
        "failure": {
            "type": ["object", "null"],
            "required": ["step", "tensor"],
            "properties": {"step": _STEP, "tensor": _TEXT},
        },
        "files": {
            "type": "object",
            "required": ["spec.json", "metrics.jsonl"],
            "additionalProperties": False,
            "properties": {
                "spec.json": _DIGEST,
                "metrics.jsonl": _DIGEST,
                "weights.safetensors": _DIGEST,
            },
        },
        "seal": _DIGEST,
    },
}

SETUP_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "The setup of one run in full: spec.json",
    "type": "object",
    "additionalProperties": False,
    "properties": {field.name: {} for field in fields(Setup)},
}


def _evaluation(task: Task, binding: dict[str, Any]) -> dict[str, Any]:
    """A line that a run of one task writes."""
    declared = [one for one in EVALUATION_VALUES.values() if one.of in (None, task)]
    halves = [one.name for one in declared if one.optional and one.split is not None]
    return {
        "type": "object",
        "required": [
            *("step", "seconds", *binding),
            *(one.name for one in declared if not one.optional),
        ],
        "additionalProperties": False,
        "properties": {
            "step": _STEP,
            "seconds": _AMOUNT,
            **{one.name: _value(one.unit) for one in declared},
            **binding,
        },
        # All that is measured on a split that may not be there is there, or none of it.
        "dependentRequired": dict.fromkeys(halves, halves),
    }


_BINDING = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["cohort", "age", "exposures", "accuracy"],
        "additionalProperties": False,
        "properties": {
            "cohort": _POSITIVE,
            "age": _POSITIVE,
            "exposures": _AMOUNT,
            "accuracy": _SHARE,
        },
    },
}
EVALUATION_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "One evaluation: a line of metrics.jsonl",
    "if": {"type": "object", "required": ["binding"]},
    "then": _evaluation(CLASSIFICATION, {"binding": _BINDING}),
    "else": _evaluation(LANGUAGE, {}),
}


def record_to_json(record: Record) -> dict[str, Any]:
    """Without the evaluations, which are lines of their own, and without seal and digests."""
    return {
        "version": 1,
        "experiment": record.experiment,
        "variant": record.variant,
        "seed": record.seed,
        "identity": record.identity,
        "status": record.status,
        "setup": dict(record.setup),
        "data": dict(record.data),
        "environment": dict(record.environment),
        "plan": dict(record.plan),
        "levels": [asdict(level) for level in record.levels],
        "metrics": {name: _value_to_json(value) for name, value in record.metrics.items()},
        "steps": record.steps,
        "failure": None if record.failure is None else dict(record.failure),
    } | ({} if record.evaluation is None else {"evaluation": dict(record.evaluation)})


def _value_to_json(value: Value) -> dict[str, Any]:
    found = asdict(value)
    return found if value.tokens is not None else {k: v for k, v in found.items() if k != "tokens"}


def record_from_json(
    body: dict[str, Any], folder: Path, evaluations: tuple[Evaluation, ...]
) -> Record:
    """The inverse, of a body that the schema has passed."""
    return Record(
        experiment=body["experiment"],
        variant=body["variant"],
        seed=body["seed"],
        identity=body["identity"],
        status=body["status"],
        setup=renamed_plain(Setup, body["setup"]),
        data=body["data"],
        environment=body["environment"],
        plan=body["plan"],
        levels=tuple(Level(**level) for level in body["levels"]),
        metrics={name: Value(**value) for name, value in body["metrics"].items()},
        steps=body["steps"],
        failure=body["failure"],
        evaluation=body.get("evaluation"),
        folder=folder,
        evaluations=evaluations,
    )


def evaluation_to_json(evaluation: Evaluation) -> dict[str, Any]:
    """Its values beside step and seconds, by their names."""
    line: dict[str, Any] = {
        "step": evaluation.step,
        "seconds": evaluation.seconds,
        **evaluation.values,
    }
    if evaluation.binding is not None:
        line["binding"] = [asdict(one) for one in evaluation.binding]
    return line


def evaluation_from_json(line: Mapping[str, Any]) -> Evaluation:
    """The inverse, of a line that the schema has passed."""
    binding = line.get("binding")
    return Evaluation(
        step=line["step"],
        seconds=line["seconds"],
        values={name: line[name] for name in EVALUATION_VALUES if name in line},
        binding=None if binding is None else tuple(Binding(**one) for one in binding),
    )
