"""Files that are whole or not there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def write_whole(path: Path, *parts: bytes | memoryview) -> None:
    """Write a file so that readers see all of it or none: temporary name, sync, rename.

    A file that is there keeps its permissions, and a link to it stays a link.

    Raises: OSError; nothing of the new content is then left, and an old file stays as it was.
    """
    with whole(path) as temporary, temporary.open("wb") as file:
        for part in parts:
            file.write(part)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """The same of a file that is written inside, under the temporary name that is given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path = Path(os.path.realpath(path))
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
    except BaseException:
        # A full disk stays no fuller than it was.
        with suppress(OSError):
            temporary.unlink()
        raise
