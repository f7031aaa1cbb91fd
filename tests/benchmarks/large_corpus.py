"""A corpus far larger than memory: what it takes to tokenise, to open and to train on.

    PYTHONPATH=. python tests/benchmarks/large_corpus.py --tokens 4e9 --folder /large/scratch

Words are drawn as they are frequent in English: the k-th 1/k times as often as the first, and from
the 8,000th on less, by k to the 1.4, of `--words` in all. What is drawn is written to `--files`
files, and links to these make up the rest. All of it is removed at the end.
Opening reads all of the text and all that was kept, and compares them with what they were: its time
is that of SHA-256.

Each part is a process of its own; memory is what it held at most beside what it shares with the
disk (`anonymous`), and that which it shares (`mapped`), which the system takes back at need.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

PER_FILE, A_LINE, DRAWN_AT_ONCE = 10_000_000, 25, 1_000_000
BEND, STEEP = 8_000, 1.4


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tokens", type=float, default=1e8)
    parser.add_argument("--words", type=int, default=8_000_000)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--vocabulary", type=int, default=250_000)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--part", choices=["tokenise", "open", "step"])
    asked = parser.parse_args()
    if asked.part:
        _part(asked.part, asked.vocabulary)
        return
    folder = asked.folder / "large_corpus"
    folder.mkdir()
    try:
        links = max(1, round(asked.tokens / PER_FILE))
        began = time.perf_counter()
        _draw(folder, min(asked.files, links), links, asked.words)
        drawn = sum(p.stat().st_size for p in folder.glob("drawn-*"))
        print(f"{links} files, {drawn / 1e9:.2f} GB drawn, {time.perf_counter() - began:.0f} s")
        for part in ("tokenise", "open", "step"):
            _run(part, asked.vocabulary, folder)
            if part == "tokenise":
                kept = sum(p.stat().st_size for p in folder.rglob("cache/**/*") if p.is_file())
                print(f"kept: {kept / 1e9:.2f} GB")
    finally:
        shutil.rmtree(folder)


def _draw(folder: Path, files: int, links: int, words: int) -> None:
    import numpy as np

    generator = np.random.default_rng(0)
    rank = np.arange(1, words + 1, dtype=np.float64)
    shares = np.where(rank <= BEND, 1 / rank, BEND ** (STEEP - 1) / rank**STEEP)
    below = np.cumsum(shares / shares.sum())
    spelt = np.array([_spelt(rank) for rank in range(words)], object)
    for number in range(files):
        with open(folder / f"drawn-{number:03}", "w") as file:
            for _ in range(PER_FILE // DRAWN_AT_ONCE):
                ranks = np.searchsorted(below, generator.random(DRAWN_AT_ONCE))
                picked = spelt[np.minimum(ranks, words - 1)]
                picked[A_LINE - 1 :: A_LINE] += "\n"
                file.write(" ".join(picked) + " ")
    for number in range(links):
        os.link(folder / f"drawn-{number % files:03}", folder / f"train-{number:04}.txt")
    for split in ("validation", "test"):
        with open(folder / "drawn-000") as file:
            (folder / f"{split}.txt").write_text("".join(file.readline() for _ in range(4_000)))


def _spelt(rank: int) -> str:
    """Frequent words are short."""
    letters, rest = "", rank
    while True:
        rest, letter = divmod(rest, 26)
        letters += chr(ord("a") + letter)
        if not rest:
            return letters + "estioni"[: rank % 7]


def _run(part: str, vocabulary: int, folder: Path) -> None:
    command = [sys.executable, __file__, "--part", part, "--vocabulary", str(vocabulary)]
    environment = {
        **os.environ,
        "HEBBDSL_DATA": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "OMP_NUM_THREADS": "1",
    }
    subprocess.run([*command, "--folder", str(folder)], env=environment, check=True)


def _part(part: str, vocabulary: int) -> None:
    from hebbdsl.parts.datasets.text import Text

    data = Text(
        train=("train-*.txt",),
        validation=("validation.txt",),
        test=("test.txt",),
        tokens="whitespace",
        vocabulary=vocabulary,
    )
    {"tokenise": _tokenise, "open": _open, "step": _step}[part](data)


def _tokenise(data: object) -> None:
    from hebbdsl.parts.datasets.text import Text
    from hebbdsl.run.progress import _Lines

    assert isinstance(data, Text)
    most = _watched()
    began, worked = time.perf_counter(), time.process_time()
    content = data.open(_Lines(sys.stderr))
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    tokens = sum(len(ids) for ids in content.splits.values())
    print(
        f"tokenised: {tokens:,} tokens, {len(content.words):,} words known, {seconds:.0f} s,"
        f" {worked:.0f} s of the processor, {tokens / worked / 1e6:.1f} M/s;"
        f" resident at most {_peak():,.0f} MB, {_said(most)}"
    )


def _open(data: object) -> None:
    import gc

    import numpy as np

    from hebbdsl.parts.datasets.text import Text
    from hebbdsl.parts.reporter import Quiet

    assert isinstance(data, Text)
    gc.collect()
    before, began, worked = _memory(), time.perf_counter(), time.process_time()
    content = data.open(Quiet())
    worked, seconds, after = time.process_time() - worked, time.perf_counter() - began, _memory()
    assert isinstance(content.splits["train"], np.memmap)
    print(f"opened: {seconds:.1f} s, {worked:.1f} s of the processor; {_said(after, before)}")


def _step(data: object) -> None:
    import torch

    from hebbdsl.parts.datasets.text import Text
    from hebbdsl.parts.models.lstm.spec import Lstm
    from hebbdsl.parts.optimizers.sgd import Sgd
    from hebbdsl.parts.outputs.softmax.spec import Softmax
    from hebbdsl.parts.reporter import Quiet
    from hebbdsl.plan.planning import plan_setup
    from hebbdsl.program.building import assemble
    from hebbdsl.program.data import Opened
    from hebbdsl.program.language.program import LanguageProgram
    from hebbdsl.spec.experiment import Setup, Training

    assert isinstance(data, Text)
    content = data.open(Quiet())
    setup = Setup(
        data=data,
        model=Lstm(hidden=(64,), embedding=64, tied=False),
        output=Softmax(),
        training=Training(optimizer=Sgd(), batch_size=20, sequence_length=35, epochs=1),
    )
    plan = plan_setup(setup, content.facts())
    made = assemble("large", "main", plan, 0, Opened(data, content), torch.device("cpu"))
    assert isinstance(made, LanguageProgram)
    tokens = content.splits["train"]
    for name in ("one step", "one more"):
        statistics = torch.empty(1, len(made.update.statistic_names))
        before, began = _memory(), time.perf_counter()
        made.train(0, made.start(20), statistics, 1.0)
        print(
            f"{name} of {made.steps:,}: {time.perf_counter() - began:.1f} s,"
            f" {_said(_memory(), before)}"
        )
    assert int(tokens[-1]) >= 0
    print(f"resident at most, weights and gradients included: {_peak():,.0f} MB")


def _memory(**names: str) -> dict[str, float]:
    """Megabytes of this process: its own, and of files."""
    with open("/proc/self/status") as file:
        lines = dict(line.split(":", 1) for line in file)
    names = names or {"anonymous": "RssAnon", "mapped": "RssFile"}
    return {name: int(lines[key].split()[0]) / 1e3 for name, key in names.items()}


def _watched() -> dict[str, float]:
    """The most of each, looked at ten times a second."""
    most = _memory()

    def look() -> None:
        while True:
            for name, found in _memory().items():
                most[name] = max(most[name], found)
            time.sleep(0.1)

    threading.Thread(target=look, daemon=True).start()
    return most


def _said(after: dict[str, float], before: dict[str, float] | None = None) -> str:
    more = {name: found - (before or {}).get(name, 0.0) for name, found in after.items()}
    sign = "+" if before else ""
    return ", ".join(f"{name} {found:{sign},.0f} MB" for name, found in more.items())


def _peak() -> float:
    """Resident at most. What `getrusage` says would hold the process that started this one too."""
    return _memory(most="VmHWM")["most"]


if __name__ == "__main__":
    main()
