"""Run folders made by hand, and the files of one altered and sealed anew, as a stranger may."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from hebbdsl.program.identity import canonical_json
from hebbdsl.run.record import Level, Record
from hebbdsl.run.store import METRICS, RECORD, SETUP, RunFolder

Edit = Callable[[Any], None]


def stored(out: Path, record: Record) -> Path:
    """Write a record with its evaluations as a run does. Returns its folder."""
    digest = sha256(record.identity.encode()).hexdigest()
    folder = RunFolder.of(out, record.experiment, record.variant, record.seed, digest)
    folder.start(record.setup)
    for evaluation in record.evaluations:
        if evaluation.binding is not None:  # of no age there is nothing to record
            aged = tuple(binding for binding in evaluation.binding if binding.age)
            evaluation = replace(evaluation, binding=aged)
        folder.append(evaluation)
    whole = {
        "identity": digest,
        "data": {"origin": "made here", **record.data},
        "environment": {"hebbdsl": "0", "threads": 1, **record.environment},
        "levels": record.levels or (Level(classes=30, began=0, passed=None),),
    }
    folder.finish(replace(record, **whole))
    return folder.path


def reseal(
    folder: Path, record: Edit | None = None, metrics: Edit | None = None, setup: Edit | None = None
) -> None:
    """Alter the files of a run in place, digests and seal with them.

    Args:
        record: changes the body of `record.json`.
        metrics: changes the list of the lines of `metrics.jsonl`.
        setup: changes the value in `spec.json`.
    """
    body = json.loads((folder / RECORD).read_bytes())
    if metrics is not None:
        lines = [json.loads(line) for line in (folder / METRICS).read_bytes().splitlines()]
        metrics(lines)
        (folder / METRICS).write_text("".join(json.dumps(line) + "\n" for line in lines))
    if setup is not None:
        value = json.loads((folder / SETUP).read_bytes())
        setup(value)
        (folder / SETUP).write_text(json.dumps(value))
    if record is not None:
        record(body)
    body["files"] = {
        name: sha256((folder / name).read_bytes()).hexdigest() for name in body["files"]
    }
    body.pop("seal")
    body["seal"] = sha256(canonical_json(body)).hexdigest()
    (folder / RECORD).write_text(json.dumps(body))
