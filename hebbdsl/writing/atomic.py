"""Files that are whole or not there: under another name first, synced, then renamed.

A link is not followed, unless the caller says that the file is the user's own, which may be one.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class LinkFound(OSError):
    """A link stands where a folder should be written into; `filename` is its path."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.ELOOP, "it is a link", str(path))


def write_atomically(path: Path, *parts: bytes | memoryview, through_links: bool = False) -> None:
    """Write a file so that readers see all of it or none, after a crash of the machine too.

    A file that is there keeps its permissions; a new one has those that the umask leaves.

    Args:
        through_links: whether a link at `path` stays one, and the file it names is written; else
            the file takes the link's place.

    Raises: OSError; nothing of the new content is then left, and an old file stays as it was.
    """
    with atomic_file(path, through_links=through_links) as temporary, temporary.open("wb") as file:
        for part in parts:
            file.write(part)


@contextmanager
def atomic_file(path: Path, *, through_links: bool = False, apart: bool = False) -> Iterator[Path]:
    """The same of a file that is written inside, at the temporary path that is given.

    It is made anew under a name that is drawn: nothing that was put there before is written into.

    Args:
        apart: give the temporary file a folder of its own, for a library that leaves other files
            beside it when it is killed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path = Path(os.path.realpath(path)) if through_links else path
    with _open_to_writers(path.parent, path.name):
        beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
        if apart:
            beside.mkdir(mode=0o700)
        temporary = beside / "new" if apart else beside
        try:
            temporary.touch(exist_ok=False)
            mode = stat.S_IMODE(temporary.stat().st_mode)
            yield temporary
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            with suppress(FileNotFoundError):
                there = path.lstat().st_mode
                mode = stat.S_IMODE(there) if stat.S_ISREG(there) else mode
            if stat.S_IMODE(temporary.stat().st_mode) != mode:
                temporary.chmod(mode)
            temporary.replace(path)
        except BaseException:
            # A full disk stays no fuller than it was.
            with suppress(OSError):
                temporary.unlink()
            raise
        finally:
            if apart:
                shutil.rmtree(beside, ignore_errors=True)
        sync_folder(path.parent)


_LEFT = re.compile(r"[0-9a-f]{8}|[0-9]+")
"""The end of a temporary name, of today and of before."""


def sweep(folder: Path, name: str) -> None:
    """Remove what writers of `name` that were killed have left, where nobody writes it now."""
    prefix = f".{name}."
    with suppress(OSError):
        entries = [one for one in os.scandir(folder) if one.name.startswith(prefix)]
        for entry in (one for one in entries if _LEFT.fullmatch(one.name, len(prefix))):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                os.unlink(entry.path)


@contextmanager
def _open_to_writers(folder: Path, name: str) -> Iterator[None]:
    """Share the folder with other writers; one that is alone in it sweeps first.

    Where folders can't be locked nothing is swept: it might be another one's.
    """
    if os.name == "nt":
        yield
        return
    import fcntl

    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        yield
        return
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            sweep(folder, name)
        for _ in range(_TRIES):
            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(_PAUSE)
            except OSError:
                break
            else:
                break
        yield
    finally:
        os.close(handle)


_TRIES, _PAUSE = 100, 0.01
"""Who sweeps is done in moments. Who locks the folder for longer is none of these writers: it may
be what this program was started by (`flock . hebbdsl fmt spec.yaml`)."""


def make_folders(root: Path, path: Path) -> None:
    """Make `path` and the folders above it. At and above `root` a link is the user's choice; below
    it none is followed: what is written there stays there.

    Raises: LinkFound; OSError.
    """
    root.mkdir(parents=True, exist_ok=True)
    folder = root
    for name in path.relative_to(root).parts:
        above, folder = folder, folder / name
        try:
            folder.mkdir()
        except FileExistsError:
            if folder.is_symlink():
                raise LinkFound(folder) from None
            if not folder.is_dir():
                raise
        else:
            sync_folder(above)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, where the file system can. Raises: OSError."""
    if os.name == "nt":
        return
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError:
        return  # it may be written and not read
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EROFS):
            raise
    finally:
        os.close(handle)
