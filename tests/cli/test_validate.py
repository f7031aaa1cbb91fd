"""`hebbdsl validate`: what goes where, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hebbdsl.cli.main import app
from tests.specs import GOOD, with_sections

BAD = with_sections("model: {mlp: {hiden: [1]}}\noutput: hebian\n")


def validate(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["validate", *map(str, arguments)])


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_spec(tmp_path: Path) -> None:
    result = validate(write(tmp_path / "a.yaml", GOOD))
    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr == "no problems in 1 file\n"


def test_problems_go_to_stdout_and_the_count_to_stderr(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", BAD)
    result = validate(path)
    assert result.exit_code == 1
    assert result.stdout.startswith("error[HEB201]: `mlp` has no field `hiden`\n")
    assert "error[HEB202]: there is no output `hebian`" in result.stdout
    assert f"--> {path}:5:" in result.stdout
    assert "\x1b" not in result.stdout
    assert result.stderr == "2 errors in 1 file\n"


def test_folders_are_walked(tmp_path: Path) -> None:
    write(tmp_path / "b/bad.yml", BAD)
    write(tmp_path / "a/good.yaml", GOOD)
    write(tmp_path / "note.txt", "not a spec")
    result = validate(tmp_path, "--format", "concise")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"{tmp_path}/b/bad.yml:") for line in lines)
    assert result.stderr == "2 errors in 2 files\n"


def test_one_bad_path_does_not_hide_the_others(tmp_path: Path) -> None:
    result = validate(
        tmp_path / "none.yaml", write(tmp_path / "a.yaml", BAD), "--format", "concise"
    )
    assert [line.split("error")[1][:8] for line in result.stdout.splitlines()] == [
        "[HEB201]",
        "[HEB202]",
        "[HEB101]",
    ]


def test_a_file_named_twice_is_checked_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", GOOD)
    assert validate(path, tmp_path, path).stderr == "no problems in 1 file\n"


def test_a_folder_without_specs(tmp_path: Path) -> None:
    result = validate(tmp_path, "--format", "concise")
    assert result.exit_code == 1
    assert "HEB109" in result.stdout


def test_json(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", BAD)
    result = validate(path, "--format", "json")
    assert result.exit_code == 1
    first, second = json.loads(result.stdout)
    assert (first["code"], first["line"], first["column"], first["end_column"]) == (
        "HEB201", 5, 15, 20
    )  # fmt: skip
    assert (first["file"], first["fix"]) == (str(path), "hidden")
    assert second["fix"] == "hebbian"
    assert json.loads(validate(write(path, GOOD), "--format", "json").stdout) == []


def test_set_changes_what_is_checked(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", GOOD)
    assert validate(path, "--set", "output=softmax", "--set", "training.steps=1_0").exit_code == 0
    result = validate(path, "--set", "output.gama=1")
    assert result.exit_code == 1
    assert "--> --set:1:8" in result.stdout
    assert validate(path, "--set", "output").exit_code == 1


def test_warnings_fail_only_when_strict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hebbdsl.diagnostics.diagnostic import Severity
    from hebbdsl.syntax.reading import Empty

    path = write(tmp_path / "a.yaml", "# nothing\n")
    assert validate(path).exit_code == 1
    monkeypatch.setattr(Empty, "severity", Severity.WARNING)
    assert validate(path).exit_code == 0
    assert validate(path).stderr == "1 warning in 1 file\n"
    assert validate(path, "--strict").exit_code == 1


def test_usage(tmp_path: Path) -> None:
    assert validate().exit_code == 2
    assert validate(tmp_path, "--format", "xml").exit_code == 2
    assert validate(tmp_path, "--unknown").exit_code == 2
