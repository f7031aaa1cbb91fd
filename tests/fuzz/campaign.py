"""Many mutants, on several processes, with what was found and how long and how much it took.

    python -m tests.fuzz.campaign --count 1000000 --seed 1 --jobs 2 --out build/fuzz

Work is done in batches, each written down when it is finished: the same command goes on where it
was stopped. Every fault is kept with the number of its mutant; `--show N` prints that mutant and
what is said of it.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.effort import PATIENCE
from tests.fuzz.corpus import seedlings
from tests.fuzz.judging import MOST_CALLS, Verdict, judge
from tests.fuzz.mutator import Mutant, mutant
from tests.memory import peak_bytes

BATCH = 1_000
HEAVY = 200_000_000
"""Bytes that the process may ever have held."""
HANGING = PATIENCE
"""Seconds after which a batch's mutant is given up, as one that never ends."""
MOST_KEPT = 20
"""Faults of a batch that are kept with their text."""


@dataclass
class Tally:
    """Counts over mutants; those of several batches add up."""

    mutants: int = 0
    accepted: int = 0
    rejected: int = 0
    placed: int = 0
    broken: int = 0
    costly: int = 0
    seconds: float = 0.0
    worst_seconds: float = 0.0
    worst_mutant: int = -1
    worst_bytes: int = 0
    endings: dict[str, int] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)
    unplaced: list[dict[str, Any]] = field(default_factory=list)

    def take(self, one: Mutant, verdict: Verdict) -> None:
        self.mutants += 1
        self.accepted += verdict.exit_code == 0
        self.rejected += verdict.exit_code not in (0, None)
        self.placed += verdict.exit_code not in (0, None) and verdict.placed
        self.costly += verdict.costly
        self.seconds += verdict.seconds
        if verdict.seconds > self.worst_seconds:
            self.worst_seconds, self.worst_mutant = verdict.seconds, one.number
        _count(self.endings, [one.ending])
        _count(self.codes, set(verdict.codes))
        _count(self.changes, set(one.done))
        if verdict.fault is not None:
            self.broken += 1
            if len(self.faults) < MOST_KEPT:
                self.faults.append({"mutant": one.number, "done": one.done, "fault": verdict.fault})
        elif not verdict.placed and len(self.unplaced) < MOST_KEPT:
            self.unplaced.append({"mutant": one.number, "codes": verdict.codes})

    def add(self, other: Tally) -> None:
        """Take in the counts of another tally."""
        for name in ("mutants", "accepted", "rejected", "placed", "broken", "costly", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        if other.worst_seconds > self.worst_seconds:
            self.worst_seconds, self.worst_mutant = other.worst_seconds, other.worst_mutant
        self.worst_bytes = max(self.worst_bytes, other.worst_bytes)
        for name in ("endings", "codes", "changes"):
            mine = getattr(self, name)
            for key, count in getattr(other, name).items():
                mine[key] = mine.get(key, 0) + count
        self.faults += other.faults
        self.unplaced += other.unplaced

    @property
    def share_placed(self) -> float:
        return self.placed / self.rejected if self.rejected else 1.0


def _count(into: dict[str, int], keys: list[str] | set[str]) -> None:
    for key in keys:
        into[key] = into.get(key, 0) + 1


class _TooLong(Exception):
    """A mutant has had its time."""


def _give_up(*_: object) -> None:
    raise _TooLong


def batch(seed: int, first: int, count: int) -> Tally:
    """The mutants `first` up to `first + count`, judged in this process."""
    tally = Tally()
    signal.signal(signal.SIGALRM, _give_up)
    with tempfile.TemporaryDirectory(dir=_fastest_folder()) as folder:
        for number in range(first, first + count):
            one = mutant(seedlings(), seed, number)
            signal.alarm(HANGING)
            try:
                verdict = judge(one, Path(folder))
            except _TooLong:
                verdict = Verdict(None, False, HANGING, (), f"no answer in {HANGING} s")
            finally:
                signal.alarm(0)
            tally.take(one, verdict)
    tally.worst_bytes = peak_bytes()
    return tally


def _fastest_folder() -> str | None:
    """Memory, where the system has a folder in it."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def run(count: int, seed: int, jobs: int, out: Path | None = None) -> Iterator[Tally]:
    """Tallies of batches as they come; those that `out` holds are read from there."""
    waiting: list[tuple[int, int]] = []
    for first in range(0, count, BATCH):
        kept = _kept(out, seed, first)
        size = min(BATCH, count - first)
        if kept is not None and kept.mutants == size:
            yield kept
        else:
            waiting.append((first, size))
    # Processes of their own, so that what they hold is theirs.
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        running = {pool.submit(batch, seed, first, size): first for first, size in waiting}
        for done in as_completed(running):
            tally = done.result()
            if out is not None:
                path = _path(out, seed, running[done])
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(asdict(tally)), encoding="utf-8")
            yield tally


def _path(out: Path, seed: int, first: int) -> Path:
    return out / f"seed-{seed}" / f"{first:09}.json"


def _kept(out: Path | None, seed: int, first: int) -> Tally | None:
    if out is None or not (path := _path(out, seed, first)).is_file():
        return None
    try:
        return Tally(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        return None  # half written when the campaign was stopped


def report(total: Tally, wall: float, jobs: int) -> str:
    """The summary for people."""
    surfaces = ", ".join(f"{count:,} {ending}" for ending, count in sorted(total.endings.items()))
    common = ", ".join(f"{code} {count:,}" for code, count in Counter(total.codes).most_common(12))
    lines = [
        f"mutants            {total.mutants:,} ({surfaces})",
        f"accepted           {total.accepted:,}",
        f"rejected           {total.rejected:,}",
        f"line and column    in {100 * total.share_placed:.3f} % of them",
        f"broken             {total.broken:,}",
        f"costly             {total.costly:,} of more than {MOST_CALLS:,} calls; the slowest took"
        f" {total.worst_seconds:.3f} s (mutant {total.worst_mutant})",
        f"memory             at most {total.worst_bytes / 1e6:.0f} MB in any process"
        f" (allowed: {HEAVY / 1e6:.0f})",
        f"time               {total.seconds:.0f} s of processor, {wall:.0f} s in all with {jobs}"
        f" processes; {1000 * total.seconds / max(total.mutants, 1):.2f} ms a mutant",
        f"codes              {len(total.codes)} different; most often {common}",
    ]
    for fault in total.faults[:MOST_KEPT]:
        last = fault["fault"].strip().splitlines()[-1]
        lines.append(f"  fault {fault['mutant']}: {', '.join(fault['done'])}: {last[:200]}")
    lines += [
        f"  no place {fault['mutant']}: {', '.join(fault['codes'])}"
        for fault in total.unplaced[:MOST_KEPT]
    ]
    return "\n".join(lines)


def show(seed: int, number: int) -> str:
    """One mutant and what is said of it."""
    one = mutant(seedlings(), seed, number)
    with tempfile.TemporaryDirectory() as folder:
        verdict = judge(one, Path(folder))
    text = one.content.decode("utf-8", errors="backslashreplace")
    return f"{one.ending} {one.done}\n{text}\n----\n{verdict}\n{verdict.fault or ''}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, help="folder of finished batches, to go on from")
    parser.add_argument("--show", type=int, metavar="N", help="print one mutant instead")
    asked = parser.parse_args()
    if asked.show is not None:
        print(show(asked.seed, asked.show))
        return
    total, began = Tally(), time.monotonic()
    for tally in run(asked.count, asked.seed, asked.jobs, asked.out):
        total.add(tally)
        print(f"\r{total.mutants:,} mutants, {total.broken} broken", end="", file=sys.stderr)
    said = report(total, time.monotonic() - began, asked.jobs)
    print(file=sys.stderr)
    print(said)
    if asked.out is not None:
        (asked.out / f"seed-{asked.seed}.json").write_text(json.dumps(asdict(total), indent=1))
    sys.exit(1 if total.broken or total.worst_bytes > HEAVY else 0)


if __name__ == "__main__":
    main()
