"""The commonest faults, each in both surfaces and four at once, through the command itself.

Every one is shown with file, line and column exactly where it stands, with what was likely meant
where something is near, in at most twelve lines, with exit code 1, and without loading torch.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hebbdsl.cli.main import app

YAML = """\
hebbdsl: 1
experiment: faults
seeds: 0..9

data:
  omniglot: {image_size: 28, classes: 200}
model:
  convnet: {channels: [32, 32, 32], features: 64}
output:
  hebbian: {gamma: 0.05, T: 500}
curriculum:
  growing: {start: 30, add: 10, when: test_accuracy >= 0.6}
training:
  optimizer: {adam: {learning_rate: 1e-3}}
  batch_size: 64
  steps: 2_000
"""

TEXT = """\
hebbdsl 1
experiment faults
seeds = 0..9

data       = omniglot(image_size=28, classes=200)
model      = convnet(channels=[32, 32, 32], features=64)
output     = hebbian(gamma=0.05, T=500)
curriculum = growing(start=30, add=10, when=test_accuracy >= 0.6)
training {
  optimizer  = adam(learning_rate=1e-3)
  batch_size = 64
  steps      = 2_000
}
"""


@dataclass(frozen=True)
class Fault:
    """One fault: what is written instead of what, in each surface, and what is said of it.

    `place` is the characters pointed at, the last ones of that spelling within what was written.
    """

    name: str
    yaml: tuple[str, str]
    text: tuple[str, str]
    code: str
    place: str
    hint: str | None


FAULTS = (
    Fault(
        "typo in a nested key",
        ("{gamma:", "{gama:"),
        ("(gamma=", "(gama="),
        "HEB201",
        "gama",
        "did you mean `gamma`?",
    ),
    Fault(
        "typo in a section",
        ("training:", "trainin:"),
        ("training {", "trainin {"),
        "HEB201",
        "trainin",
        "did you mean `training`?",
    ),
    Fault(
        "wrong type",
        ("learning_rate: 1e-3", "learning_rate: fast"),
        ("learning_rate=1e-3", "learning_rate=fast"),
        "HEB301",
        "fast",
        None,
    ),
    Fault(
        "out of range",
        ("batch_size: 64", "batch_size: 0"),
        ("batch_size = 64", "batch_size = 0"),
        "HEB302",
        "0",
        None,
    ),
    Fault(
        "missing file",
        ("seeds: 0..9", "extends: bas.yaml"),
        ("seeds = 0..9", 'extends "bas.yaml"'),
        "HEB230",
        "bas.yaml",
        "did you mean `base.yaml`?",
    ),
    Fault(
        "duplicate key",
        ("steps: 2_000", "steps: 2_000\n  steps: 3_000"),
        ("steps      = 2_000", "steps = 2_000\n  steps = 3_000"),
        "HEB125",
        "steps",
        "remove one of the two",
    ),
    Fault(
        "shape mismatch",
        ("[32, 32, 32]", "[32, 32, 32, 32, 32]"),
        ("[32, 32, 32]", "[32, 32, 32, 32, 32]"),
        "HEB401",
        "[32, 32, 32, 32, 32]",
        "use at most 4 blocks",
    ),
    Fault(
        "unknown word",
        ("growing:", "groing:"),
        ("growing(", "groing("),
        "HEB202",
        "groing",
        "did you mean `growing`?",
    ),
    Fault(
        "syntax error",
        ("features: 64}", "features: 64"),
        ("features=64)", "features=64"),
        "",  # each surface has its own, below
        "",
        None,
    ),
)
SYNTAX = {
    ".yaml": ("HEB114", "{", "YAML reports the first error only"),
    ".hebb": ("HEB141", "(", "write `)` where it ends"),
}
BY_NAME = {fault.name: fault for fault in FAULTS}
TOGETHER = (
    ("typo in a nested key", "wrong type", "unknown word", "duplicate key"),
    ("typo in a section", "shape mismatch", "missing file", "unknown word"),
    ("out of range", "wrong type", "shape mismatch", "typo in a nested key"),
)
SURFACES = {".yaml": YAML, ".hebb": TEXT}


@dataclass(frozen=True)
class Expected:
    line: int
    column: int
    code: str
    hint: str | None


def written(names: tuple[str, ...], ending: str, folder: Path) -> tuple[Path, list[Expected]]:
    """A file with the faults in it, and what is to be said, in order of place."""
    text = SURFACES[ending]
    for name in names:
        old, new = _edit(BY_NAME[name], ending)
        assert text.count(old) == 1
        text = text.replace(old, new)
    expected = []
    for name in names:
        fault = BY_NAME[name]
        code, place, hint = fault.code, fault.place, fault.hint
        if not code:
            code, place, hint = SYNTAX[ending]
        new = _edit(fault, ending)[1]
        if place in "{(":
            start = text.index(new) - text[: text.index(new)][::-1].index(place) - 1
        else:
            start = text.index(new) + new.rindex(place)
        before = text[:start]
        line, column = before.count("\n") + 1, start - (before.rfind("\n") + 1) + 1
        expected.append(Expected(line, column, code, hint))
    path = folder / f"faults{ending}"
    path.write_text(text, encoding="utf-8")
    (folder / "base.yaml").write_text(YAML, encoding="utf-8")
    return path, sorted(expected, key=lambda one: (one.line, one.column))


def _edit(fault: Fault, ending: str) -> tuple[str, str]:
    return fault.yaml if ending == ".yaml" else fault.text


def check_answer(said: str, path: Path, expected: list[Expected]) -> None:
    blocks = said.strip().split("\n\n")
    assert len(blocks) == len(expected), said
    for block, fault in zip(blocks, expected, strict=True):
        lines = block.splitlines()
        assert lines[0].startswith(f"error[{fault.code}]: ")
        assert lines[1].strip() == f"--> {path}:{fault.line}:{fault.column}"
        assert len(lines) <= 12
        if fault.hint is not None:
            assert fault.hint in block


@pytest.mark.parametrize("ending", SURFACES)
@pytest.mark.parametrize("name", BY_NAME)
def test_each_fault_alone(name: str, ending: str, tmp_path: Path) -> None:
    path, expected = written((name,), ending, tmp_path)
    result = CliRunner().invoke(app, ["validate", str(path)])
    assert result.exit_code == 1
    missed = "typo in a section"
    if name == missed:  # the section is missed as well
        blocks = result.stdout.strip().split("\n\n")
        assert sum("HEB203" in block for block in blocks) == 1
        check_answer("\n\n".join(b for b in blocks if "HEB203" not in b), path, expected)
    else:
        check_answer(result.stdout, path, expected)


@pytest.mark.parametrize("ending", SURFACES)
@pytest.mark.parametrize("names", TOGETHER, ids=str)
def test_four_at_once(names: tuple[str, ...], ending: str, tmp_path: Path) -> None:
    path, expected = written(names, ending, tmp_path)
    result = CliRunner().invoke(app, ["validate", "--format", "json", str(path)])
    assert result.exit_code == 1
    found = [
        (one["file"], one["line"], one["column"], one["code"])
        for one in json.loads(result.stdout)
        if one["code"] != "HEB203"
    ]
    assert found == [(str(path), one.line, one.column, one.code) for one in expected]


def test_text_recovers_from_a_syntax_error(tmp_path: Path) -> None:
    """Three other faults are said with it. (YAML's parser stops, and says so.)"""
    names = ("syntax error", "wrong type", "duplicate key", "out of range")
    path, expected = written(names, ".hebb", tmp_path)
    result = CliRunner().invoke(app, ["validate", str(path)])
    check_answer(result.stdout, path, expected)


@pytest.mark.parametrize("ending", SURFACES)
def test_a_missing_spec_is_named_with_the_nearest(ending: str, tmp_path: Path) -> None:
    written((), ending, tmp_path)
    result = CliRunner().invoke(app, ["validate", str(tmp_path / f"fauls{ending}")])
    assert result.exit_code == 1
    (hint,) = [line for line in result.stdout.splitlines() if "did you mean `" in line]
    assert hint.endswith(f"/faults{ending}`?")


@pytest.mark.parametrize("ending", SURFACES)
def test_the_program_itself(ending: str, tmp_path: Path) -> None:
    """As a process: the same text and exit code, and torch is not loaded."""
    path, expected = written(TOGETHER[0], ending, tmp_path)
    program = (
        "import sys\n"
        "from hebbdsl.cli.main import app\n"
        "try:\n"
        "    app(['validate', sys.argv[1]])\n"
        "finally:\n"
        "    print('torch' in sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    check_answer(done.stdout, path, expected)
    assert done.stderr == "4 errors in 1 file\nFalse\n"
