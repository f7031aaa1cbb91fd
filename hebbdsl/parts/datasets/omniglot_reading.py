"""Omniglot's zips and folders: finding them, unpacking them, decoding and judging them."""

from __future__ import annotations

import hashlib
import io
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.frozen import frozen
from hebbdsl.parts.datasets.drawings import ROW_BYTES, SIDE, Bytes, Drawings, pack
from hebbdsl.parts.datasets.omniglot_contents import Published
from hebbdsl.parts.datasets.omniglot_problems import (
    AlphabetMissing,
    AlteredDrawings,
    NotADrawing,
    WrongDrawings,
    WrongDrawingSize,
)
from hebbdsl.parts.datasets.problems import DamagedZip, UnreadableData

MEMBER = re.compile(r"([^/]+/character\d+)/(?!\.)[^/]+\.png", re.IGNORECASE)
"""A drawing's path below the folder of its set; anything else there is not ours to judge."""

LARGEST_FILE = 1 << 20
"""Bytes of a drawing's file beyond which it is no drawing: published ones have some hundred."""

LARGEST_ZIP = 1 << 28
"""Bytes of a zip beyond which it is not read into memory: published ones have under ten million."""

MOST_PROBLEMS = 10
"""Problems of one set after which reading stops: the rest would say the same."""

Progress = Callable[[int], None]
Members = Mapping[str, Callable[[], bytes]]


@frozen(eq=False, slots=False)
class SetFiles:
    """The files of one set, unpacked on demand.

    Attributes:
        place: the zip or folder, for people.
        key: SHA-256 of the bytes it was read from, names included.
        members: gives path below the set's folder to what reads the file; asked only when the
            drawings are not kept from before, for listing a zip takes longer than hashing it.
    """

    place: str
    key: str
    members: Callable[[], Members]


def open_set(path: Path, name: str) -> SetFiles:
    """Read the bytes of one set. Raises: Rejected, when they can't be read or are too many."""
    try:
        if path.is_dir():
            return _open_folder(path)
        if (size := path.stat().st_size) > LARGEST_ZIP:
            raise Rejected([DamagedZip(place=str(path), reason=f"{size} bytes are too many")])
        return open_zip(path.read_bytes(), path, name)
    except OSError as error:
        place = os.fspath(error.filename or path)
        raise Rejected([UnreadableData(place=place, reason=_reason(error))]) from error


def open_zip(data: bytes, path: Path, name: str) -> SetFiles:
    """The set in a zip that has been read."""
    return SetFiles(str(path), hashlib.sha256(data).hexdigest(), partial(_unzip, data, path, name))


def _unzip(data: bytes, path: Path, name: str) -> Members:
    """Raises: Rejected, when it is no zip."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError) as error:
        raise Rejected([DamagedZip(place=str(path), reason=_reason(error))]) from error
    prefix = f"{name}/"

    def reader(info: zipfile.ZipInfo) -> Callable[[], bytes]:
        def read() -> bytes:
            if info.file_size > LARGEST_FILE:
                raise NotAPng(f"{info.file_size} bytes are too many")
            return archive.read(info)

        return read

    return {
        info.filename.removeprefix(prefix): reader(info)
        for info in archive.infolist()
        if info.filename.startswith(prefix)
    }


def _open_folder(path: Path) -> SetFiles:
    digest = hashlib.sha256()
    members: dict[str, Callable[[], bytes]] = {}
    for member in sorted(_drawings_below(path)):
        file = path / member
        if file.stat().st_size > LARGEST_FILE:
            raise Rejected([NotADrawing(place=str(path), member=member, reason="it is too large")])
        data = file.read_bytes()
        digest.update(f"{member} {len(data)}\n".encode())
        digest.update(data)
        members[member] = partial(bytes, data)
    return SetFiles(str(path), digest.hexdigest(), lambda: members)


def _drawings_below(path: Path) -> Iterator[str]:
    for alphabet in os.scandir(path):
        if not alphabet.is_dir():
            continue
        for character in os.scandir(alphabet.path):
            if character.is_dir():
                for name in os.listdir(character.path):
                    member = f"{alphabet.name}/{character.name}/{name}"
                    if MEMBER.fullmatch(member):
                        yield member


def decode_set(
    files: SetFiles, published: Published, set_name: str, progress: Progress
) -> Drawings:
    """The drawings of one set, judged against what was published.

    Raises: Rejected, with what is missing, unreadable or altered.
    """
    members = files.members()
    by_character: dict[str, list[str]] = {}
    for member in sorted(members):
        if found := MEMBER.fullmatch(member):
            by_character.setdefault(found[1], []).append(member)
    problems = list(_gaps(by_character, files.place, published, set_name))
    if problems:
        raise Rejected(problems[:MOST_PROBLEMS])
    names = published.characters(set_name)
    bits = np.empty((len(names), published.drawings, ROW_BYTES), np.uint8)
    for index, name in enumerate(names):
        for drawing, member in enumerate(by_character[name]):
            decoded = _decode(members[member], files.place, member)
            if isinstance(decoded, Problem):
                problems.append(decoded)
            else:
                bits[index, drawing] = decoded
        if len(problems) >= MOST_PROBLEMS:
            break
        progress(published.drawings)
    if problems:
        raise Rejected(problems[:MOST_PROBLEMS])
    drawings = Drawings(names, bits)
    if altered := tuple(_altered(drawings, published, set_name)):
        raise Rejected([AlteredDrawings(place=files.place, word=published.word, alphabets=altered)])
    return drawings


def _gaps(
    by_character: Mapping[str, list[str]], place: str, published: Published, set_name: str
) -> Iterator[Problem]:
    present = {name.partition("/")[0] for name in by_character}
    for alphabet in published.sets[set_name]:
        if alphabet not in present:
            yield AlphabetMissing(place=place, alphabet=alphabet)
    for name in published.characters(set_name):
        count = len(by_character.get(name, ()))
        if name.partition("/")[0] in present and count != published.drawings:
            yield WrongDrawings(
                place=place, character=name, found=count, expected=published.drawings
            )


def _altered(drawings: Drawings, published: Published, set_name: str) -> Iterator[str]:
    start = 0
    for alphabet, count in published.sets[set_name].items():
        part = slice(start, start + count)
        found = Drawings(drawings.names[part], drawings.bits[part]).fingerprint()
        if not found.startswith(published.digests[alphabet]):
            yield alphabet
        start += count


class NotAPng(Exception):
    """A file is no image that can be decoded; the message says why."""


class WrongSize(Exception):
    """An image has another size; `args` are width and height."""


def _decode(read: Callable[[], bytes], place: str, member: str) -> Bytes | Problem:
    try:
        return pack(decode_png(read()))
    except NotAPng as error:
        return NotADrawing(place=place, member=member, reason=str(error))
    except WrongSize as error:
        width, height = error.args
        return WrongDrawingSize(place=place, member=member, width=width, height=height, side=SIDE)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        return DamagedZip(place=place, member=member, reason=_reason(error))


def decode_png(data: bytes) -> npt.NDArray[np.bool_]:
    """[SIDE, SIDE], true where there is ink: where the image is darker than half.

    Raises: NotAPng, WrongSize.
    """
    if data[:8] != b"\x89PNG\r\n\x1a\n" or len(data) < 24:
        raise NotAPng("it does not begin like a PNG" if data else "it is empty")
    width, height = struct.unpack(">II", data[16:24])
    # Expected before decoding: a small file can claim gigabytes of pixels.
    if (width, height) != (SIDE, SIDE):
        raise WrongSize(width, height)
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if image.mode == "1":
                return ~np.asarray(image)
            return np.asarray(image.convert("L")) < 128
    except (OSError, SyntaxError, ValueError, struct.error, zlib.error, EOFError) as error:
        raise NotAPng(_reason(error)) from error


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
