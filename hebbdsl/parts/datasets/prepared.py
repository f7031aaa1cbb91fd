"""Decoded drawings kept in the cache folder, so that a data set opens at once the next time."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np

from hebbdsl.parts.datasets.drawings import ROW_BYTES, Drawings
from hebbdsl.parts.datasets.files import cache_folder, locked
from hebbdsl.parts.reporter import Reporter
from hebbdsl.writing import write_atomically

DIGEST_BYTES = 32


def prepared_path(word: str, key: str) -> Path:
    """The file for the data set `word` made from what `key` (a hex digest) stands for."""
    return cache_folder() / "prepared" / f"{word}-{key[:32]}.bits"


def load_or_make(
    path: Path,
    names: tuple[str, ...],
    count: int,
    make: Callable[[], Drawings],
    reporter: Reporter,
    expected: str | None = None,
) -> tuple[Drawings, str]:
    """The drawings kept at `path`, or made and kept there; and their fingerprint.

    Processes that need the same drawings at once wait for the one that makes them. Where nothing
    can be written each makes its own, and that is no error. Drawings that were altered since they
    were kept are made again, and the reporter is told.

    Args:
        count: drawings of each name.
        expected: the fingerprint that kept drawings must have; None: whatever they were kept with.
    """
    if found := _load(path, names, count, expected):
        return found
    with _alone(path):
        if found := _load(path, names, count, expected):
            return found
        if path.exists():
            reporter.say(f"{path} is not as it was made: its drawings are made again")
        made = make()
        fingerprint = made.fingerprint()
        with suppress(OSError):
            write_atomically(path, np.ascontiguousarray(made.bits).data, bytes.fromhex(fingerprint))
        return made, fingerprint


def _load(
    path: Path, names: tuple[str, ...], count: int, expected: str | None
) -> tuple[Drawings, str] | None:
    """None when the file is not there or not sound.

    The file is the bits and then the fingerprint, which is computed again from what was read.
    """
    size = len(names) * count * ROW_BYTES
    try:
        with open(path, "rb") as file:
            mapped = _mapped(file)
    except (OSError, ValueError):
        return None
    if len(mapped) != size + DIGEST_BYTES:
        return None
    bits = np.frombuffer(mapped, np.uint8, count=size).reshape(len(names), count, ROW_BYTES)
    drawings = Drawings(names, bits)
    fingerprint = drawings.fingerprint()
    if mapped[size:] != bytes.fromhex(fingerprint) or expected not in (None, fingerprint):
        return None
    return drawings, fingerprint


def _mapped(file: BinaryIO) -> mmap.mmap | bytes:
    """A file mapped, or in memory where its file system can't map. Raises: OSError, ValueError."""
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError:
        return file.read()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with ExitStack() as stack:
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(locked(path.with_suffix(".lock")))
        yield
