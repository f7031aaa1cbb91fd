"""Where data is kept on a user's machine, and locks on its files."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from hebbdsl.diagnostics.codes.data import DataFolderMissing
from hebbdsl.diagnostics.diagnostic import Rejected, nearest

DATA_VARIABLE = "HEBBDSL_DATA"
_MOST_NEIGHBOURS = 1_000


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
        raise Rejected([DataFolderMissing(place=named, near=_near(Path(folder)))])
    return Path(folder)


def _near(path: Path) -> str | None:
    """The folder beside `path` whose name is nearest."""
    try:
        with os.scandir(path.parent) as entries:
            names = [entry.name for entry in islice(entries, _MOST_NEIGHBOURS) if entry.is_dir()]
    except (OSError, ValueError):
        return None
    near = nearest(path.name, sorted(names))
    return str(path.with_name(near)) if near is not None else None


def temporary_folder() -> Path:
    """A folder of this process, where the cache folder can't be written. It is gone at its end."""
    folder = Path(tempfile.mkdtemp(prefix="hebbdsl-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


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


def held_by_another(path: Path) -> bool:
    """Whether a lock is held, by another process or elsewhere in this one. Where that can't be
    told, it is."""
    try:
        with open(path, "a+b") as file:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
    except OSError:
        return True
