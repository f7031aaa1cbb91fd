"""The program: exit codes, what it loads, and that it never shows a traceback to a user's fault."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hebbdsl import __version__
from hebbdsl.cli import main as program
from tests.effort import PATIENCE
from tests.specs import GOOD

SPEC = "specs/omniglot_curriculum.yaml"
ROOT = Path(__file__).parents[2]

REPORT = """
import sys
from hebbdsl.cli.main import main
try:
    main()
except SystemExit as exit:
    code = exit.code
print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
sys.exit(code)
"""


def hebbdsl(
    *arguments: str, code: str | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    start = ["-m", "hebbdsl"] if code is None else ["-c", code]
    return subprocess.run(
        [sys.executable, *start, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_version() -> None:
    result = hebbdsl("--version")
    assert (result.returncode, result.stdout) == (0, f"hebbdsl {__version__}\n")


def test_help_lists_the_commands() -> None:
    result = hebbdsl("--help")
    assert result.returncode == 0
    for command in ("validate", "plan", "run", "compare", "explain"):
        assert f"\n  {command} " in result.stdout


def test_usage_errors_exit_2() -> None:
    for arguments in (["nonsense"], ["validate"], ["run", "--nonsense"]):
        result = hebbdsl(*arguments)
        assert result.returncode == 2
        assert "Traceback" not in result.stderr


HEAVY = {"torch", "numpy", "PIL", "matplotlib", "jsonschema", "rich"}


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["validate", SPEC], ["explain", "hebbian"], ["explain", "HEB201"], ["explain"]],
    ids=" ".join,
)
def test_nothing_heavy_is_loaded(arguments: list[str]) -> None:
    result = hebbdsl(*arguments, code=REPORT)
    assert result.returncode == 0, result.stderr
    assert not HEAVY & set(loaded(result))


def test_plan_does_not_load_torch() -> None:
    result = hebbdsl("plan", SPEC, code=REPORT)
    assert result.returncode == 0, result.stderr
    assert "torch" not in loaded(result)


def test_that_torch_would_be_seen() -> None:
    """The counter-test: the report above names torch when it is loaded."""
    pytest.importorskip("torch")
    result = hebbdsl("--help", code="import torch\n" + REPORT)
    assert "torch" in loaded(result)


COUNTED = """
import dataclasses, sys
made, make = [], dataclasses._process_class
dataclasses._process_class = lambda *a, **k: made.append(a[1]) or make(*a, **k)
from hebbdsl.cli.main import main
try:
    main()
except SystemExit as exit:
    code = exit.code
ours = sum(name.partition(".")[0] == "hebbdsl" for name in sys.modules)
print("COUNTED", ours, len(made), sum(made), file=sys.stderr)
sys.exit(code)
"""


def counted(*arguments: str, code: str = COUNTED) -> tuple[int, int, int]:
    """Modules of ours that a command loads, dataclasses that it makes, those not by `frozen`."""
    result = hebbdsl(*arguments, code=code)
    assert result.returncode == 0, result.stderr
    _, modules, made, whole = result.stderr.splitlines()[-1].split()
    return int(modules), int(made), int(whole)


def test_validating_a_spec_loads_little() -> None:
    modules, made, whole = counted("validate", SPEC)
    assert modules <= 110
    assert made <= 95
    assert whole <= 20


def test_that_more_would_be_seen() -> None:
    """The counter-test: what lists every word loads more, and makes more."""
    every = "from hebbdsl.vocabulary import every_part; every_part()\n"
    modules, made, _ = counted("validate", SPEC)
    more = COUNTED.replace("from hebbdsl.cli.main", every + "from hebbdsl.cli.main")
    all_modules, all_made, _ = counted("validate", SPEC, code=more)
    assert all_modules > modules + 20
    assert all_made > made + 15


def loaded(result: subprocess.CompletedProcess[str]) -> list[str]:
    last = result.stderr.splitlines()[-1]
    assert last.startswith("LOADED "), result.stderr
    return last.split()[1:]


@pytest.mark.parametrize("command", ["plan", "run", "compare"])
@pytest.mark.parametrize("content", ["", "- a\n", "hebbdsl: 1\n", GOOD.replace("mlp", "mlpp")])
def test_commands_refuse_bad_specs_without_a_traceback(
    command: str, content: str, tmp_path: Path
) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(content, encoding="utf-8")
    result = CliRunner().invoke(program.app, [command, str(path)])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "error[HEB" in result.stderr
    assert "Traceback" not in result.stderr


def test_internal_faults_are_not_hidden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr("hebbdsl.pipeline.inspect", broken)
    path = tmp_path / "spec.yaml"
    path.write_text(GOOD, encoding="utf-8")
    result = CliRunner().invoke(program.app, ["validate", str(path)])
    assert isinstance(result.exception, ZeroDivisionError)


def test_interruption(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hebbdsl.pipeline.inspect", interrupted)
    result = CliRunner().invoke(program.app, ["validate", str(tmp_path / "spec.yaml")])
    assert result.exit_code == 130
    assert "Traceback" not in result.output


def test_a_terminal_that_knows_only_ascii(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(GOOD + "θ: 1\n", encoding="utf-8")
    result = hebbdsl("validate", str(path), PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert result.returncode == 1
    assert "\\u03b8" in result.stdout
    assert "Traceback" not in result.stderr


def test_file_names_that_are_not_utf8(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/sp\xe9c.yaml")
    Path(path).write_text("a: 1\n", encoding="utf-8")
    result = hebbdsl("validate", path)
    assert result.returncode == 1
    assert "<U+DCE9>" in result.stdout


def _in_a_shell(redirection: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", f'"$0" -m hebbdsl "$@" {redirection}', sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("explain",), ("plan", SPEC)])
def test_output_that_cannot_be_written_is_said_in_one_line(arguments: tuple[str, ...]) -> None:
    result = _in_a_shell(">/dev/full", *arguments)
    assert result.returncode == 4
    assert result.stderr == "the output can't be written: No space left on device\n"


@pytest.mark.parametrize("redirection", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_no_answer(redirection: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(GOOD.replace("mlp", "mlpp"))
    assert _in_a_shell(redirection, "validate", SPEC).returncode == 0
    result = _in_a_shell(redirection, "validate", str(bad))
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
