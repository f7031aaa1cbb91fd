"""Decoded drawings kept in the cache folder, so that a data set opens at once the next time."""

from __future__ import annotations

import mmap
from contextlib import suppress
from pathlib import Path

import numpy as np

from hebbdsl.parts.datasets.drawings import ROW_BYTES, Drawings
from hebbdsl.parts.datasets.files import cache_folder, write_whole

DIGEST_BYTES = 32


def prepared_path(word: str, key: str) -> Path:
    """The file for the data set `word` made from what `key` (a hex digest) stands for."""
    return cache_folder() / "prepared" / f"{word}-{key[:32]}.bits"


def load_prepared(path: Path, names: tuple[str, ...], drawings: int) -> tuple[Drawings, str] | None:
    """The drawings and their fingerprint; None when the file is not there or not sound.

    The file is the bits and then the fingerprint, which is computed again from what was read.
    """
    size = len(names) * drawings * ROW_BYTES
    try:
        with open(path, "rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        return None
    if len(mapped) != size + DIGEST_BYTES:
        return None
    bits = np.frombuffer(mapped, np.uint8, count=size).reshape(len(names), drawings, ROW_BYTES)
    found = Drawings(names, bits)
    fingerprint = found.fingerprint()
    return (found, fingerprint) if mapped[size:] == bytes.fromhex(fingerprint) else None


def store_prepared(path: Path, drawings: Drawings, fingerprint: str) -> None:
    """Keep the drawings; where nothing can be written nothing is kept, and that is no error."""
    with suppress(OSError):
        write_whole(path, np.ascontiguousarray(drawings.bits).data, bytes.fromhex(fingerprint))
