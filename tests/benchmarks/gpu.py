"""All that waits for a GPU, in at most eight minutes, by one command.

    PYTHONPATH=. python tests/benchmarks/gpu.py [--out gpu_results]
    PYTHONPATH=. python tests/benchmarks/gpu.py --device cpu --smoke      (seconds: that it works)

Each section runs in a process of its own for so long as its share of the time allows, and prints as
it goes; one that fails takes no other with it, and keeps what it had found. Results are in
`results.json` and `results.md` of the folder. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
SECONDS = 400.0
"""For all sections; starting them comes on top."""


class Row(NamedTuple):
    """`value`: None where something could not be measured, `note` says why."""

    measure: str
    value: float | None
    unit: str
    note: str = ""


class Task(NamedTuple):
    """What a section is given. `until`: by `time.monotonic()`, begin nothing more after it."""

    device: str
    smoke: bool
    until: float

    @property
    def over(self) -> bool:
        return time.monotonic() >= self.until


Section = Callable[[Task], Iterator[Row]]


def sections() -> dict[str, tuple[float, Section]]:
    """Each with its share of the time."""
    from tests.benchmarks import gpu_sections as at

    return {
        "machine": (0.02, at.machine),
        "tests that need a GPU": (0.20, at.gpu_tests),
        "equality with the CPU": (0.10, at.equality),
        "quick start": (0.10, at.quick_start),
        "WikiText-103 by part": (0.22, at.wikitext103),
        "the write's share of a step": (0.10, at.write_share),
        "cache evaluation": (0.06, at.cache_evaluation),
        "ten seeds": (0.20, at.ten_seeds),
    }


def rows_of(section: Section, task: Task) -> Iterator[Row]:
    """What it finds, and how it failed where it does."""
    try:
        yield from section(task)
    except Exception as error:
        traceback.print_exc()
        yield Row("failed", None, "", f"{type(error).__name__}: {str(error).partition(chr(10))[0]}")


def in_its_own_process(name: str, seconds: float, device: str) -> Iterator[Row]:
    """Its rows as they come. It is ended where it does not end by itself."""
    command = [sys.executable, "-u", __file__, "--device", device, "--section", name]
    late = threading.Event()
    with subprocess.Popen(
        [*command, "--seconds", str(seconds)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds + LATE, end)
        timer.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith(MARK):
                    yield Row(*json.loads(line.removeprefix(MARK)))
                else:
                    print("   ", line, end="", flush=True)
        finally:
            timer.cancel()
    if late.is_set():
        yield Row("failed", None, "", "it took too long, and was ended")
    elif process.returncode:
        yield Row("failed", None, "", f"its process ended with {process.returncode}")


MARK = "@row "
LATE = 10.0
"""Seconds beyond its share after which a section is ended."""


def written(found: dict[str, list[Row]], folder: Path) -> None:
    """Both files, after every row."""
    folder.mkdir(parents=True, exist_ok=True)
    body = {name: [row._asdict() for row in rows] for name, rows in found.items()}
    (folder / "results.json").write_text(json.dumps(body, indent=1) + "\n")
    lines = ["| section | measure | value | unit | note |", "|---|---|---:|---|---|"]
    for name, rows in found.items():
        lines += (f"| {name} | {r.measure} | {_shown(r)} | {r.unit} | {r.note} |" for r in rows)
    (folder / "results.md").write_text("\n".join(lines) + "\n")


def _shown(row: Row) -> str:
    if row.value is None:
        return "–"
    return f"{row.value:,.0f}" if abs(row.value) >= 1_000 else f"{row.value:.4g}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--smoke", action="store_true", help="tiny sizes, one process, seconds")
    parser.add_argument("--out", type=Path, default=Path("gpu_results"))
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--section", help="one alone: its rows are printed for a program")
    asked = parser.parse_args()
    if asked.section is not None:
        task = Task(asked.device, asked.smoke, time.monotonic() + asked.seconds)
        for row in rows_of(sections()[asked.section][1], task):
            print(MARK + json.dumps(row), flush=True)
        return
    found: dict[str, list[Row]] = {}
    print(f"Python {platform.python_version()} on {platform.platform()}")
    for name, (share, section) in sections().items():
        print(f"== {name}", flush=True)
        seconds, found[name] = share * asked.seconds, []
        if asked.smoke:
            task = Task(asked.device, True, time.monotonic() + seconds)
            rows = rows_of(section, task)
        else:
            rows = in_its_own_process(name, seconds, asked.device)
        for row in rows:
            print(f"  {row.measure}: {_shown(row)} {row.unit}  {row.note}", flush=True)
            found[name].append(row)
            written(found, asked.out)
    failed = [name for name, rows in found.items() if any(row.measure == "failed" for row in rows)]
    print(f"results are in {asked.out}" + (f"; failed: {', '.join(failed)}" if failed else ""))
    raise SystemExit(bool(failed))


if __name__ == "__main__":
    main()
