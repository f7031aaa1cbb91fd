"""Records and evaluations as JSON, with the schema that is asked before one is believed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from hebbdsl.run.record import (
    AnyEvaluation,
    Binding,
    Evaluation,
    Level,
    Record,
    TextEvaluation,
    Value,
)

_DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_NAME = {"type": "string", "pattern": r"^[a-z][a-z0-9_]{0,63}$"}
_STEP = {"type": "integer", "minimum": 0}
_SHARE = {"type": "number", "minimum": 0, "maximum": 1}

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
        "seed": _STEP,
        "identity": _DIGEST,
        "status": {"enum": ["finished", "failed", "interrupted"]},
        "setup": {"type": "object"},
        "data": {
            "type": "object",
            "required": ["word", "fingerprint", "origin", "substituted_for"],
            "properties": {
                "word": {"type": "string"},
                "fingerprint": {"type": "string"},
                "origin": {"type": "string"},
                "substituted_for": {"type": ["string", "null"]},
                "classes": {"type": "array", "items": {"type": "string"}},
                "words": {"type": "integer", "minimum": 1},
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
                        "folder": {"type": "string"},
                    },
                },
                "tuned": {"type": "object"},
                "reads_labels": {"type": "boolean"},
            },
        },
        "levels": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["classes", "began", "passed"],
                "additionalProperties": False,
                "properties": {
                    "classes": {"type": "integer", "minimum": 1},
                    "began": _STEP,
                    "passed": {"type": ["integer", "null"], "minimum": 0},
                },
            },
        },
        "metrics": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["value", "censored", "cohorts"],
                "additionalProperties": False,
                "properties": {
                    "value": {"type": "number"},
                    "censored": {"type": "boolean"},
                    "cohorts": {"type": ["integer", "null"], "minimum": 1},
                },
            },
        },
        "steps": _STEP,
        "failure": {
            "type": ["object", "null"],
            "required": ["step", "tensor"],
            "properties": {"step": _STEP, "tensor": {"type": "string"}},
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

_ON_PICTURES: dict[str, Any] = {
    "type": "object",
    "required": [
        "step",
        "level",
        "classes",
        "train_loss",
        "test_accuracy",
        "newest_accuracy",
        "whole",
        "seconds",
        "binding",
    ],
    "additionalProperties": False,
    "properties": {
        "step": _STEP,
        "level": _STEP,
        "classes": {"type": "integer", "minimum": 1},
        "train_loss": {"type": "number"},
        "test_accuracy": _SHARE,
        "newest_accuracy": _SHARE,
        "learning_rate": {"type": "number", "minimum": 0},
        "validation_accuracy": _SHARE,
        "newest_validation_accuracy": _SHARE,
        "whole": {"type": "boolean"},
        "seconds": {"type": "number", "minimum": 0},
        "binding": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["cohort", "age", "exposures", "accuracy"],
                "additionalProperties": False,
                "properties": {
                    "cohort": {"type": "integer", "minimum": 1},
                    "age": {"type": "integer", "minimum": 1},
                    "exposures": {"type": "number", "minimum": 0},
                    "accuracy": _SHARE,
                },
            },
        },
    },
    "dependentRequired": {
        "validation_accuracy": ["newest_validation_accuracy"],
        "newest_validation_accuracy": ["validation_accuracy"],
    },
}


_ON_TEXT: dict[str, Any] = {
    "type": "object",
    "required": [
        "step",
        "epoch",
        "tokens",
        "train_loss",
        "validation_loss",
        "learning_rate",
        "best",
        "seconds",
    ],
    "additionalProperties": False,
    "properties": {
        "step": _STEP,
        "epoch": {"type": "number", "minimum": 0},
        "tokens": _STEP,
        "train_loss": {"type": "number"},
        "validation_loss": {"type": "number"},
        "learning_rate": {"type": "number", "minimum": 0},
        "best": {"type": "boolean"},
        "seconds": {"type": "number", "minimum": 0},
    },
}

EVALUATION_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "One evaluation: a line of metrics.jsonl",
    "if": {"type": "object", "required": ["tokens"]},
    "then": _ON_TEXT,
    "else": _ON_PICTURES,
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
        "metrics": {name: asdict(value) for name, value in record.metrics.items()},
        "steps": record.steps,
        "failure": None if record.failure is None else dict(record.failure),
    } | ({} if record.evaluation is None else {"evaluation": dict(record.evaluation)})


def record_from_json(
    body: dict[str, Any], folder: Path, evaluations: tuple[AnyEvaluation, ...]
) -> Record:
    """The inverse, of a body that the schema has passed."""
    return Record(
        experiment=body["experiment"],
        variant=body["variant"],
        seed=body["seed"],
        identity=body["identity"],
        status=body["status"],
        setup=body["setup"],
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


def evaluation_to_json(evaluation: AnyEvaluation) -> dict[str, Any]:
    """What was not measured is left out."""
    return {name: value for name, value in asdict(evaluation).items() if value is not None}


def evaluation_from_json(line: dict[str, Any]) -> AnyEvaluation:
    if "tokens" in line:
        return TextEvaluation(**line)
    binding = tuple(Binding(**one) for one in line.pop("binding"))
    return Evaluation(**line, binding=binding)
