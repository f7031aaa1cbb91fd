"""From what is on this machine, or on the web, to Omniglot's drawings."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.parts.datasets.download import FetchFailed, fetch
from hebbdsl.parts.datasets.drawings import Drawings
from hebbdsl.parts.datasets.files import cache_folder
from hebbdsl.parts.datasets.finding import find_set, folders_of
from hebbdsl.parts.datasets.omniglot_contents import Published
from hebbdsl.parts.datasets.omniglot_reading import (
    SetFiles,
    decode_set,
    open_set,
    open_zip,
)
from hebbdsl.parts.datasets.prepared import load_or_make, prepared_path
from hebbdsl.parts.datasets.problems import DataMissing
from hebbdsl.parts.reporter import Reporter


def open_published(
    published: Published, addresses: Sequence[str], reporter: Reporter
) -> tuple[Drawings, str]:
    """The drawings, verified, and where they came from.

    Each set is looked for on its own, so that a half-complete folder is completed by the next
    place; the fingerprint vouches for the whole.

    Raises: Rejected, with problems HEB5xx.
    """
    files: dict[str, SetFiles] = {}
    problems: list[Problem] = []
    missing = []
    for name in published.sets:
        path = find_set(name, folders_of(published.word))
        if path is None:
            missing.append(name)
            continue
        try:
            files[name] = open_set(path, name)
        except Rejected as rejected:
            problems.extend(rejected.problems)
    if problems:
        raise Rejected(problems)
    if missing:
        files |= _fetch_sets(published, missing, addresses, reporter)
    origin = " and ".join(
        dict.fromkeys(str(Path(files[name].place).parent) for name in published.sets)
    )
    keys = published.fingerprint + "".join(files[name].key for name in published.sets)
    drawings, _ = load_or_make(
        prepared_path(published.word, hashlib.sha256(keys.encode()).hexdigest()),
        published.names,
        published.drawings,
        lambda: _decode(published, files, reporter),
        reporter,
        expected=published.fingerprint,
    )
    return drawings, origin


def _decode(published: Published, files: Mapping[str, SetFiles], reporter: Reporter) -> Drawings:
    total = len(published.names) * published.drawings
    done = 0

    def progress(count: int) -> None:
        nonlocal done
        done += count
        reporter.advance(f"decoding {published.word}", done, total, "drawings")

    bits = []
    problems: list[Problem] = []
    for name in published.sets:
        try:
            bits.append(decode_set(files[name], published, name, progress).bits)
        except Rejected as rejected:
            problems.extend(rejected.problems)
    if problems:
        raise Rejected(problems)
    return Drawings(published.names, np.concatenate(bits))


def _fetch_sets(
    published: Published, missing: Sequence[str], addresses: Sequence[str], reporter: Reporter
) -> dict[str, SetFiles]:
    """Raises: Rejected, with HEB501, when a set can't be fetched."""
    reporter.say(f"{published.word} is not on this machine: fetching it")
    files: dict[str, SetFiles] = {}
    with _download_folder(published.word) as folder:
        for name in missing:

            def verify(path: Path, name: str = name) -> str | None:
                return _fault(path, published, name)

            try:
                path = fetch(f"{name}.zip", addresses, folder, verify, reporter)
            except FetchFailed as failed:
                lacking = tuple(other for other in missing if other not in files)
                raise _missing(published.word, lacking, failed.tried) from failed
            except OSError as error:
                reason = f"cannot be written to: {error.strerror or error}"
                raise _missing(published.word, (name,), ((str(folder), reason),)) from error
            files[name] = open_set(path, name)
    return files


def _missing(word: str, missing: tuple[str, ...], tried: tuple[tuple[str, str], ...]) -> Rejected:
    return Rejected([DataMissing(place=None, word=word, missing=missing, tried=tried)])


@contextmanager
def _download_folder(word: str) -> Iterator[Path]:
    """The cache folder; where it can't be written, one that is gone afterwards."""
    folder = cache_folder() / word
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        with tempfile.TemporaryDirectory(prefix="hebbdsl-") as temporary:
            yield Path(temporary)
    else:
        yield folder


def _fault(path: Path, published: Published, name: str) -> str | None:
    """What is wrong with a fetched zip. The authors' own is known by its checksum; another zip of
    the same drawings will do."""
    data = path.read_bytes()
    if hashlib.md5(data, usedforsecurity=False).hexdigest() == published.md5.get(name):
        return None
    try:
        decode_set(open_zip(data, path, name), published, name, lambda _: None)
    except Rejected as rejected:
        return rejected.problems[0].title
    return None
