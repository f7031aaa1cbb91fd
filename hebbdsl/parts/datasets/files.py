"""Where data is kept on a user's machine, and locks on its files."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice
from pathlib import Path

from hebbdsl.diagnostics.diagnostic import Rejected, nearest
from hebbdsl.parts.datasets.problems import DataProblem
from hebbdsl.writing import Lock, LockHeld

DATA_VARIABLE = "HEBBDSL_DATA"
_MOST_NEIGHBOURS = 1_000


def cache_folder() -> Path:
    """The user's cache folder of this program; it may not exist yet.

    A user without a home, as in many containers, has a temporary one.
    """
    from platformdirs import user_cache_dir

    try:
        path = Path(user_cache_dir("hebbdsl", appauthor=False))
    except RuntimeError:
        return _cache_without_home()
    # Versions that do not raise leave the `~` in it.
    return path if path.is_absolute() else _cache_without_home()


@cache
def _cache_without_home() -> Path:
    folder = temporary_folder()
    # Processes that this one starts share it.
    os.environ["XDG_CACHE_HOME"] = str(folder)
    logging.getLogger("hebbdsl").warning(
        "no home folder is known: data is prepared in %s, and gone at the end of this command;"
        " XDG_CACHE_HOME names a folder that stays",
        folder,
    )
    return folder / "hebbdsl"


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
    lock = Lock(path)
    lock.acquire(wait=True)
    try:
        yield
    finally:
        lock.release()


def locked_elsewhere(path: Path) -> bool:
    """Whether a lock is held, by another process or elsewhere in this one. Where that can't be
    told, it is."""
    lock = Lock(path)
    try:
        lock.acquire()
    except (OSError, LockHeld):
        return True
    lock.release()
    return False


class DataFolderMissing(DataProblem):
    """The environment variable `HEBBDSL_DATA` names something that is not a folder.

    Correct the path, or unset the variable: then data is looked for in the cache folder and fetched
    when it is not there.

    Wrong:
        HEBBDSL_DATA=/dta hebbdsl run specs/omniglot_curriculum.yaml

    Right:
        HEBBDSL_DATA=/data hebbdsl run specs/omniglot_curriculum.yaml
    """

    code = "HEB502"
    near: str | None = None
    """A folder beside it whose name is much like it."""

    title = "HEBBDSL_DATA names `{place}`, which is not a folder"

    @property
    def hint(self) -> str:
        meant = f"did you mean `{self.near}`? " if self.near else ""
        return f"{meant}correct the path, or unset HEBBDSL_DATA to have the data fetched"
