"""A lock on a file, against other processes and other threads of this one.

It is the operating system's (`flock`), and gone with the process that had it. Where the file system
has none, files stand in for it that say by their names which process made them.
"""

from __future__ import annotations

import errno
import os
import re
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_UNSUPPORTED = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL)

_PAUSE = 0.2
"""Seconds between looks at a lock that is made of files, where it is waited for."""


class LockHeld(Exception):
    """Somebody has the lock.

    Attributes:
        holder: who, as far as it is known: `process 123`, `another thread of this process`.
        left: the file to remove, where it can't be told from here whether its maker still lives.
    """

    def __init__(self, holder: str, left: Path | None = None) -> None:
        self.holder, self.left = holder, left
        super().__init__(holder)


class Lock:
    """The lock that `path` stands for. The file stays when the lock is given back."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None
        self._mine: Path | None = None
        self.thread = threading.current_thread()
        """That which has the lock, once it is taken."""

    def acquire(self, *, wait: bool = False) -> None:
        """Take the lock; with `wait` once others have given it back.

        Raises: LockHeld; OSError, where no file can be made.
        """
        while True:
            handle = os.open(
                self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666
            )
            try:
                _take(handle, wait)
                if not _is_at(handle, self._path):
                    os.close(handle)  # the file was moved away meanwhile: it is another's now
                    continue
            except BlockingIOError:
                holder = _holder(handle)
                os.close(handle)
                raise LockHeld(holder) from None
            except OSError as error:
                os.close(handle)
                if error.errno not in _UNSUPPORTED:
                    raise
                self._mine = _take_by_file(self._path, wait)
                self._register(self._mine.name)
                return
            except BaseException:
                os.close(handle)
                raise
            self._handle = handle
            self._register(_key(handle))
            return

    def _register(self, key: tuple[int, int] | str) -> None:
        self.thread = threading.current_thread()
        _HELD[key] = self

    def release(self) -> None:
        if self._mine is not None:
            _HELD.pop(self._mine.name, None)
            with suppress(OSError):
                self._mine.unlink()
            self._mine = None
        if self._handle is not None:
            _HELD.pop(_key(self._handle), None)
            _give_back(self._handle)
            self._handle = None

    def disown(self) -> None:
        """In a child that was forked: the lock is its parent's alone."""
        if self._handle is not None:
            os.close(self._handle)
        self._handle = self._mine = None


_HELD: dict[tuple[int, int] | str, Lock] = {}
"""The locks of this process, by device and number of the file, or by the name of one that stands
for a lock."""


def _disown_all() -> None:
    for lock in _HELD.values():
        lock.disown()
    _HELD.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_disown_all)


def _take(handle: int, wait: bool) -> None:
    """Raises: BlockingIOError, where another has it; OSError."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


def _give_back(handle: int) -> None:
    """For those too that have inherited the handle: closing alone would leave it to them."""
    if sys.platform != "win32":
        import fcntl

        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)
    os.close(handle)


def _key(handle: int) -> tuple[int, int]:
    found = os.fstat(handle)
    return found.st_dev, found.st_ino


def _is_at(handle: int, path: Path) -> bool:
    with suppress(FileNotFoundError):
        found = path.lstat()
        return (found.st_dev, found.st_ino) == _key(handle)
    return False


def _holder(handle: int) -> str:
    if (lock := _HELD.get(_key(handle))) is not None:
        return _thread(lock.thread)
    device, number = _key(handle)
    named = f"{os.major(device):02x}:{os.minor(device):02x}:{number}"
    with suppress(OSError), open("/proc/locks", encoding="ascii") as file:
        for line in file:
            match line.split():
                case [_, "FLOCK", _, _, process, where, *_] if where == named and int(process) > 0:
                    return f"process {process}"
    return "another process"


def _thread(holder: threading.Thread) -> str:
    if holder is threading.current_thread():
        return "this process itself"
    return f"another thread of this process ({holder.name})"


_MAKER = re.compile(r"\.([^.]*)\.([^.]*)\.([0-9]+)\.([^.]*)\.[0-9a-f]{8}")
"""What follows a lock's name in the name of a file that stands for it."""


@dataclass(frozen=True, slots=True)
class _Maker:
    """A process, in words that go into a name of a file.

    Attributes:
        system: the machine since it was started, as processes are numbered here.
        began: when the process did, since numbers are given again.
    """

    host: str
    system: str
    process: int
    began: str

    @classmethod
    def this(cls) -> _Maker:
        from socket import gethostname

        host = re.sub(r"[^A-Za-z0-9-]", "-", gethostname())[:64]
        return cls(host, _system(), os.getpid(), _began(os.getpid()))

    @classmethod
    def of(cls, path: Path, lock: Path) -> _Maker | None:
        """Of a file beside a lock; None: it is another kind of file."""
        found = None
        if path.name.startswith(lock.name):
            found = _MAKER.fullmatch(path.name, len(lock.name))
        return cls(found[1], found[2], int(found[3]), found[4]) if found else None

    def file(self, lock: Path) -> Path:
        said = f"{self.host}.{self.system}.{self.process}.{self.began}.{os.urandom(4).hex()}"
        return lock.with_name(f"{lock.name}.{said}")

    @property
    def may_live(self) -> bool:
        """Whether it can't be told that the process has ended."""
        if not self.system or (self.system, self.host) != (_system(), _Maker.this().host):
            return True
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        except OSError:
            return True
        return _began(self.process) in ("", self.began)


def _take_by_file(lock: Path, wait: bool) -> Path:
    """Make a file of this process's own, then look for others': of two who do so at once at least
    one sees the other. Who sees one takes its own away again.

    Raises: LockHeld; OSError.
    """
    while True:
        mine = _Maker.this().file(lock)
        os.close(os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        try:
            names = os.listdir(lock.parent)
            other = _other(lock, mine, names)
        except BaseException:
            mine.unlink(missing_ok=True)
            raise
        if other is None and mine.name in names:
            return mine
        mine.unlink(missing_ok=True)
        if other is None:
            continue  # the folder was moved away meanwhile: it is another's now
        if not wait:
            raise other
        # Each as long as it happens: else two would meet again and again.
        time.sleep(_PAUSE * (0.5 + os.urandom(1)[0] / 256))


def _other(lock: Path, mine: Path, names: list[str]) -> LockHeld | None:
    here = _Maker.this()
    for path in map(lock.with_name, names):
        if path == mine or (maker := _Maker.of(path, lock)) is None:
            continue
        if not maker.may_live:
            with suppress(OSError):
                path.unlink()
        elif (maker.host, maker.system) != (here.host, here.system):
            return LockHeld(f"process {maker.process} of the machine {maker.host}", path)
        elif maker.process != here.process:
            return LockHeld(f"process {maker.process}", None if maker.system else path)
        elif (held := _HELD.get(path.name)) is not None:
            return LockHeld(_thread(held.thread))
        else:
            return LockHeld("another thread of this process")
    return None


def _system() -> str:
    """Empty where it can't be known: then nobody is taken for dead."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            boot = file.read().strip()[:8]
        return f"{boot}-{re.sub('[^0-9]', '', os.readlink('/proc/self/ns/pid'))}"
    except OSError:
        return ""


def _began(process: int) -> str:
    """In ticks since the machine was started; empty where that can't be known."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
