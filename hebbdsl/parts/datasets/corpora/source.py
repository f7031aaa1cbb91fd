"""Where the text of a corpus comes from: files, members of zips, and what a program makes."""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hebbdsl.diagnostics.codes.corpora import ChangedWhileRead, DamagedGzip, LockedZip
from hebbdsl.diagnostics.codes.data import DamagedZip, DataMissing
from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.expression.metrics import Split
from hebbdsl.parts.datasets.finding import unreadable

BLOCK = 1 << 17
"""Bytes read at once: text passes through memory in blocks, however long it is, and no faster in
larger ones, which leave the processor's nearest memory."""

_LAST_WORD = re.compile(rb"(?<=\s)\S+\s*\Z")
"""The last word of a block, with the white space behind it."""

_LOCKED = 1
"""Among the flags of a member of a zip: it asks for a password."""

Stamp = tuple[str, int, int]


@dataclass(frozen=True)
class Piece:
    """One file of a split.

    Attributes:
        name: what it is called in messages.
        stamp: tells that it changed: path, size and time of the last change, or checksum.
        blocks: its UTF-8 bytes, in blocks that end where words do, read anew at each call.
        reading: what else decides which text it gives: the version of a reader that leaves some
            out, and what it was told to choose. Empty where all of the file is read.
    """

    name: str
    stamp: Stamp
    blocks: Callable[[], Iterator[bytes]]
    reading: str = ""


Splits = Mapping[Split, Sequence[Piece]]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")


def of_file(path: Path) -> Piece:
    """A plain file, or one packed by gzip.

    Raises: Rejected, with HEB503, where it can't be read.
    """
    try:
        stamp = stamp_of(path)
    except OSError as error:
        raise unreadable(path, error) from error

    def blocks() -> Iterator[bytes]:
        try:
            with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as file:
                yield from whole_lines(file)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise Rejected([DamagedGzip(place=str(path), reason=str(error))]) from error
        except OSError as error:
            raise unreadable(path, error) from error

    return Piece(str(path), stamp, unchanged(path, stamp, blocks))


def of_member(archive: Path, member: zipfile.ZipInfo) -> Piece:
    """A file inside a zip. Its stamp is its checksum, so that a zip packed anew changes nothing.

    Raises: Rejected, with HEB503, where the zip can't be read.
    """
    try:
        before = stamp_of(archive)
    except OSError as error:
        raise unreadable(archive, error) from error

    def blocks() -> Iterator[bytes]:
        try:
            with zipfile.ZipFile(archive) as opened, opened.open(member) as file:
                yield from whole_lines(file)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise Rejected([DamagedZip(place=str(archive), reason=str(error))]) from error
        except RuntimeError as error:  # NotImplementedError among them
            reason = "it asks for a password" if member.flag_bits & _LOCKED else str(error)
            raise Rejected([LockedZip(place=str(archive), reason=reason)]) from error
        except OSError as error:
            raise unreadable(archive, error) from error

    stamp = (member.filename, member.file_size, member.CRC)
    name = f"{member.filename} in {archive}"
    return Piece(name, stamp, unchanged(archive, before, blocks))


def stamp_of(path: Path) -> Stamp:
    """What tells that a file changed, short of reading it. Raises: OSError."""
    status = path.stat()
    return str(path), status.st_size, status.st_mtime_ns


def unchanged(
    path: Path, stamp: Stamp, blocks: Callable[[], Iterator[bytes]]
) -> Callable[[], Iterator[bytes]]:
    """Blocks of a file that has the same stamp after it was read as before.

    Raises: Rejected, with HEB560 where it has not, whatever else was found wrong with it.
    """

    def refuse_changed() -> None:
        try:
            changed = stamp_of(path) != stamp
        except OSError:
            changed = True
        if changed:
            raise Rejected([ChangedWhileRead(place=str(path))])

    def read() -> Iterator[bytes]:
        try:
            yield from blocks()
        except Rejected:
            refuse_changed()
            raise
        refuse_changed()

    return read


def members(archive: Path) -> Sequence[zipfile.ZipInfo]:
    """The files in a zip. Raises: Rejected, with HEB503 or HEB504."""
    try:
        with zipfile.ZipFile(archive) as opened:
            return [member for member in opened.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, EOFError) as error:
        raise Rejected([DamagedZip(place=str(archive), reason=str(error))]) from error
    except NotImplementedError as error:
        raise Rejected([LockedZip(place=str(archive), reason=str(error))]) from error
    except OSError as error:
        raise unreadable(archive, error) from error


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def not_had(
    word: str,
    missing: tuple[str, ...],
    tried: tuple[tuple[str, str], ...],
    advice: str | None = None,
) -> Rejected:
    """HEB501 of a corpus, for which Python's own documentation may stand in.

    `advice`: what to put where, of what can't be fetched.
    """
    return Rejected(
        [
            DataMissing(
                place=None,
                word=word,
                missing=missing,
                tried=tried,
                substitute="stdlib_docs",
                fetched=advice is None,
                advice=advice,
            )
        ]
    )


def whole_lines(file: Readable) -> Iterator[bytes]:
    """A file in blocks that end where lines end, or, in a line of more than a block, words."""
    rest: list[bytes] = []
    while block := file.read(BLOCK):
        end = block.rfind(b"\n") + 1
        if not end and (last := _LAST_WORD.search(block)):
            end = last.start()
        if end:
            yield b"".join([*rest, block[:end]])
            rest = [block[end:]]
        else:
            rest.append(block)
    if rest := [one for one in rest if one]:
        yield b"".join(rest)
