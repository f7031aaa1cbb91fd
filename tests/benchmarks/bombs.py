"""Time and memory of `hebbdsl validate` on each spec of the bomb corpus, as a process of its own.

    PYTHONPATH=. python tests/benchmarks/bombs.py

Cold: Python's start, imports and rendering are in it. Beside them in the same run, a good spec.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bombs import Bomb, bombs
from tests.specs import GOOD

TIMES = 3
PROGRAM = """
import sys, time
from hebbdsl.cli.main import app
from tests.memory import peak_bytes
try:
    app(["validate", sys.argv[1]])
finally:
    print(peak_bytes(), time.process_time(), file=sys.stderr)
"""


def main() -> None:
    rows: list[tuple[float, float, int, str]] = []
    good = Bomb("a good spec", ".yaml", GOOD.encode(), None)
    with tempfile.TemporaryDirectory() as folder:
        for bomb in (good, *bombs()):
            path = Path(folder, f"bomb{bomb.ending}")
            path.write_bytes(bomb.content)
            rows.append((*_measured(path), f"{bomb.ending[1:]} {bomb.name}"))
    print("clock    processor  memory  (best of three)")
    for clock, processor, memory, name in [rows[0], *sorted(rows[1:], reverse=True)]:
        print(f"{clock:6.3f} s {processor:6.3f} s {memory / 1e6:6.0f} MB  {name}")
    worst = max(row[0] for row in rows), max(row[2] for row in rows)
    print(f"worst: {worst[0]:.3f} s, {worst[1] / 1e6:.0f} MB")


def _measured(path: Path) -> tuple[float, float, int]:
    """Seconds by the clock and of processor, least of three; bytes, most of three."""
    clock, processor, memory = float("inf"), float("inf"), 0
    for _ in range(TIMES):
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, check=False
        )
        clock = min(clock, time.perf_counter() - began)
        if done.returncode not in (0, 1):
            raise SystemExit(f"{path}: {done.stderr}")
        held, took = done.stderr.splitlines()[-1].split()
        processor, memory = min(processor, float(took)), max(memory, int(held))
    return clock, processor, memory


if __name__ == "__main__":
    main()
