"""Runs that the first version of the file format left are read, compared and evaluated as then.

`tests/fixtures/runs_version_1` holds two tiny comparisons with a run at test time, and what
`compare` printed of them then.
"""

from __future__ import annotations

import csv
import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hebbdsl.cli.main import app
from hebbdsl.comparison.comparing import compare_records
from hebbdsl.comparison.formats import as_markdown
from hebbdsl.expression.claim import Claim
from hebbdsl.parts.datasets.corpora import token_store
from hebbdsl.program.identity import canonical_json
from hebbdsl.run.record_json import evaluation_to_json, record_to_json
from hebbdsl.run.store import METRICS, RECORD, find_runs
from hebbdsl.spec.experiment import Setup
from hebbdsl.spec.renaming import renamed_plain
from tests.replay.values import MEASURED, differences

HERE = Path(__file__).parents[1] / "fixtures" / "runs_version_1"
TASKS = ("classification", "language")
RECORDS = [one for task in TASKS for one in find_runs(HERE / "kept" / f"kept_{task}")]


def _call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def _near(before: Any, after: Any) -> bool:
    if isinstance(before, float) and isinstance(after, float):
        return math.isclose(before, after, rel_tol=1e-9)
    return bool(before == after)


def test_every_kind_of_run_is_kept() -> None:
    assert len(RECORDS) == 2 * 3 * 2


@pytest.mark.parametrize("folder", RECORDS, ids=lambda one: "-".join(one.path.parts[-3:-1]))
def test_records_and_evaluations_are_written_as_they_were(folder: Any) -> None:
    record = folder.read()
    assert record is not None
    body = json.loads((folder.path / RECORD).read_bytes())
    stored = {key: value for key, value in body.items() if key not in ("files", "seal")}
    stored["setup"] = renamed_plain(Setup, stored["setup"])
    assert record_to_json(record) == stored
    lines = (folder.path / METRICS).read_bytes().splitlines()
    assert [canonical_json(evaluation_to_json(one)) for one in record.evaluations] == lines


@pytest.mark.parametrize("task", TASKS)
def test_they_are_compared_as_they_were(task: str, tmp_path: Path) -> None:
    folder, said = HERE / "kept" / f"kept_{task}", {}
    for kind in ("json", "csv"):
        result = _call("compare", folder, "--figures", tmp_path, "--format", kind, "--quiet")
        assert result.exit_code == 0, result.output
        said[kind] = result.stdout
    before = json.loads((HERE / "expected" / f"{task}.json").read_text())
    assert differences(_numbers(before), _numbers(json.loads(said["json"])), _near) == []
    lines = (HERE / "expected" / f"{task}.csv").read_text().splitlines()
    then, now = (
        {(r["variant"], r["metric"]): r for r in csv.DictReader(text)}
        for text in (lines, said["csv"].splitlines())
    )
    assert then.keys() == now.keys()
    for key, row in then.items():
        assert [*map(_cell, now[key].values())] == pytest.approx([*map(_cell, row.values())])


def _by_row(lines: list[str]) -> dict[tuple[str, str], dict[str, str]]:
    return {(row["variant"], row["metric"]): row for row in csv.DictReader(lines)}


def _numbers(document: Any) -> Any:
    """Without sentences and names of fields, whose wording may improve."""
    match document:
        case dict():
            worded = ("notes", "differences", "reason", "tuned")
            return {k: _numbers(v) for k, v in document.items() if k not in worded}
        case list():
            return [_numbers(one) for one in document]
    return document


def _cell(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return "" if "." in text else text


@pytest.mark.parametrize("task", TASKS)
def test_they_are_evaluated_as_they_were(
    task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is trained, and the run at test time, taken away, comes out as it was."""
    monkeypatch.setenv("HEBBDSL_DATA", str(HERE / "data"))
    monkeypatch.setattr(token_store, "cache_folder", lambda: tmp_path / "cache")
    out = tmp_path / "runs"
    shutil.copytree(HERE / "kept" / f"kept_{task}", out / f"kept_{task}")
    shutil.rmtree(out / f"kept_{task}" / "cache")
    words = ("--out", out, "--workers", 1, "--quiet", "--format", "csv")
    result = _call("compare", HERE / f"{task}.yaml", *words)
    assert result.exit_code == 0, result.output
    assert not list(out.rglob("*.replaced-*"))
    for before in RECORDS:
        if f"kept_{task}" not in before.path.parts:
            continue
        after = out / before.path.relative_to(HERE / "kept")
        if "cache" not in before.path.parts:
            assert (after / RECORD).read_bytes() == (before.path / RECORD).read_bytes()
            continue
        kept, found = (json.loads((path / RECORD).read_text()) for path in (before.path, after))
        for body in (kept, found):
            for name in MEASURED:
                body["metrics"].pop(name, None)
            for key in ("environment", "seal", "files"):
                body.pop(key)
            body["setup"] = renamed_plain(Setup, body["setup"])
            body["evaluation"]["tuned"] = [*body["evaluation"]["tuned"].values()]
        # Sums in another order miss by rounding, on another machine.
        assert differences(kept, found, _close) == []


def _close(before: Any, after: Any) -> bool:
    if isinstance(before, float) and isinstance(after, float):
        return math.isclose(before, after, rel_tol=1e-4)
    return bool(before == after)


def test_a_validation_loss_comes_to_a_claim_and_a_table() -> None:
    """From the evaluations, which the first version recorded too."""
    found = [one.read() for one in find_runs(HERE / "kept" / "kept_language")]
    records = [one for one in found if one is not None and one.evaluation is None]
    name = "best_validation_loss"
    claim = Claim.parse(f"{name}(hebbian) > {name}(softmax)")
    compared = compare_records(records, baseline="softmax", claims=[claim])
    assert name in [column.name for column in compared.columns]
    assert name not in [one.name for one in compare_records(records).columns]
    for record in records:
        row = next(row for row in compared.rows if row.variant == record.variant)
        losses = [one.values["validation_loss"] for one in record.evaluations]
        assert row.summaries[name].per_seed[record.seed].value == min(losses)
    assert "left − right" in compared.claims[0].reason
    assert f"**{name}** (nats; lower is better)" in as_markdown(compared)
