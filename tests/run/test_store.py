"""What is believed of a run's folder, and what is not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import SafetensorError
from safetensors.numpy import load_file

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.pipeline import run_program
from hebbdsl.run.execution import execute
from hebbdsl.run.monitor import Silent
from hebbdsl.run.record import Record
from hebbdsl.run.store import RunFolder, find_runs
from hebbdsl.spec.canonical import plain
from tests import tiny
from tests.comparison.records import curriculum
from tests.resealed import stored


@pytest.fixture
def finished(tmp_path: Path) -> tuple[RunFolder, Record]:
    folder = RunFolder(tmp_path / "seed-0-00000000")
    folder.path.mkdir()
    return folder, execute(tiny.program(tiny.setup(steps=10)), folder, Silent())


def test_a_record_is_read_as_it_was_written(finished: tuple[RunFolder, Record]) -> None:
    folder, record = finished
    assert folder.read() == record
    names = {path.name for path in folder.path.iterdir()}
    assert names == {"record.json", "metrics.jsonl", "weights.safetensors", "spec.json"}
    weights = load_file(folder.path / "weights.safetensors")
    program = tiny.program(tiny.setup(steps=10))
    assert weights.keys() == program.weights().keys()
    written = json.loads((folder.path / "spec.json").read_text())
    assert written == plain(tiny.setup(steps=10))
    assert record.setup == plain(tiny.setup(steps=10), deciding_only=True)
    assert "addresses" in written["data"]["omniglot"]
    assert "addresses" not in record.setup["data"]["omniglot"]


def _edit(name: str, change: Callable[[str], str]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        path = folder / name
        path.write_text(change(path.read_text()))

    return apply


ALTERATIONS: dict[str, Callable[[Path], None]] = {
    "a metric edited in the record": _edit(
        "record.json", lambda text: text.replace('"steps": 10', '"steps": 9')
    ),
    "the record cut": _edit("record.json", lambda text: text[:-30]),
    "the record emptied": _edit("record.json", lambda _: ""),
    "the record another document": _edit("record.json", lambda _: "[]"),
    "a field of another type": _edit(
        "record.json", lambda text: text.replace('"seed": 0', '"seed": "0"')
    ),
    "a metrics line removed": _edit("metrics.jsonl", lambda text: text.partition("\n")[2]),
    "the setup edited": _edit("spec.json", lambda text: text.replace("60", "61") + " "),
    "the weights missing": lambda folder: (folder / "weights.safetensors").unlink(),
    "the metrics missing": lambda folder: (folder / "metrics.jsonl").unlink(),
    "the weights cut": lambda folder: (folder / "weights.safetensors").write_bytes(b"1"),
    "a number that JSON lacks": _edit(
        "record.json", lambda text: text.replace('"threads": ', '"threads": NaN, "x": ')
    ),
    "the record nested without end": lambda folder: (folder / "record.json").write_text(
        "[" * 100_000
    ),
    "the record not UTF-8": lambda folder: (folder / "record.json").write_bytes(b"\xff\xfe{}"),
}


@pytest.mark.parametrize("alter", ALTERATIONS.values(), ids=ALTERATIONS.keys())
def test_an_altered_run_is_not_believed(
    finished: tuple[RunFolder, Record], alter: Callable[[Path], None]
) -> None:
    folder, _ = finished
    alter(folder.path)
    with pytest.raises(Rejected) as caught:
        folder.read()
    (problem,) = caught.value.problems
    assert problem.code == "HEB534"
    assert problem.exit_code == 3
    assert str(folder.path) in str(problem.place)
    assert "--retrain" in (problem.hint or "")


def test_the_record_of_another_run_is_not_believed(finished: tuple[RunFolder, Record]) -> None:
    folder, record = finished
    assert RunFolder(folder.path, record.identity).read() == record
    with pytest.raises(Rejected) as caught:
        RunFolder(folder.path, "0" * 64).read()
    (problem,) = caught.value.problems
    assert problem.code == "HEB534"
    assert "another run" in str(problem)


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    first = run_program(tiny.program(tiny.setup(steps=10)), tmp_path)
    assert first.folder is not None
    written = (first.folder / "record.json").read_bytes()
    assert run_program(tiny.program(tiny.setup(steps=10)), tmp_path) == first
    assert (first.folder / "record.json").read_bytes() == written
    again = run_program(tiny.program(tiny.setup(steps=15)), tmp_path)
    assert (again.steps, first.steps) == (15, 10)


def test_a_folder_without_a_record_has_none(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    assert folder.read() is None
    assert not folder.was_begun()
    folder.begin({})
    assert folder.read() is None
    assert folder.was_begun()


def test_replaced_runs_are_kept_and_not_found(finished: tuple[RunFolder, Record]) -> None:
    folder, _ = finished
    aside = folder.set_aside()
    assert aside is not None
    assert RunFolder(aside).read() is not None
    assert folder.read() is None
    assert folder.set_aside() is None
    assert find_runs(folder.path.parent) == []
    execute(tiny.program(tiny.setup(steps=10)), folder, Silent())
    assert [found.path for found in find_runs(folder.path.parent)] == [folder.path]
    second = folder.set_aside()
    assert second is not None
    assert second != aside


def test_a_run_held_elsewhere_is_busy(tmp_path: Path) -> None:
    path = tmp_path / "seed-0-00000000"
    code = (
        "import sys; from pathlib import Path; from hebbdsl.run.store import RunFolder\n"
        f"with RunFolder(Path({str(path)!r})).held(): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Rejected) as caught, RunFolder(path).held():
            pass
        holder.communicate("")
    assert (caught.value.problems[0].code, caught.value.exit_code) == ("HEB533", 5)
    with RunFolder(path).held():
        pass


def test_an_unwritable_folder_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(Rejected) as caught, RunFolder(tmp_path / "file" / "seed-0").held():
        pass
    (problem,) = caught.value.problems
    assert (problem.code, problem.exit_code) == ("HEB532", 4)
    assert (tmp_path / "file").read_text() == "not a folder"


FORGERIES: dict[str, bytes] = {
    "not JSON": b"nothing\n",
    "another object": b'{"a": 1}\n',
    "a number that JSON lacks": b'{"step": NaN}\n',
}


@pytest.mark.parametrize("metrics", FORGERIES.values(), ids=FORGERIES.keys())
def test_metrics_sealed_anew_are_still_asked_for_their_form(
    finished: tuple[RunFolder, Record], metrics: bytes
) -> None:
    folder, record = finished
    (folder.path / "metrics.jsonl").write_bytes(metrics)
    folder.finish(record)
    with pytest.raises(Rejected) as caught:
        folder.read()
    (problem,) = caught.value.problems
    assert problem.code == "HEB534"
    assert str(problem.place).endswith("metrics.jsonl")


def test_weights_that_fill_the_disk_leave_those_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = RunFolder(tmp_path)
    folder.save_weights({"a": torch.ones(3)})
    before = (tmp_path / "weights.safetensors").read_bytes()

    def full(_: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr("safetensors.torch.save_file", full)
    with pytest.raises(Rejected) as caught:
        folder.save_weights({"a": torch.zeros(3)})
    (problem,) = caught.value.problems
    assert problem.code == "HEB532"
    assert "No space left" in problem.title
    assert [path.name for path in tmp_path.iterdir()] == ["weights.safetensors"]
    assert (tmp_path / "weights.safetensors").read_bytes() == before


def test_what_could_not_be_written_whole_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Rejected) as caught:
        RunFolder(tmp_path).begin({})
    (problem,) = caught.value.problems
    assert problem.code == "HEB532"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_bytes_that_are_no_text_is_recorded(tmp_path: Path) -> None:
    """Names of files may be in no encoding; what a run has to say of them is kept."""
    record = curriculum("softmax", 0, limit=20)
    record = replace(record, data={**record.data, "origin": "data\udcff/a"})
    read = RunFolder(stored(tmp_path, record)).read()
    assert read is not None
    assert read.data["origin"] == "data\udcff/a"


@pytest.mark.parametrize(
    ("limit", "name"),
    [
        ("LARGEST_FILE", "record.json"),
        ("LARGEST_LOG", "metrics.jsonl"),
        ("LARGEST_FILE", "spec.json"),
    ],
)
def test_a_file_larger_than_any_run_writes_is_not_read(
    limit: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = RunFolder(stored(tmp_path, curriculum("softmax", 0, limit=20)))
    read = folder.setup if name == "spec.json" else folder.read
    assert read()
    monkeypatch.setattr(f"hebbdsl.run.store.{limit}", 10)
    with pytest.raises(Rejected, match=f"HEB534.*{name}.*more than 10 bytes"):
        read()
