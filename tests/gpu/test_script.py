"""The script for a GPU works where there is none: all of its sections, in tiny form."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.gpu import Row, Task, in_its_own_process, rows_of

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tests" / "benchmarks" / "gpu.py"


def test_every_section_finds_something_on_the_cpu(tmp_path: Path) -> None:
    done = subprocess.run(
        (sys.executable, str(SCRIPT), "--device", "cpu", "--smoke", "--out", str(tmp_path)),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "results.json").read_text())
    assert len(found) == 8
    assert all(found.values())
    table = (tmp_path / "results.md").read_text().splitlines()
    assert len(table) == 2 + sum(len(rows) for rows in found.values())
    parts = [row["measure"] for row in found["WikiText-103 by part"]]
    assert [part for part in parts if part.startswith("bfloat16: ")] == [
        "bfloat16: a step",
        "bfloat16: embedding",
        "bfloat16: layers and linear map",
        "bfloat16: linear map",
        "bfloat16: head",
        "bfloat16: write",
        "bfloat16: optimizer",
    ]
    assert not any("NOT EQUAL" in row["note"] for row in found["equality with the CPU"])


def test_what_a_section_found_before_it_failed_is_kept() -> None:
    def fails(_: Task):  # type: ignore[no-untyped-def]
        yield Row("first", 1.0, "s")
        raise ValueError("no kernel\nmore of it")

    assert list(rows_of(fails, Task("cpu", True, 0.0))) == [
        Row("first", 1.0, "s"),
        Row("failed", None, "", "ValueError: no kernel"),
    ]


def test_a_section_that_ends_its_process_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (row,) = in_its_own_process("there is no such section", 60.0, "cpu")
    assert row == Row("failed", None, "", "its process ended with 1")
