"""One holder at a time, whatever the file system has; and who it is."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hebbdsl.writing import Lock, LockHeld, locks

WITHOUT = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


@pytest.fixture(params=[None, *WITHOUT], ids=lambda code: errno.errorcode.get(code, "flock"))
def path(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    if request.param is not None:

        def unsupported(*_: object) -> None:
            raise OSError(request.param, os.strerror(request.param))

        monkeypatch.setattr(fcntl, "flock", unsupported)
    yield tmp_path / ".lock"
    assert {each.name for each in tmp_path.iterdir()} <= {".lock"}, "nothing else is left"
    assert locks._HELD == {}


def _holder(path: Path) -> str:
    lock = Lock(path)
    with pytest.raises(LockHeld) as caught:
        lock.acquire()
    return caught.value.holder


def test_a_lock_is_had_once_and_again_after_it_was_given_back(path: Path) -> None:
    lock = Lock(path)
    for _ in range(2):
        lock.acquire()
        assert _holder(path) == "this process itself"
        lock.release()
        lock.release()


def test_a_thread_is_told_which_thread_has_it(path: Path) -> None:
    lock, taken, done = Lock(path), threading.Event(), threading.Event()

    def hold() -> None:
        lock.acquire()
        taken.set()
        done.wait()
        lock.release()

    thread = threading.Thread(target=hold, name="trainer")
    thread.start()
    taken.wait()
    assert _holder(path) == "another thread of this process (trainer)"
    done.set()
    thread.join()


def test_who_waits_has_it_next(path: Path) -> None:
    lock, order = Lock(path), list[str]()
    lock.acquire()

    def wait() -> None:
        mine = Lock(path)
        mine.acquire(wait=True)
        order.append("second")
        mine.release()

    thread = threading.Thread(target=wait)
    thread.start()
    order.append("first")
    lock.release()
    thread.join()
    assert order == ["first", "second"]


def test_of_many_that_want_it_at_once_one_has_it(path: Path) -> None:
    inside, most = 0, list[int]()

    def contend() -> None:
        nonlocal inside
        for _ in range(50):
            lock = Lock(path)
            try:
                lock.acquire()
            except LockHeld:
                continue
            inside += 1
            most.append(inside)
            inside -= 1
            lock.release()

    threads = [threading.Thread(target=contend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}


CHILD = """
import os, sys
from pathlib import Path
from hebbdsl.writing import LockHeld, Lock
lock = Lock(Path(sys.argv[1]))
lock.acquire()
if child := os.fork():
    assert os.waitpid(child, 0)[1] == 0
    try:
        Lock(Path(sys.argv[1])).acquire()
    except LockHeld as held:
        assert held.holder == "this process itself", held.holder
    else:
        raise AssertionError("the child's end gave it back")
    lingering = os.fork()
    if not lingering:
        sys.stdin.read()
        os._exit(0)
    lock.release()
    Lock(Path(sys.argv[1])).acquire()  # though the child lives
    sys.stdout.write("done")
else:
    try:
        Lock(Path(sys.argv[1])).acquire()
    except LockHeld as held:
        assert held.holder in (f"process {os.getppid()}", "another process"), held.holder
    lock.release()  # the parent's, which stays the parent's
    os._exit(0)
"""


def test_a_forked_child_has_not_its_parents_lock(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", CHILD, str(tmp_path / "lock")],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        stdout, stderr = process.communicate("")
    assert (process.returncode, stdout, stderr) == (0, "done", "")


def test_a_lock_whose_file_was_moved_away_is_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by who holds it, and sets the folder aside while another one opens the file."""
    path, flock, moved = tmp_path / "lock", fcntl.flock, list[Path]()

    def moving(handle: int, how: int) -> None:
        if not moved:
            moved.append(path.rename(tmp_path / "moved"))
        flock(handle, how)

    monkeypatch.setattr(fcntl, "flock", moving)
    lock = Lock(path)
    lock.acquire()
    assert _holder(path) == "this process itself"
    lock.release()


def _without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", unsupported)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody is taken for dead")
def test_a_file_of_a_process_that_is_gone_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import errno, fcntl, os, sys\n"
        "from pathlib import Path\n"
        "from hebbdsl.writing import Lock\n"
        "def no(*_): raise OSError(errno.ENOLCK, 'none')\n"
        "fcntl.flock = no\n"
        f"Lock(Path({str(tmp_path / 'lock')!r})).acquire()\n"
        "print(os.getpid(), flush=True)\n"
        "sys.stdin.read()\n"
        "os._exit(9)"
    )
    _without_locks(monkeypatch)
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{process.pid}\n"
        assert _holder(tmp_path / "lock") == f"process {process.pid}"
        process.communicate("")
    lock = Lock(tmp_path / "lock")
    lock.acquire()
    lock.release()
    assert [each.name for each in tmp_path.iterdir()] == ["lock"]


def test_a_file_of_another_machine_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether its maker lives can't be told from here: the user can, and remove it."""
    _without_locks(monkeypatch)
    left = tmp_path / "lock.far-away.0123abcd-4026531836.4711.99.0a1b2c3d"
    left.touch()
    with pytest.raises(LockHeld) as caught:
        Lock(tmp_path / "lock").acquire()
    assert caught.value.holder == "process 4711 of the machine far-away"
    assert caught.value.left == left
    left.unlink()
    lock = Lock(tmp_path / "lock")
    lock.acquire()
    lock.release()
