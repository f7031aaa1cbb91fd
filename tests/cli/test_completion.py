"""Completion, asked for as bash asks for it, and in a real bash where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hebbdsl.parts.part import Output
from hebbdsl.vocabulary import words_of
from tests.specs import GOOD, with_sections

ROOT = Path(__file__).parents[2]
VARIANTS = with_sections("variants: {hebbian: {}, softmax: {output: softmax}, small: {}}\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "specs/deep/deeper").mkdir(parents=True)
    (tmp_path / "specs/deep/deeper/a.hebb").write_text("")
    (tmp_path / "specs/.hidden.yaml").write_text("")
    (tmp_path / "specs/good.yaml").write_text(GOOD)
    (tmp_path / "specs/other.yml").write_text(VARIANTS)
    (tmp_path / "specs/note.md").write_text("")
    (tmp_path / "bad.yaml").write_text("[")
    return tmp_path


def complete(line: str, folder: Path) -> list[str]:
    """What is offered at the end of the line."""
    code = "import sys; sys.argv[0] = 'hebbdsl'\nfrom hebbdsl.cli.main import main; main()"
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "_HEBBDSL_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("hebbdsl val", ["validate"]),
        ("hebbdsl validate --f", ["--format", "--fix"]),
        (
            "hebbdsl validate --format ",
            ["text", "concise", "json", "github", "sarif", "junit"],
        ),
        ("hebbdsl compare a --format la", ["latex"]),
        ("hebbdsl plan ", ["bad.yaml", "specs/"]),
        ("hebbdsl plan sp", ["specs/deep/", "specs/good.yaml", "specs/other.yml"]),
        ("hebbdsl plan specs/g", ["specs/good.yaml"]),
        ("hebbdsl plan specs/d", ["specs/deep/deeper/a.hebb"]),
        ("hebbdsl plan specs/.", ["specs/.hidden.yaml"]),
        ("hebbdsl plan nowhere/", []),
        ("hebbdsl explain gam", ["gamma"]),
        ("hebbdsl explain HEB20", [f"HEB20{n}" for n in range(1, 9)]),
        ("hebbdsl run specs/other.yml --variant ", ["hebbian", "softmax", "small"]),
        ("hebbdsl run specs/other.yml --variant s", ["softmax", "small"]),
        ("hebbdsl run specs/other.yml --variant small --variant h", ["hebbian"]),
        ("hebbdsl run --variant ", []),
        ("hebbdsl run bad.yaml --variant ", []),
        ("hebbdsl run none.yaml --variant ", []),
        ("hebbdsl plan specs/good.yaml --variant ", ["main"]),
        ("hebbdsl compare specs/other.yml --baseline so", ["softmax"]),
        (
            "hebbdsl init --output ",
            [word for word in words_of(Output) if word != "trained"],
        ),
        ("hebbdsl init --curriculum g", ["growing"]),
    ],
)
def test_what_is_offered(line: str, offered: list[str], folder: Path) -> None:
    assert complete(line, folder) == offered


def test_commands_are_offered(folder: Path) -> None:
    assert {"validate", "plan", "run", "compare", "explain", "init"} <= {
        *complete("hebbdsl ", folder)
    }


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_the_script_for_bash_completes(folder: Path) -> None:
    """The script that `--show-completion` prints, sourced, and its function called as bash does."""
    program = folder / "bin/hebbdsl"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        "from hebbdsl.__main__ import main\nmain()\n"
    )
    program.chmod(0o755)
    asked = (
        'eval "$(_HEBBDSL_COMPLETE=source_bash hebbdsl)"\n'
        "COMP_WORDS=(hebbdsl plan specs/good.yaml --v) COMP_CWORD=3\n"
        "$(complete -p hebbdsl | sed 's/.*-F \\([^ ]*\\).*/\\1/') hebbdsl\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", asked],
        cwd=folder,
        env={**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.split() == ["--variant"]
