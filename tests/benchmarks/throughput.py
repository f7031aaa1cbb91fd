"""Spec files validated a second in one process, in both surfaces.

    PYTHONPATH=. python tests/benchmarks/throughput.py [--profile]

Every spec of the gallery, each as a file of its own: read, parsed, checked, planned, linted. The
median of nine rounds, of processor time and of time on the clock.
"""

from __future__ import annotations

import cProfile
import pstats
import statistics
import sys
import tempfile
import time
from pathlib import Path

from hebbdsl.pipeline import inspect
from tests.fuzz.corpus import seedlings

ROUNDS = 9
FILES = 100


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for ending in (".yaml", ".hebb"):
            paths = _written(Path(folder), ending)
            _all(paths)  # what is loaded once
            if "--profile" in sys.argv:
                profile = cProfile.Profile()
                profile.runcall(_all, paths)
                pstats.Stats(profile).sort_stats("tottime").print_stats(25)
            processor, clock = [], []
            for _ in range(ROUNDS):
                began, began_by_clock = time.process_time(), time.perf_counter()
                _all(paths)
                processor.append(time.process_time() - began)
                clock.append(time.perf_counter() - began_by_clock)
            rates = [len(paths) / statistics.median(times) for times in (processor, clock)]
            lines = sum(len(path.read_text().splitlines()) for path in paths) / len(paths)
            print(
                f"{ending}: {rates[0]:6.0f} files a second of processor time,"
                f" {rates[1]:6.0f} by the clock; {lines:.0f} lines a file"
            )


def _written(folder: Path, ending: str) -> list[Path]:
    """So many files, the specs of the gallery in turns, no two of one text."""
    specs = [one for one in seedlings() if one.ending == ending]
    paths = []
    for number in range(FILES):
        path = folder / f"{number}{ending}"
        path.write_text(f"{specs[number % len(specs)].text}# {number}\n", encoding="utf-8")
        paths.append(path)
    return paths


def _all(paths: list[Path]) -> None:
    for path in paths:
        if inspect(path).errors:
            raise SystemExit(f"{path} is not good")


if __name__ == "__main__":
    main()
