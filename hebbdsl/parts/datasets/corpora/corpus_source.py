"""Where the text of a corpus comes from: files, members of zips, and what a program makes."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.expression.metric import Split
from hebbdsl.frozen import frozen
from hebbdsl.parts.datasets.corpora.decoding import UTF_8, Decoded, Readable
from hebbdsl.parts.datasets.finding import unreadable
from hebbdsl.parts.datasets.problems import DamagedZip, DataMissing, DataProblem

BLOCK = 1 << 17
"""Bytes read at once: text passes through memory in blocks, however long it is, and no faster in
larger ones, which leave the processor's nearest memory."""

LONGEST = 1 << 22
"""Bytes of a word beyond which it is none: what holds no white space for so long is no text."""

_SPACES = (b" ", b"\t", b"\n", b"\v", b"\f", b"\r")

_LOCKED = 1
"""Among the flags of a member of a zip: it asks for a password."""


@frozen(slots=False)
class Piece:
    """One text of a split.

    Attributes:
        name: what it is called in messages.
        files: what it is read from: their content decides the text, together with `reading`.
        size: bytes of text there are, about: of a packed file those that it is packed in.
        blocks: its UTF-8 bytes, in blocks that end where words do, read anew at each call.
        reading: what else decides the text: which member of a zip it is, the version of a reader
            that leaves some out, what that was told to choose. Never where a file is.
    """

    name: str
    files: tuple[Path, ...]
    size: int
    blocks: Callable[[], Iterator[bytes]]
    reading: str = ""


Splits = Mapping[Split, Sequence[Piece]]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")


def of_file(path: Path, encoding: str = UTF_8) -> Piece:
    """A plain file, or one packed by gzip.

    Raises: Rejected, with HEB503, where it can't be read.
    """
    packed = path.suffix == ".gz"

    def blocks() -> Iterator[bytes]:
        try:
            with gzip.open(path) if packed else open(path, "rb") as file:
                if encoding == UTF_8:
                    yield from whole_lines(file, str(path))
                else:
                    yield from whole_lines(Decoded(file, encoding, str(path)), str(path))
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise Rejected([DamagedGzip(place=str(path), reason=str(error))]) from error
        except OSError as error:
            raise unreadable(path, error) from error

    reading = f"{encoding}{', gzip' if packed else ''}"
    return Piece(str(path), (path,), size_of(path), blocks, reading)


def size_of(path: Path) -> int:
    """Raises: Rejected, with HEB503."""
    try:
        return path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from error


def members(archive: Path) -> Mapping[str, Piece]:
    """The files in a zip, by their names.

    Raises: Rejected, with HEB503, HEB504 or HEB563.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            found = [member for member in opened.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, EOFError) as error:
        raise Rejected([DamagedZip(place=str(archive), reason=str(error))]) from error
    except NotImplementedError as error:
        raise Rejected([LockedZip(place=str(archive), reason=str(error))]) from error
    except OSError as error:
        raise unreadable(archive, error) from error
    return {member.filename: _of_member(archive, member) for member in found}


def _of_member(archive: Path, member: zipfile.ZipInfo) -> Piece:
    name = f"{member.filename} in {archive}"

    def blocks() -> Iterator[bytes]:
        try:
            # By its name: the archive may have been written anew since it was listed.
            with zipfile.ZipFile(archive) as opened, opened.open(member.filename) as file:
                yield from whole_lines(file, name)
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
            raise Rejected([DamagedZip(place=str(archive), reason=str(error))]) from error
        except RuntimeError as error:  # NotImplementedError among them
            reason = "it asks for a password" if member.flag_bits & _LOCKED else str(error)
            raise Rejected([LockedZip(place=str(archive), reason=reason)]) from error
        except OSError as error:
            raise unreadable(archive, error) from error

    return Piece(name, (archive,), member.file_size, blocks, f"member {member.filename}")


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


def whole_lines(file: Readable, name: str) -> Iterator[bytes]:
    """A file in blocks that end where lines end, or, in a line of more than a block, words. A line
    ends as it does on any system: in LF, CR LF or CR; in the blocks it is LF.

    Raises: Rejected, with HEB559, for what has no end.
    """
    rest, held, lines = list[bytes](), 0, 0
    for block in _line_feeds(file):
        if block.isspace() and b"\n" not in block:
            # A word comes behind it, or an end of line, which must not begin a block.
            if rest[-1:] == [b" "]:
                continue
            block = b" "
        end = block.rfind(b"\n") + 1 or _last_word(block)
        if end:
            yield b"".join([*rest, block[:end]])
            rest, held = [], 0
            lines += block.count(b"\n")
        rest.append(block[end:])
        held += len(block) - end
        if held > LONGEST:
            raise Rejected([Endless(place=name, line=lines + 1, what="word", most=LONGEST)])
    if held:
        yield b"".join(rest)


def _line_feeds(file: Readable) -> Iterator[bytes]:
    ended = False
    while block := file.read(BLOCK):
        if ended:
            block = block.removeprefix(b"\n")
        ended = block.endswith(b"\r")
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        yield block


def _last_word(block: bytes) -> int:
    """Where the last word begins that has white space before it; 0: there is none."""
    words = block.rstrip()
    return max(map(words.rfind, _SPACES)) + 1


class DamagedGzip(DataProblem):
    """A file of a corpus that ends in `.gz` is cut, or no gzip at all.

    Wrong:
        hebbdsl run specs/my_text.yaml      # a copy of train.txt.gz that stopped half-way

    Right:
        gzip -t train.txt.gz && hebbdsl run specs/my_text.yaml
    """

    code = "HEB561"
    reason: str

    title = "the file can't be unpacked: {reason}"
    hint = "copy it again; `gzip -t` tells whether it is whole"


class LockedZip(DataProblem):
    """A zip of a corpus is whole, and can't be unpacked here: it asks for a password, or is packed
    in a way that Python does not know.

    Wrong:
        zip --encrypt books.zip *.txt && hebbdsl run specs/gutenberg_lstm.yaml

    Right:
        zip books.zip *.txt && hebbdsl run specs/gutenberg_lstm.yaml
    """

    code = "HEB563"
    reason: str

    title = "the zip can't be unpacked here: {reason}"
    hint = "unpack it, and give the folder, or a zip without a password"


class Endless(DataProblem):
    """A file of a corpus holds a word, a line or a paragraph that does not end for megabytes.

    Text is read in blocks that end where words do; of newswire, lines and paragraphs. What has no
    white space for millions of bytes is mostly no text: an image, or a packed file under another
    name. A small packed file may unpack to gigabytes of it.

    Wrong:
        hebbdsl run specs/my_text.yaml      # train.txt.gz holds the letter a, 415 million times

    Right:
        hebbdsl run specs/my_text.yaml      # train.txt.gz holds words
    """

    code = "HEB559"
    line: int
    what: str
    most: int

    @property
    def title(self) -> str:
        return f"line {self.line:,} holds a {self.what} of more than {self.most >> 20} MiB"

    hint = "take it out, or end it: no {what} of a text is that long"
