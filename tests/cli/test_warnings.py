"""Commands that use a spec say its warnings in a line each, and count those beyond five."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hebbdsl.cli.main import app
from hebbdsl.cli.warnings import MOST, print_warnings
from hebbdsl.pipeline import load_plan
from tests.specs import GOOD


def written(folder: Path, count: int) -> Path:
    changes = "".join(
        f"  v{n}: {{output.gamma: 0.1, training.steps: {3_000 + n}}}\n" for n in range(count)
    )
    path = folder / "spec.yaml"
    path.write_text(f"{GOOD}variants:\n  base: {{}}\n{changes}" if count else GOOD)
    return path


@pytest.mark.parametrize("count", [1, MOST, MOST + 2])
def test_a_line_each(count: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    print_warnings(load_plan(written(tmp_path, count)))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("warning[HEB701]") == min(count, MOST)
    assert ("and 2 more;" in shown.err) == (count > MOST)
    assert "hebbdsl validate" in shown.err


def test_nothing_is_said_of_a_spec_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    print_warnings(load_plan(written(tmp_path, 0)))
    assert capsys.readouterr().err == ""


def test_plan_says_them_beside_its_tables(tmp_path: Path) -> None:
    given = CliRunner().invoke(app, ["plan", str(written(tmp_path, 1)), "--format", "json"])
    assert "warning[HEB701]" in given.stderr
    assert "HEB701" not in given.stdout
