"""Files known by their content: what a text is read from, and what is kept of it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.parts.datasets.corpora.corpus_source import Splits
from hebbdsl.parts.datasets.finding import unreadable
from hebbdsl.parts.datasets.problems import DataProblem
from hebbdsl.parts.reporter import Reporter

_BLOCK = 1 << 20
"""Bytes that are read at once."""

_LONG = 1 << 28
"""Bytes from which on progress is reported: fewer are read in a fraction of a second."""

OnBytes = Callable[[int], None]
"""Called with the bytes of each block that was read."""


class Progress:
    """Tells a reporter how many bytes of so many are done."""

    def __init__(self, reporter: Reporter, what: str, total: int) -> None:
        self._reporter, self._what, self._total, self._done = reporter, what, total, 0

    def __call__(self, count: int) -> None:
        self._done += count
        total = max(self._total, self._done)
        self._reporter.advance(self._what, self._done, total, "bytes")


def verifying(reporter: Reporter, what: str, total: int) -> OnBytes:
    """Tells of it where it takes its time."""
    return Progress(reporter, what, total) if total >= _LONG else lambda _: None


def digest_of(path: Path, on_bytes: OnBytes = lambda _: None) -> str:
    """SHA-256 of a file. Raises: OSError."""
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            on_bytes(len(block))
    return digest.hexdigest()


def source_digests(splits: Splits, reporter: Reporter, word: str) -> Mapping[Path, str]:
    """The content of every file that the splits are read from, each file once.

    All of it is read, however often it was before: sizes and times tell less than bytes do.

    Raises: Rejected, with HEB503, or HEB560 where a file that was found is gone.
    """
    files = dict.fromkeys(f for pieces in splits.values() for p in pieces for f in p.files)
    try:
        total = sum(os.stat(path).st_size for path in files)
        on_bytes = verifying(reporter, f"reading {word}", total)
        return {path: digest_of(path, on_bytes) for path in files}
    except FileNotFoundError as error:
        raise Rejected([ChangedWhileRead(place=str(error.filename))]) from error
    except OSError as error:
        raise unreadable(Path(error.filename), error) from error


def refuse_changed(found: Mapping[Path, str]) -> None:
    """Compare files that were read with what they were before.

    Raises: Rejected, with HEB560, where one is another one, or gone.
    """
    for path, digest in found.items():
        try:
            changed = digest_of(path) != digest
        except OSError:
            changed = True
        if changed:
            raise Rejected([ChangedWhileRead(place=str(path))])


class ChangedWhileRead(DataProblem):
    """A file of a corpus changed while it was read.

    Its size or the time of its last change is another one than when the file was found. What was
    read is a mixture of both states, so nothing of it is kept. Let what writes the file end first.

    Wrong:
        crawl >> train.txt & hebbdsl run specs/my_text.yaml

    Right:
        crawl >> train.txt && hebbdsl run specs/my_text.yaml
    """

    code = "HEB560"
    title = "the file changed while it was read"
    hint = "run this again once nothing writes it any more; nothing was kept"
