"""What is believed of a run's folder, and what is not."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import SafetensorError
from safetensors.numpy import load_file

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.pipeline import run_program
from hebbdsl.run.loop import execute
from hebbdsl.run.monitor import Silent
from hebbdsl.run.record import Record
from hebbdsl.run.store import RunFolder, find_runs
from hebbdsl.spec.canonical import plain
from hebbdsl.writing import locks
from tests import tiny
from tests.comparison.records import curriculum
from tests.resealed import stored

NAMES = {"record.json", "metrics.jsonl", "weights.safetensors", "spec.json"}


@pytest.fixture
def finished(tmp_path: Path) -> tuple[RunFolder, Record]:
    folder = RunFolder(tmp_path / "seed-0-00000000")
    folder.path.mkdir()
    return folder, execute(tiny.program(tiny.setup(steps=10)), folder, Silent())


def test_a_record_is_read_as_it_was_written(finished: tuple[RunFolder, Record]) -> None:
    folder, record = finished
    assert folder.read() == record
    names = {path.name for path in folder.path.iterdir()}
    assert names == NAMES
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
    assert not folder.was_started()
    folder.start({})
    assert folder.read() is None
    assert folder.was_started()


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
        f"with RunFolder(Path({str(path)!r})).locked(): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Rejected) as caught, RunFolder(path).locked():
            pass
        holder.communicate("")
    (problem,) = caught.value.problems
    assert (problem.code, problem.exit_code) == ("HEB533", 5)
    assert str(holder.pid) in problem.title or sys.platform != "linux"
    with RunFolder(path).locked():
        pass


def test_an_unwritable_folder_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(Rejected) as caught, RunFolder(tmp_path / "file" / "seed-0").locked():
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
        RunFolder(tmp_path).start({})
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


def test_a_run_held_by_a_thread_of_this_process_is_said_to_be(tmp_path: Path) -> None:
    folder, said = RunFolder(tmp_path / "seed-0-00000000"), list[str]()

    def want() -> None:
        with pytest.raises(Rejected) as caught, RunFolder(folder.path).locked():
            pass
        (problem,) = caught.value.problems
        assert problem.code == "HEB533"
        said.append(f"{problem.title}; {problem.hint}")

    with folder.locked():
        thread = threading.Thread(target=want)
        thread.start()
        thread.join()
        want()
    assert "another thread of this process (MainThread) holds" in said[0]
    assert "this process itself holds" in said[1]
    assert "stop it" not in "".join(said), "nobody stops the process to go on"


@pytest.mark.parametrize(
    "name", ["spec.json", "metrics.jsonl", "weights.safetensors", ".unfinished"]
)
@pytest.mark.parametrize("dangling", [False, True])
def test_a_link_in_a_run_folder_is_replaced_and_not_followed(
    tmp_path: Path, name: str, dangling: bool
) -> None:
    made, victim = tiny.program(tiny.setup(steps=10)), tmp_path / "victim"
    folder = RunFolder.of(tmp_path / "runs", "tiny", "main", 0, made.identity)
    folder.path.mkdir(parents=True)
    (folder.path / name).symlink_to(victim)
    if not dangling:
        victim.write_text("precious")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # weights without a record are set aside, link and all
        record = run_program(made, tmp_path / "runs")
    assert record.folder == folder.path
    assert folder.read() == record
    assert not any(path.is_symlink() for path in folder.path.iterdir())
    assert victim.exists() is not dangling
    assert dangling or victim.read_text() == "precious"


@pytest.mark.parametrize("name", [".lock", ".", "..", "../.."])
def test_a_link_to_a_folder_or_lock_is_refused(tmp_path: Path, name: str) -> None:
    made, elsewhere = tiny.program(tiny.setup(steps=10)), tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder = RunFolder.of(tmp_path / "runs", "tiny", "main", 0, made.identity)
    link = Path(os.path.normpath(folder.path / name))
    link.parent.mkdir(parents=True)
    link.symlink_to(elsewhere)
    with pytest.raises(Rejected) as caught:
        run_program(made, tmp_path / "runs")
    (problem,) = caught.value.problems
    assert (problem.code, problem.exit_code, problem.place) == ("HEB523", 4, str(link))
    assert link.is_symlink()
    assert not [*elsewhere.iterdir()]


def test_the_folder_of_all_runs_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "large").mkdir()
    (tmp_path / "runs").symlink_to("large")
    run_program(tiny.program(tiny.setup(steps=10)), tmp_path / "runs")
    assert len([*(tmp_path / "large").rglob("record.json")]) == 1


def test_a_link_that_is_made_while_a_run_is_under_way_is_not_appended_to(tmp_path: Path) -> None:
    victim, folder = tmp_path / "victim", RunFolder(tmp_path / "runs" / "seed-0-00000000")
    victim.write_text("precious")
    (evaluation,) = execute(
        tiny.program(tiny.setup(steps=5)), RunFolder(tmp_path / "other"), Silent()
    ).evaluations
    with folder.locked():
        folder.start({})
        (folder.path / "metrics.jsonl").unlink()
        (folder.path / "metrics.jsonl").symlink_to(victim)
        with pytest.raises(Rejected) as caught:
            folder.append(evaluation)
    assert [problem.code for problem in caught.value.problems] == ["HEB523"]
    assert victim.read_text() == "precious"


def test_weights_whose_record_was_removed_are_set_aside(tmp_path: Path) -> None:
    first = run_program(tiny.program(tiny.setup(steps=10)), tmp_path)
    assert first.folder is not None
    weights = (first.folder / "weights.safetensors").read_bytes()
    (first.folder / "record.json").unlink()
    with pytest.warns(UserWarning, match=r"kept in .*\.replaced-1$"):
        again = run_program(tiny.program(tiny.setup(steps=10)), tmp_path)
    assert again.status == "finished"
    aside = first.folder.with_name(f"{first.folder.name}.replaced-1")
    assert (aside / "weights.safetensors").read_bytes() == weights
    assert {path.name for path in aside.iterdir()} == NAMES - {"record.json"}


def test_weights_of_a_run_that_was_cut_short_are_not_kept(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "seed-0-00000000")
    with folder.locked():
        folder.start({})
        folder.save_weights({"a": torch.ones(3)})
    with folder.locked():
        folder.start({})
    assert not (folder.path / "weights.safetensors").exists()
    assert [path.name for path in tmp_path.iterdir()] == [folder.path.name]


def test_a_run_that_is_set_aside_stays_held(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "seed-0-00000000")
    with folder.locked():
        folder.start({})
        aside = folder.set_aside()
        with pytest.raises(Rejected), RunFolder(folder.path).locked():
            pass
    assert aside is not None
    assert {path.name for path in aside.iterdir()} == {"spec.json", "metrics.jsonl", ".unfinished"}
    with folder.locked():
        pass


def test_a_file_system_that_renames_no_folder_with_open_files_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, rename = RunFolder(tmp_path / "seed-0-00000000"), Path.rename

    def refusing(path: Path, target: Path) -> Path:
        if locks._HELD:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refusing)
    with folder.locked():
        folder.start({})
        aside = folder.set_aside()
        with pytest.raises(Rejected), RunFolder(folder.path).locked():
            pass
    assert aside is not None
    assert (aside / "spec.json").exists()


def test_paths_may_hold_what_means_something_to_globs(tmp_path: Path) -> None:
    out = tmp_path / "a[x] *?{b}"
    record = run_program(tiny.program(tiny.setup(steps=10)), out)
    assert record.folder is not None
    assert [found.path for found in find_runs(out)] == [record.folder]
    assert run_program(tiny.program(tiny.setup(steps=10)), out) == record
    folder = RunFolder(record.folder)
    with folder.locked():
        aside = folder.set_aside()
    assert aside is not None
    assert {path.name for path in aside.iterdir()} == NAMES
    assert find_runs(out) == []


@pytest.mark.parametrize("umask", [0o022, 0o027])
def test_every_file_of_a_run_has_the_permissions_that_the_umask_leaves(
    tmp_path: Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        record = run_program(tiny.program(tiny.setup(steps=10)), tmp_path)
    finally:
        os.umask(before)
    assert record.folder is not None
    modes = {path.name: path.stat().st_mode & 0o777 for path in record.folder.iterdir()}
    assert modes == dict.fromkeys([*NAMES, ".lock"], 0o666 & ~umask)
