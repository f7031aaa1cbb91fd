"""Texts in other encodings than UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from typing import Protocol

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.parts.datasets.problems import DataProblem

UTF_8 = "utf-8"

_SAMPLE = 4_096
"""Bytes around one that can't be read, from which it is guessed what they are."""

_LIKELY = (UTF_8, "shift_jis", "euc-jp", "gb18030", "cp1252", "latin-1")
"""Encodings from the one that least fits by chance on."""


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def is_encoding(name: str) -> bool:
    """Whether Python knows an encoding of text by that name, on every system."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return bool(getattr(found, "_is_text_encoding", True)) and found.name not in _NO_TEXT


_NO_TEXT = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"}
"""They escape single signs, or differ from one machine to the next."""


class Decoded:
    """A file as if it were in UTF-8.

    Raises: Rejected, with HEB519, where its bytes are not in its encoding.
    """

    def __init__(self, file: Readable, encoding: str, name: str) -> None:
        self._file, self._encoding, self._name = file, encoding, name
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._bytes, self._lines = 0, 0

    def read(self, size: int, /) -> bytes:
        """Some of it, and nothing only at its end."""
        while True:
            block = self._file.read(size)
            self._bytes += len(block)
            try:
                text = self._decoder.decode(block, not block)
            except UnicodeDecodeError as error:
                raise Rejected([self._problem(error.object, error.start)]) from error
            self._lines += text.count("\n")
            if text or not block:
                # A lone surrogate is no text in any encoding: it is refused like a wrong byte.
                return text.encode(errors="surrogatepass")

    def _problem(self, held: bytes, at: int) -> NotInEncoding:
        before = held[:at].decode(self._encoding, errors="replace")
        return NotInEncoding(
            place=self._name,
            encoding=self._encoding,
            byte=held[at],
            at=self._bytes - len(held) + at,
            line=self._lines + before.count("\n") + 1,
            likely=likely(held[max(0, at - _SAMPLE) : at + _SAMPLE], but=self._encoding),
        )


def likely(sample: bytes, but: str) -> str:
    """The encoding that bytes, from amid a text, may be in."""
    if 4 * sample.count(0) > len(sample) or sample.startswith(_MARKS):
        return "utf-16"
    fits: Sequence[str] = [name for name in _LIKELY if name != but and _fits(sample, name)]
    return fits[0] if fits else "latin-1"


_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def _fits(sample: bytes, encoding: str) -> bool:
    """Whether it is in that encoding, but for a sign that is cut at either end."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    # Latin letters of another encoding are read as these, which no text holds.
    return not any("\x80" <= sign <= "\x9f" for sign in text)


class NotInEncoding(DataProblem):
    """A file of a text is not in the encoding that the spec declares.

    Wrong:
        hebbdsl run --set data.encoding=ascii specs/my_text.yaml      # train.txt holds an é

    Right:
        hebbdsl run --set data.encoding=cp1252 specs/my_text.yaml
    """

    code = "HEB519"
    encoding: str
    byte: int
    at: int
    line: int
    likely: str

    title = "byte {at:,}, in line {line:,}, is 0x{byte:02x}, which is not {encoding!q} there"
    hint = "it may be `encoding: {likely}`"
