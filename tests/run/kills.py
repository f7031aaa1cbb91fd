"""Writes a run again and again, killed before each operation on its files in turn: of every third,
unless nothing is sampled.

    python -m tests.run.kills FOLDER

Fails where a kill leaves what is no run, or loses a finished one; prints how many kills there were.
"""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from hebbdsl.run.loop import execute
from hebbdsl.run.monitor import Silent
from hebbdsl.run.record import Record
from hebbdsl.run.store import RECORD, RunFolder, find_runs
from tests import sampling, tiny

FILES = {"spec.json", "metrics.jsonl", "weights.safetensors", "record.json"}
COUNTED = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.listdir"}


SCENARIOS = ("the first time", "after an interruption", "again", "without its record")


def main(scenario: str, out: Path) -> None:
    warnings.simplefilter("ignore")  # of weights that are set aside: what is wanted here
    program = tiny.program(tiny.setup(steps=10))
    path = out / "runs" / "tiny" / "main" / f"seed-0-{program.identity[:8]}"
    folder = RunFolder(path, program.identity, out / "runs")
    with folder.locked():
        record = execute(program, folder, Silent())
    write = _writer(record, program.weights())
    before = {name: (path / name).read_bytes() for name in FILES}
    if scenario == "the first time":
        shutil.rmtree(out / "runs")
        before = {}
    elif scenario == "after an interruption":
        with folder.locked():
            folder.start({})
            folder.save_weights(program.weights())
            folder.finish(replace(record, status="interrupted"))
        before = {}
    elif scenario == "without its record":
        (path / RECORD).unlink()
        del before[RECORD]
    kept = out / "kept"
    if (out / "runs").exists():
        shutil.copytree(out / "runs", kept)
    # A killed process loses nothing that it has handed over: only the moments count.
    os.fsync = lambda _: None
    # Another operation is the first of each scenario, where not all are tried.
    kills, each = (0, 1) if sampling.ALL else (SCENARIOS.index(scenario), 3)
    while True:
        shutil.rmtree(out / "runs", ignore_errors=True)
        if kept.exists():
            shutil.copytree(kept, out / "runs")
        if not _killed(lambda: write(folder, scenario == "again"), at=kills, within=out / "runs"):
            break
        kills += each
        _check(folder, before, kills)
        write(folder, False)
        _check(folder, before, kills)
        assert folder.completed() is not None, kills
        left = {each.name for each in path.iterdir()}
        assert left == {*FILES, ".lock"}, (kills, left)
    print(scenario, kills, sep=": ")


def _writer(record: Record, weights: Mapping[str, Tensor]) -> Callable[[RunFolder, bool], None]:
    def write(folder: RunFolder, retrain: bool) -> None:
        """What `obtain` does, with the training left out."""
        with folder.locked():
            if retrain:
                folder.set_aside()
            elif folder.completed() is not None:
                return
            folder.start({"a": 1})
            for evaluation in record.evaluations:
                folder.append(evaluation)
                folder.save_weights(weights)
            folder.finish(record)

    return write


def _killed(write: Callable[[], None], at: int, within: Path) -> bool:
    """Whether a process of its own that writes came so far, and was killed before that."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    left = at

    def count() -> None:
        nonlocal left
        if left == 0:
            os._exit(9)
        left -= 1

    def audit(event: str, given: tuple[object, ...]) -> None:
        if event in COUNTED and given and str(within) in str(given[0]):
            count()

    os.fsync = lambda _: count()
    sys.addaudithook(audit)
    try:
        write()
    except BaseException as error:
        print(repr(error), file=sys.stderr)
        os._exit(1)
    os._exit(0)


def _check(folder: RunFolder, before: dict[str, bytes], kills: int) -> None:
    """What is there is believed, and what was finished is whole in one folder."""
    folder.read()
    for found in find_runs(folder.path.parents[2]):
        assert found.path == folder.path, (kills, found.path)
        found.read()
    if before:
        folders = [each for each in folder.path.parent.iterdir() if _holds(each, before)]
        assert folders, f"the finished run is lost by kill {kills}"


def _holds(folder: Path, files: dict[str, bytes]) -> bool:
    return all(
        (folder / name).exists() and (folder / name).read_bytes() == content
        for name, content in files.items()
    )


if __name__ == "__main__":
    for number, scenario in enumerate(SCENARIOS):
        main(scenario, Path(sys.argv[1]) / str(number))
