"""Specs, folders and runs of a stranger: whatever commands print of them, nothing in it acts."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from hebbdsl.cli.main import app
from hebbdsl.cli.shell_completion import specs
from tests.comparison.records import curriculum
from tests.hostile import commands, obeyed
from tests.resealed import reseal, stored

ABOUT = "\x1b]0;X\x07\x1b[2J [bold]x[/bold] \u202e ##[error]y\n::error title=P::pwned"
NAME = "::error::\x1b[2J\n::error title=P::[red]x.yaml"
SPEC = f"""\
hebbdsl: 1
experiment: small
about: {json.dumps(ABOUT)}
seeds: 0..2
data: glyphs
model: {{mlp: {{hidden: [8]}}}}
output: softmax  # ##[error]in a comment \u202e
curriculum: fixed
training: {{optimizer: adam, steps: 5, batch_size: 2}}
variants:
  main: {{}}
  other: {{model.features: 8}}
"""
BROKEN = SPEC.replace("hidden: [8]", 'hidden: "\\e[2J\\n::error::x", "##[error]": 1')


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def harmless(result: Result, *known: str) -> None:
    """Nothing acts, but the lines that begin as `known` ones."""
    assert result.exception is None or isinstance(result.exception, SystemExit)
    for text in (result.stdout, result.stderr):
        assert not obeyed(text)
        assert [line for line in commands(text) if not line.startswith(known or ("\0",))] == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / NAME.replace("/", "")).write_text(SPEC)
    (tmp_path / f"broken{NAME.replace('/', '')}").write_text(BROKEN)
    return tmp_path


def test_what_is_said_of_specs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    sound, broken = NAME, f"broken{NAME}"
    for words in (
        ("plan", sound),
        ("plan", broken),
        ("show", sound, "--format", "json"),
        ("diff", sound, sound),
        ("diff", sound, sound, "--set", "about=x", "--format", "json"),
        ("fmt", "--check", "."),
        ("explain", NAME),
        ("init", NAME),
        ("convert", sound, f"{NAME}.hebb"),
        ("run", broken, "--out", NAME),
    ):
        harmless(call(*words))
    other = folder / "b.yaml"
    other.write_text(SPEC.replace("[2J", "[3J").replace("steps: 5", "steps: 6"))
    found = call("diff", sound, other)
    harmless(found)
    assert "<U+001B>" in found.stdout


@pytest.mark.parametrize("format", ["text", "concise", "json", "github", "sarif", "junit"])
def test_problems_of_specs(format: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    found = call("validate", ".", "no\x1b[2Jthing", "--format", format)
    assert found.exit_code == 1
    harmless(
        found,
        *(["::error file=", "::warning file=", "::error title=HEB"] if format == "github" else []),
    )
    if format in ("json", "sarif"):
        assert found.stdout.isascii()
        json.loads(found.stdout)
    elif format == "junit":
        ElementTree.fromstring(found.stdout)


def test_a_comparison_of_runs(tmp_path: Path) -> None:
    for name in ("softmax", "hebbian"):
        run = stored(tmp_path, curriculum(name, 0, limit=100))
        device = {"device": f"{ABOUT} {name}"}

        def edit(body: dict[str, dict[str, str]], device: dict[str, str] = device) -> None:
            body["data"].update(word="x\n::error title=P::pwned", substituted_for="$\\frac{$")
            body["environment"].update(device)

        reseal(run, record=edit)
    for format in ("table", "csv"):
        found = call("compare", tmp_path, "--format", format)
        assert found.exit_code == 0, found.output
        harmless(found)


def test_completion_offers_no_name_that_a_shell_evaluates(folder: Path) -> None:
    for name in ("a.yaml", "$(b).yaml", "\\$(c).yaml", "`d`.yaml", "'e.yaml", '"f.yaml'):
        (folder / name).write_text(SPEC)
    assert specs(f"{folder}/") == [f"{folder}/a.yaml"]
