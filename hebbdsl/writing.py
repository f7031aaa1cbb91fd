"""Files that are whole or not there."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, *parts: bytes | memoryview) -> None:
    """Write a file so that readers see all of it or none: temporary name, sync, rename.

    A file that is there keeps its permissions, and a link to it stays a link.

    Raises: OSError; nothing of the new content is then left, and an old file stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path = Path(os.path.realpath(path))
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
    except BaseException:
        # A full disk stays no fuller than it was.
        with suppress(OSError):
            temporary.unlink()
        raise
