"""Stage 1: a file becomes a Source, or problems that say why not."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from hebbdsl.diagnostics.codes.reading import (
    LARGEST,
    ControlCharacter,
    IsFolder,
    NoSuchFile,
    NotUtf8,
    TooLarge,
    UnknownSurface,
    Unreadable,
)
from hebbdsl.diagnostics.diagnostic import Problem, Rejected, nearest
from hebbdsl.source import Source, Span

ENDINGS = (".yaml", ".yml", ".hebb")

# What YAML calls unprintable, and the marks of a file that begins again in its middle.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]"
)
_MOST_NEIGHBOURS = 1_000


def read_source(path: Path) -> Source:
    """The text of one spec, without its byte order mark.

    Raises: Rejected, when there is no such text.
    """
    name = str(path)
    problem = _not_a_file(path, name)
    if problem is None and path.suffix.lower() not in ENDINGS:
        problem = UnknownSurface(place=name, ending=path.suffix)
    if problem is not None:
        raise Rejected([problem])
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise Rejected([Unreadable(place=name, reason=_reason(error))]) from None
    if len(content) > LARGEST:
        raise Rejected([TooLarge(place=name, size=max(size, len(content)))])
    return source_of(content, name)


def source_of(content: bytes, name: str) -> Source:
    """What the bytes of a file, or of a stream, say. Raises: Rejected, when they are no text."""
    if len(content) > LARGEST:
        raise Rejected([TooLarge(place=name, size=len(content))])
    source = Source(name, _decode(content, name))
    refuse_unprintable(source)
    return source


def refuse_unprintable(source: Source) -> None:
    """Raises: Rejected, when a character of the text is none that a text holds."""
    if (found := _UNPRINTABLE.search(source.text)) is not None:
        span = Span(source, found.start(), found.end())
        raise Rejected([ControlCharacter(place=span, character=found.group())])


def find_specs(path: Path) -> tuple[Path, ...]:
    """The specs of a folder and of those below it, in order; any other path as it is."""
    if not os.path.isdir(path):  # unlike Path.is_dir, never raises
        return (path,)
    return tuple(
        sorted(
            Path(folder, file)
            for folder, _, files in os.walk(path)
            for file in files
            if Path(file).suffix.lower() in ENDINGS
        )
    )


def _not_a_file(path: Path, name: str) -> Problem | None:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return NoSuchFile(place=name, path=name, near=_near(path))
    except (OSError, ValueError) as error:
        return Unreadable(place=name, reason=_reason(error))
    if stat.S_ISDIR(status.st_mode):
        return IsFolder(place=name, path=name)
    if not stat.S_ISREG(status.st_mode):
        # A pipe or a device would block, or never end.
        return Unreadable(place=name, reason="it is not a regular file")
    if status.st_size > LARGEST:
        return TooLarge(place=name, size=status.st_size)
    return None


def _near(path: Path) -> str | None:
    """The spec in the same folder whose name is nearest."""
    names: list[str] = []
    try:
        with os.scandir(path.parent) as entries:
            for entry in entries:
                if Path(entry.name).suffix.lower() in ENDINGS:
                    names.append(entry.name)
                if len(names) >= _MOST_NEIGHBOURS:
                    break
    except (OSError, ValueError):
        return None
    near = nearest(path.name, sorted(names))
    return str(path.with_name(near)) if near is not None else None


def _decode(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        start = error.start + (len(content) - len(error.object))
        before = content[:start].decode("utf-8-sig")
        readable = Source(name, before + content[start:].decode("utf-8", errors="replace"))
        place = Span(readable, len(before), len(before) + 1)
        problem = NotUtf8(place=place, byte=content[start], offset=start)
    raise Rejected([problem])


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
