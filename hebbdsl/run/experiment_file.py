"""What a spec says of all its runs together: kept beside them, for tables that are made of them.

    runs/<experiment>/experiment.json

It takes no part in the identity of a run, and is written anew by every command that is given the
spec: claims may be added, or another baseline chosen, and nothing need be trained again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hebbdsl.diagnostics.diagnostic import Problem, Rejected, Severity
from hebbdsl.expression.claim import Claim
from hebbdsl.expression.errors import ExpressionError
from hebbdsl.writing import make_folders, write_atomically

if TYPE_CHECKING:
    from hebbdsl.plan.plan import Plan
    from hebbdsl.run.record import Record

EXPERIMENT_FILE = "experiment.json"
_NAME = {"type": "string", "pattern": r"^[a-z][a-z0-9_]{0,63}$"}
_MOST = 10_000
"""Variants and claims: a spec has no more entries."""

EXPERIMENT_FILE_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "What a spec says of all its runs together",
    "type": "object",
    "required": ["version", "experiment", "baseline", "variants", "claims"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": 1},
        "experiment": _NAME,
        "baseline": _NAME,
        "variants": {
            "type": "array",
            "items": _NAME,
            "minItems": 1,
            "maxItems": _MOST,
            "uniqueItems": True,
        },
        "claims": {
            "type": "array",
            "items": {"type": "string", "maxLength": 10_000},
            "maxItems": _MOST,
        },
    },
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ExperimentFile:
    """The reference of ratios, the order of variants, and the claims as they are written."""

    experiment: str
    baseline: str
    variants: tuple[str, ...]
    claims: tuple[str, ...]

    def parsed(self) -> tuple[Claim, ...]:
        """Raises: ExpressionError."""
        return tuple(map(Claim.parse, self.claims))


def experiment_file_of_plan(plan: Plan) -> ExperimentFile:
    experiment = plan.checked.experiment
    return ExperimentFile(
        experiment=experiment.experiment,
        baseline=plan.checked.baseline,
        variants=tuple(plan.variants),
        claims=tuple(claim.text for claim in experiment.claims),
    )


def write_experiment_file(stated: ExperimentFile, out: Path) -> Problem | None:
    """Write it beside the runs, where there are any and it is not there already.

    Returns: a warning where it can't be written; what was trained is none the worse for it.
    """
    path = out / stated.experiment / EXPERIMENT_FILE
    if not path.parent.is_dir():
        return None
    content = json.dumps({"version": 1, **asdict(stated)}, indent=1, ensure_ascii=False).encode()
    try:
        make_folders(out, path.parent)  # they are there: whether a link leads elsewhere is asked
        if not path.is_file() or path.read_bytes() != content + b"\n":
            write_atomically(path, content, b"\n")
    except OSError as error:
        return ExperimentFileNotWritten(place=str(path), reason=error.strerror or str(error))
    return None


def experiment_file_of_run(record: Record) -> tuple[Path, ExperimentFile] | None:
    """What was kept beside a run that was read from its folder; None: nothing of its experiment.

    Raises: Rejected, with HEB606, when what is there is none.
    """
    if record.folder is None:
        return None
    path = record.folder.parent.parent / EXPERIMENT_FILE
    try:
        written = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    try:
        stated = _parsed(written)
    except (ValueError, RecursionError, ExpressionError) as error:
        raise _unreadable(path, str(error)[:200]) from error
    return (path, stated) if stated.experiment == record.experiment else None


def _parsed(written: bytes) -> ExperimentFile:
    """Raises: ValueError, RecursionError, ExpressionError."""
    from jsonschema import Draft202012Validator

    body = json.loads(written)
    fault = next(Draft202012Validator(EXPERIMENT_FILE_SCHEMA).iter_errors(body), None)
    if fault is not None:
        raise ValueError(f"at {fault.json_path}: {fault.message}")
    stated = ExperimentFile(
        experiment=body["experiment"],
        baseline=body["baseline"],
        variants=tuple(body["variants"]),
        claims=tuple(body["claims"]),
    )
    stated.parsed()
    return stated


def _unreadable(path: Path, reason: str) -> Rejected:
    return Rejected([UnreadableExperimentFile(place=str(path), reason=reason)])


class UnreadableExperimentFile(Problem):
    """What a spec said of its runs, kept beside them, can't be read.

    `compare` and `run` keep baseline, order of variants and claims in `experiment.json`, in the
    folder of the experiment, for tables that are made of the folder alone. The file was edited or
    cut. It holds nothing that can't be made anew: compare the spec once more, or remove it, and the
    first variant is the baseline.

    Wrong:
        hebbdsl compare runs/letters        (experiment.json edited by hand)

    Right:
        hebbdsl compare specs/letters.yaml
    """

    code = "HEB606"
    exit_code = 3
    reason: str

    title = "`{place}` is not what a spec says of its runs: {reason}"
    hint = "`hebbdsl compare SPEC` writes it anew; without it the first variant is the baseline"


class ExperimentFileNotWritten(Problem):
    """What the spec says of its runs could not be kept beside them.

    The runs are what they were, and the table of the spec is not touched. A table made of the
    folder alone will not know the baseline and the claims, or follow those that were kept before.

    Wrong:
        hebbdsl compare specs/letters.yaml --out /mnt/read_only/runs

    Right:
        hebbdsl compare specs/letters.yaml --out runs
    """

    code = "HEB607"
    severity = Severity.WARNING
    reason: str

    title = "what the spec says of its runs can't be kept in `{place}`: {reason}"
    hint = "make the folder writable, and compare the spec once more"
