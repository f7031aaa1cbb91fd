"""A signal ends the program with one line and 128 + its number, wherever it comes.

Each is really sent, by the program to itself, at a point that is named: not after some time.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)

SPEC = """\
hebbdsl: 1
experiment: tiny
data: {glyphs: {image_size: 8, classes: 12}}
model: {mlp: {hidden: [32], features: 16}}
output: softmax
curriculum: fixed
training: {optimizer: adam, batch_size: 16, steps: 20, evaluate_every: 5}
"""

BEFORE = """\
import os, signal, sys
def send(): os.kill(os.getpid(), SIGNAL)
class Loading:
    def __init__(self, name): self.name = name
    def find_spec(self, name, *_):
        if self.name in (name, None):
            sys.meta_path.remove(self)
            send()
"""

AFTER = """
from hebbdsl.__main__ import main
if __name__ == "__main__":
    main()
"""


def hebbdsl(
    code: str, sign: int, *words: str, cwd: Path, ignored: bool = False
) -> subprocess.CompletedProcess[str]:
    """The program, after `code`, started with the signal answered as usual, or ignored."""

    def prepare() -> None:
        handlers = {signal.SIGINT: signal.default_int_handler}
        usual = handlers.get(signal.Signals(sign), signal.SIG_DFL)
        signal.signal(sign, signal.SIG_IGN if ignored else usual)

    (cwd / "program.py").write_text(BEFORE.replace("SIGNAL", str(int(sign))) + code + AFTER)
    return subprocess.run(
        [sys.executable, "program.py", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        preexec_fn=prepare,
        timeout=300,
        check=False,
    )


def interrupted(result: subprocess.CompletedProcess[str], sign: int) -> bool:
    assert "Traceback" not in result.stderr
    assert result.stderr.splitlines()[-1:] == ["interrupted"], result.stderr
    assert result.stderr.count("interrupted") == 1
    return result.returncode == 128 + sign


FIRST_LINE = """
from hebbdsl import interrupts
handle = interrupts.handle_signals
def first(): handle(); send()
interrupts.handle_signals = first
"""

POINTS = {
    "the first line": FIRST_LINE,
    "the first thing loaded": """
from hebbdsl import interrupts
handle = interrupts.handle_signals
def first(): handle(); sys.meta_path.insert(0, Loading(None))
interrupts.handle_signals = first
""",
    "the parsing of arguments": """
import typer.core
parse = typer.core.TyperGroup.parse_args
def parsed(*given): send(); return parse(*given)
typer.core.TyperGroup.parse_args = parsed
""",
    "where exceptions are swallowed": """
import hebbdsl.pipeline as pipeline
inspect = pipeline.inspect
class Swallows:
    def __del__(self): send()
def swallowing(*given):
    Swallows()
    return inspect(*given)
pipeline.inspect = swallowing
""",
    "an import that makes another error of it": """
import hebbdsl.pipeline as pipeline
def failing(*_):
    try:
        send()
    except BaseException as error:
        raise ImportError("initialization failed") from error
pipeline.inspect = failing
""",
    "the last thing the program does": """
import atexit
import hebbdsl.cli.main
from hebbdsl import interrupts
handle = interrupts.handle_signals
def first(): handle(); atexit.register(send)
interrupts.handle_signals = first
""",
}


@pytest.mark.parametrize("sign", SIGNALS)
@pytest.mark.parametrize("code", POINTS.values(), ids=POINTS.keys())
def test_a_signal_ends_a_command_anywhere(tmp_path: Path, sign: signal.Signals, code: str) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC)
    assert interrupted(hebbdsl(code, sign, "validate", "spec.yaml", cwd=tmp_path), sign)


@pytest.mark.parametrize("sign", [signal.SIGHUP, signal.SIGINT])
def test_a_signal_that_was_ignored_at_the_start_stays_so(
    tmp_path: Path, sign: signal.Signals
) -> None:
    """As `nohup` and the background jobs of a script have it."""
    (tmp_path / "spec.yaml").write_text(SPEC)
    result = hebbdsl(FIRST_LINE, sign, "validate", "spec.yaml", cwd=tmp_path, ignored=True)
    assert (result.returncode, "interrupted" in result.stderr) == (0, False)


def _records(folder: Path) -> list[str]:
    return [json.loads(path.read_text())["status"] for path in folder.rglob("record.json")]


WHILE_RUNNING = {
    "while torch is loaded": (
        'sys.meta_path.insert(0, Loading("torch.nn.modules.activation"))',
        [],
    ),
    "before the first step": (
        """
from hebbdsl.run import loop
begin = loop.begin
def begun(program): send(); return begin(program)
loop.begin = begun
""",
        [],
    ),
    "twice, the second time while the record is written": (
        """
from hebbdsl.run import store
append = store.RunFolder.append
def appending(*given): append(*given); send()
store.RunFolder.append = appending
canonical = store.record_to_json
def slowly(record): send(); return canonical(record)
store.record_to_json = slowly
""",
        ["interrupted"],
    ),
    "while the weights are saved": (
        """
import safetensors.torch
save = safetensors.torch.save_file
def saving(*given): send(); return save(*given)
safetensors.torch.save_file = saving
""",
        ["interrupted"],
    ),
    "when a finished run's record has just been written": (
        """
from hebbdsl.run import store
finish = store.RunFolder.finish
def finishing(*given): finish(*given); send()
store.RunFolder.finish = finishing
""",
        ["finished"],
    ),
    "while the record of a finished run is written": (
        """
from hebbdsl.run import store
write = store.write_atomically
def writing(path, *parts):
    if path.name == "record.json": send()
    write(path, *parts)
store.write_atomically = writing
""",
        ["finished"],
    ),
}


@pytest.mark.parametrize(("code", "left"), WHILE_RUNNING.values(), ids=WHILE_RUNNING.keys())
def test_a_signal_amid_a_run_leaves_a_valid_folder(
    tmp_path: Path, code: str, left: list[str]
) -> None:
    pytest.importorskip("torch")
    (tmp_path / "spec.yaml").write_text(SPEC)
    run = ("run", "spec.yaml", "--device", "cpu", "--quiet")
    result = hebbdsl(code, signal.SIGTERM, *run, cwd=tmp_path)
    assert "Traceback" not in result.stderr
    assert result.returncode == 143, result.stderr
    (line,) = result.stderr.splitlines()
    assert line.startswith("interrupted")
    assert _records(tmp_path) == left
    folders = {path.parent for path in (tmp_path / "runs").rglob("spec.json")}
    for folder in folders:
        names = {path.name for path in folder.iterdir()}
        assert names <= {
            "spec.json",
            "metrics.jsonl",
            "weights.safetensors",
            "record.json",
            ".lock",
        }
