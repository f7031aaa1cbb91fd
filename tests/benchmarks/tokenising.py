"""Tokenising a text that is cut into words, beside a plain loop over its words; and opening it.

    HEBBDSL_DATA=… PYTHONPATH=. python tests/benchmarks/tokenising.py [--turns 5]

The peer is the corpus reader of PyTorch's well-known `word_language_model` example, written from
its description: each file is read twice, line by line; `line.split()` and an end are words; the
first time every word gets a number in a dictionary, the second time each line becomes an array of
numbers, and all of them are joined. It counts nothing, keeps nothing on the disk and checks
nothing. Texts are WikiText-2 out of its zip and from the files in it, and its training text twelve
times over. Each measurement is a process of its own; the two take turns, and the best of each is
told: words a second of processor time, memory at most.

Opening is timed in a fresh process that has torch, as a run has: what is left of torch's import (a
collection of garbage, mostly) is done before.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

MEMBERS = {
    "train": "wiki.train.tokens",
    "validation": "wiki.valid.tokens",
    "test": "wiki.test.tokens",
}
TIMES_OVER = 12
MANY_WORDS = 267_735


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--part", choices=["peer", "zip", "files", "text", "open", "open_text"])
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.part:
        _part(asked.part, asked.folder)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _lay_out(folder)
        for what, part, place in (
            ("WikiText-2, zip", "zip", "files"),
            ("WikiText-2, files", "files", "files"),
            (f"{TIMES_OVER} times its training text", "text", "long"),
        ):
            _compare(what, part, folder / place, asked.turns)
        many = folder / "many"
        for what, part, place in (
            ("WikiText-2", "open", folder / "files"),
            (f"{MANY_WORDS:,} words", "open_text", many),
        ):
            _opening(what, part, place, folder, asked.turns)


def _lay_out(folder: Path) -> None:
    """WikiText-2's files, a longer text, and one of many different words."""
    for place in ("files", "long", "many"):
        (folder / place).mkdir()
    with zipfile.ZipFile(Path(os.environ["HEBBDSL_DATA"], "wikitext-2", "wikitext-2-v1.zip")) as z:
        for split, member in MEMBERS.items():
            content = z.read(f"wikitext-2/{member}")
            (folder / "files" / member).write_bytes(content)
            times = TIMES_OVER if split == "train" else 1
            (folder / "long" / f"{split}.txt").write_bytes(content * times)
    words = " ".join(f"w{number}" for number in range(MANY_WORDS - 2))
    for split in MEMBERS:
        text = f"{words} <unk>\n" if split == "train" else "w1 w2\n"
        (folder / "many" / f"{split}.txt").write_text(text)


def _compare(what: str, part: str, folder: Path, turns: int) -> None:
    found: dict[str, list[dict[str, float]]] = {"peer": [], part: []}
    for _ in range(turns):
        for name in found:
            with tempfile.TemporaryDirectory() as cache:
                found[name].append(_run(name, folder, Path(cache)))
    print(what)
    speeds = {
        name: max(one["words"] / one["seconds"] for one in all_) / 1e6
        for name, all_ in found.items()
    }
    for name, all_ in found.items():
        memory = min(one["memory"] for one in all_)
        middle = median(one["words"] / one["seconds"] for one in all_) / 1e6
        print(
            f"  {'peer' if name == 'peer' else 'ours':5} {all_[0]['words']:12,.0f} words"
            f" {speeds[name]:6.2f} M/s (median {middle:.2f}) {speeds[name] / speeds['peer']:5.2f} x"
            f" {memory:7,.0f} MB"
        )


def _opening(what: str, part: str, folder: Path, scratch: Path, turns: int) -> None:
    cache = scratch / "cache"
    first = _run(part, folder, cache)
    found = [_run(part, folder, cache) for _ in range(max(turns, 9))]
    for name, key in (("of the processor", "seconds"), ("in all", "wall")):
        took = sorted(1e3 * one[key] for one in found)
        print(
            f"opening {what}: {median(took):.1f} ms {name}, from {took[0]:.1f} to {took[-1]:.1f}"
            f" (made in {first['seconds']:.1f} s)"
        )


def _run(part: str, folder: Path, cache: Path) -> dict[str, float]:
    given = os.environ["HEBBDSL_DATA"] if part in ("zip", "open") else str(folder)
    environment = {
        **{k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
        "HEBBDSL_DATA": given,
        "XDG_CACHE_HOME": str(cache),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, __file__, "--part", part, "--folder", str(folder)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _part(part: str, folder: Path) -> None:
    if part == "peer":
        paths = [folder / name for name in MEMBERS.values()]
        if not paths[0].exists():
            paths = [folder / f"{split}.txt" for split in MEMBERS]
        (words, seconds), wall = _peer(paths), 0.0
    else:
        words, seconds, wall = _ours(part)
    print(json.dumps({"words": words, "seconds": seconds, "memory": _peak(), "wall": wall}))


def _peak() -> float:
    """Megabytes resident at most. `getrusage` would count the process that started this one too."""
    with open("/proc/self/status") as file:
        lines = dict(line.split(":", 1) for line in file)
    return int(lines["VmHWM"].split()[0]) / 1e3


def _peer(paths: Sequence[Path]) -> tuple[int, float]:
    import numpy as np

    began = time.process_time()
    numbers: dict[str, int] = {}
    known: list[str] = []

    def add(word: str) -> None:
        if word not in numbers:
            known.append(word)
            numbers[word] = len(known) - 1

    splits = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for line in file:
                for word in [*line.split(), "<eos>"]:
                    add(word)
        lines = []
        with open(path, encoding="utf-8") as file:
            for line in file:
                ids = [numbers[word] for word in [*line.split(), "<eos>"]]
                lines.append(np.array(ids, np.int64))
        splits.append(np.concatenate(lines))
    return sum(map(len, splits)), time.process_time() - began


def _ours(part: str) -> tuple[int, float, float]:
    """Words, seconds of the processor, and seconds."""
    from hebbdsl.parts.datasets.text import Text
    from hebbdsl.parts.datasets.wikitext import Wikitext
    from hebbdsl.parts.reporter import Quiet

    opening = part.startswith("open")
    if opening:
        import gc

        import torch  # noqa: F401

        import hebbdsl.program.data  # noqa: F401

        gc.collect()
        gc.freeze()
    import numpy  # noqa: F401

    data: Text | Wikitext
    if part in ("text", "open_text"):
        data = Text(
            train=("train.txt",),
            validation=("validation.txt",),
            test=("test.txt",),
            tokens="whitespace",
            vocabulary=None,
        )
    else:
        data = Wikitext()
    began, worked = time.perf_counter(), time.process_time()
    content = data.open(Quiet())
    worked, seconds = time.process_time() - worked, time.perf_counter() - began
    return sum(len(ids) for ids in content.splits.values()), worked, seconds


if __name__ == "__main__":
    main()
