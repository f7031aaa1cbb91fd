"""How long the program takes to answer, cold, beside a bare Python and a bare Typer program.

    PYTHONPATH=. python tests/benchmarks/startup.py

Each command is a process of its own; all are run in turns, and the median of nine is reported. The
spec is that of the gallery with the most lines, in both surfaces.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from hebbdsl.pipeline import parse_tree
from hebbdsl.source import Source
from hebbdsl.spec.printing import print_spec

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "specs" / "omniglot_curriculum.yaml"
TEXT = ROOT / "build" / "omniglot_curriculum.hebb"
TYPER = "import typer; app = typer.Typer(add_completion=False); app.command()(lambda: None); app()"
COMMANDS = {
    "bare Python": ["-c", "pass"],
    "bare Typer program, `--help`": ["-c", TYPER, "--help"],
    "`hebbdsl --help`": ["-m", "hebbdsl", "--help"],
    "`hebbdsl validate`, YAML": ["-m", "hebbdsl", "validate", str(SPEC)],
    "`hebbdsl validate`, text": ["-m", "hebbdsl", "validate", str(TEXT)],
    "`hebbdsl explain`": ["-m", "hebbdsl", "explain"],
    "`hebbdsl explain HEB201`": ["-m", "hebbdsl", "explain", "HEB201"],
    "`hebbdsl plan` of one spec": ["-m", "hebbdsl", "plan", str(SPEC)],
}
TIMES = 9


def main() -> None:
    text = SPEC.read_text(encoding="utf-8")
    TEXT.parent.mkdir(exist_ok=True)
    TEXT.write_text(print_spec(parse_tree(Source(SPEC.name, text)), "hebb"), encoding="utf-8")
    print(f"{len(text.splitlines())} lines, {len(TEXT.read_text().splitlines())} as text")
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    took: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for turn in range(TIMES + 1):
        for name, words in COMMANDS.items():
            started = time.perf_counter()
            done = subprocess.run(
                [sys.executable, *words],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                check=False,
            )
            if done.returncode != 0:
                raise SystemExit(f"{name}: {done.stderr.decode()}")
            if turn:  # the first turn writes the compiled files
                took[name].append(time.perf_counter() - started)
    bare = statistics.median(took["bare Python"])
    typer = statistics.median(took["bare Typer program, `--help`"])
    for name, seconds in took.items():
        median = statistics.median(seconds)
        ratios = f"{median / bare:4.1f} × Python, {median / typer:4.2f} × Typer"
        print(f"{name:32} {median:6.3f} s  ({ratios})")


if __name__ == "__main__":
    main()
