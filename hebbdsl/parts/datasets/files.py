"""Where data is kept on a user's machine, and files that are whole or not there."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hebbdsl.diagnostics.codes.data import DataFolderMissing
from hebbdsl.diagnostics.diagnostic import Rejected

DATA_VARIABLE = "HEBBDSL_DATA"


def cache_folder() -> Path:
    """The user's cache folder of this program; it may not exist yet."""
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("hebbdsl", appauthor=False))


def data_folder() -> Path | None:
    """The folder that the user named. Raises: Rejected, when it is none."""
    named = os.environ.get(DATA_VARIABLE)
    if not named:
        return None
    folder = os.path.expanduser(named)
    if not os.path.isdir(folder):
        raise Rejected([DataFolderMissing(place=named)])
    return Path(folder)


def write_whole(path: Path, *parts: bytes | memoryview) -> None:
    """Write a file so that readers see all of it or none: temporary name, sync, rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold `path` as a lock; another process that holds it is waited for. The file stays."""
    with open(path, "a+b") as file:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
