"""Stage 1: a file becomes a Source, or problems that say why not."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from hebbdsl.diagnostics.diagnostic import Problem, Rejected, nearest
from hebbdsl.diagnostics.wording import entry, quoted, version
from hebbdsl.source import Source, Span

LARGEST = 1_000_000
"""Bytes of the longest file that is read."""

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


class NoSuchFile(Problem):
    """There is no file of that name.

    Check the spelling and the folder you are in; the hint names the nearest file there is.

    Wrong:
        hebbdsl validate specs/omniglot_curiculum.yaml

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB101"
    path: str
    near: str | None = None

    title = "there is no file {path!p}"
    hint = "did you mean {near!p}?"


class IsFolder(Problem):
    """A folder stands where one spec is asked for.

    `validate` takes folders; commands that work on one experiment take its file.

    Wrong:
        hebbdsl plan specs/

    Right:
        hebbdsl plan specs/omniglot_curriculum.yaml
    """

    code = "HEB102"
    path: str

    title = "{path!p} is a folder, not a spec"
    hint = "name one file in it"


class Empty(Problem):
    """The file says nothing: it is empty, or holds only spaces and comments.

    The smallest spec has `hebbdsl`, `experiment`, `data`, `model`, `output`, `curriculum` and
    `training`.

    Wrong:
        hebbdsl validate empty.yaml

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB103"
    title = "the spec is empty"

    @property
    def hint(self) -> str | None:
        first, second = version(self.place), entry("experiment", "name", self.place)
        lines = f"{quoted(first)} and {quoted(second)}"
        return f"begin with {lines}; `hebbdsl explain` lists the words"


class ControlCharacter(Problem):
    """A character that no text holds: the file is binary, or was damaged.

    A spec is text. If the file should be one, delete the character named.

    Wrong:
        hebbdsl validate runs/weights.safetensors

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB104"
    character: str

    @property
    def title(self) -> str:
        return f"a control character (U+{ord(self.character):04X}) stands in the text"

    label = "not a character of text"
    hint = "is this a spec? Specs are text files"


class NotUtf8(Problem):
    """The bytes of the file are not UTF-8 text.

    Save the file as UTF-8 (every editor can); other encodings are not guessed.

    Wrong:
        hebbdsl validate latin1.yaml

    Right:
        iconv -f latin1 -t utf-8 latin1.yaml > utf8.yaml && hebbdsl validate utf8.yaml
    """

    code = "HEB105"
    byte: int
    offset: int

    title = "the file is not UTF-8: byte 0x{byte:02X} at offset {offset}"
    label = "not a character"
    hint = "save it as UTF-8 without other encodings mixed in"


class TooLarge(Problem):
    """The file is larger than any spec: over 1 MB. It was not read.

    Generated specs belong in several files; lists of runs belong in `variants` and `seeds`.

    Wrong:
        hebbdsl validate data/images_background.zip

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB106"
    size: int

    @property
    def title(self) -> str:
        return f"the file has {self.size / 1e6:.1f} MB; a spec has at most {LARGEST / 1e6:g} MB"

    hint = "is this a spec?"


class Unreadable(Problem):
    """The file is there and cannot be read.

    The reason given is the operating system's: most often a permission.

    Wrong:
        chmod 000 mine.yaml; hebbdsl validate mine.yaml

    Right:
        chmod 644 mine.yaml; hebbdsl validate mine.yaml
    """

    code = "HEB107"
    reason: str

    title = "the file cannot be read: {reason}"


class UnknownSurface(Problem):
    """The file's ending is not one that is read.

    Specs are written in YAML, in files that end in `.yaml` or `.yml`, or as text in files that end
    in `.hebb`.

    Wrong:
        hebbdsl validate specs/README.md

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB108"
    ending: str

    @property
    def title(self) -> str:
        found = f"not {quoted(self.ending)}" if self.ending else "this one has no ending"
        return f"a spec's name ends in `.yaml`, `.yml` or `.hebb`; {found}"

    hint = "YAML goes into a file that ends in `.yaml`, the text surface into `.hebb`"


class NoSpecs(Problem):
    """The folder and the folders below it hold no spec.

    Specs are files that end in `.yaml`, `.yml` or `.hebb`.

    Wrong:
        hebbdsl validate empty_folder/

    Right:
        hebbdsl validate specs/
    """

    code = "HEB109"
    path: str

    title = "the folder {path!q} holds no spec"
    hint = "specs end in `.yaml`, `.yml` or `.hebb`"
