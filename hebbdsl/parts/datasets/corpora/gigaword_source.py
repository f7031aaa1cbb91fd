"""English Gigaword as the Linguistic Data Consortium delivers it: SGML, packed month by month."""

from __future__ import annotations

import gzip
import hashlib
import html
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.expression.metric import Split
from hebbdsl.parts.datasets.corpora.corpus_source import (
    BLOCK,
    LONGEST,
    Endless,
    Piece,
    Splits,
    not_had,
    size_of,
)
from hebbdsl.parts.datasets.finding import (
    files_under,
    folders_of,
    missing_place,
    not_in,
)
from hebbdsl.parts.datasets.problems import DataProblem

NAME = "gigaword"
_MONTH = re.compile(r"_(\d{4})\d{2}\.gz$")
_FILES = "*.gz"
_ADVICE = (
    "put its packed months (`nyt_eng_200001.gz`), in any folders, into a folder `gigaword` of the"
    " one that HEBBDSL_DATA names"
)
_ATTRIBUTES = r"""(?:\s+[\w:.-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))*\s*"""
_TAG = re.compile(
    # A tag of a document is one whatever became of it; any other may be text: `a <b and c> d`.
    rf"<\s*+(/?+)\s*+(?:(DOC)(?![\w-])([^<>]*)(?:>|(?=<)|$)|([A-Za-z][\w-]*){_ATTRIBUTES}/?>)",
    re.IGNORECASE,
)
_BROKEN = re.compile(r"<\s*+/?+\s*+(DOC|TEXT|P|HEADLINE|DATELINE)(?![\w-])[^<>]*$", re.IGNORECASE)
_ID = re.compile(r"""id\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_MOST_BROKEN = 4
"""Lines that one tag is broken over, at most."""

_READING = "2"
"""Version of how a month is read: raised whenever its text, or what is held out of it, changes."""


def gigaword_splits(
    train_years: Sequence[int], test_years: Sequence[int], validation_share: float, seed: int
) -> tuple[Splits, str]:
    """Months of the train and the test years; a share of the train years' documents, chosen by a
    hash of the seed and their ids, is held out for validation.

    Raises: Rejected, with HEB501, HEB580 or HEB581.
    """
    home = _found()
    if home is None:
        looked = [folder for folder in folders_of(NAME) if folder.name == NAME]
        tried = tuple(not_in(folder, "no file in it is a packed month") for folder in looked)
        raise not_had(NAME, (_FILES,), tried, _ADVICE)
    held_out = _chooser(seed, validation_share)
    months, share = _months(home, train_years), f"{validation_share!r} by {seed}"
    splits: dict[Split, list[Piece]] = {
        "train": [_piece(p, lambda doc: not held_out(doc), f"all but {share}") for p in months],
        "validation": [_piece(path, held_out, share) for path in months],
        "test": [_piece(path, lambda _: True, "all") for path in _months(home, test_years)],
    }
    problems = [
        NoMonths(place=str(home), years=tuple(years), split=split)
        for split, years in (("train", train_years), ("test", test_years))
        if not splits[split]  # type: ignore[index]
    ]
    if problems:
        raise Rejected(problems)
    return splits, str(home)


def gigaword_missing(*, replaceable: bool) -> Iterator[Problem]:
    """Whether it is here, found by looking at names."""
    return missing_place(NAME, _FILES, _found, replaceable=replaceable)


def _found() -> Path | None:
    """The first of the folders called `gigaword` that holds a packed month."""
    for folder in folders_of(NAME):
        if folder.name == NAME and any(_MONTH.search(path.name) for path in files_under(folder)):
            return folder
    return None


def _months(home: Path, years: Sequence[int]) -> list[Path]:
    wanted = set(years)
    return sorted(
        path
        for path in files_under(home)
        if (month := _MONTH.search(path.name)) and int(month[1]) in wanted
    )


def _chooser(seed: int, share: float) -> Callable[[str], bool]:
    def chosen(document: str) -> bool:
        digest = hashlib.sha256(f"{seed}/{document}".encode()).digest()
        return int.from_bytes(digest[:8], "little") < share * 2**64

    return chosen


def _piece(path: Path, wanted: Callable[[str], bool], choice: str) -> Piece:
    """A month's documents that are wanted, which `choice` says in words."""

    def blocks() -> Iterator[bytes]:
        held, size = list[str](), 0
        for document, paragraph in documents(path):
            if wanted(document):
                held.append(paragraph)
                size += len(paragraph)
                if size > BLOCK:
                    yield "".join(f"{one}\n" for one in held).encode()
                    held, size = [], 0
        if held:
            yield "".join(f"{one}\n" for one in held).encode()

    # A document without an id is known by the name of its file.
    return Piece(str(path), (path,), size_of(path), blocks, f"{_READING}, {choice}, {path.stem}")


def documents(path: Path) -> Iterator[tuple[str, str]]:
    """The paragraphs of a month, each with the id of its document.

    SGML is read line by line, as it comes: a paragraph ends at any tag or blank line, whether it
    was closed or not; a document at the next one, whether it was closed or not; text outside
    `<TEXT>` (headlines, datelines) is left out. A document without an id is known by its place.

    Raises: Rejected, with HEB581, where the file is cut or no gzip; with HEB559, where a line or a
        paragraph does not end.
    """
    number, size = 0, 0
    name, inside, found = f"{path.stem} #0", False, list[str]()
    try:
        with gzip.open(path, "rt", encoding="utf-8", errors="replace", newline="\n") as file:
            lines = _Lines(file, str(path))
            for line in _repaired(lines):
                for text, tag, attributes in _parts(line):
                    if inside and text:
                        found.append(text)
                        size += len(text)
                        if size > LONGEST:
                            raise lines.endless("paragraph")
                    if found and (tag or not line):
                        yield name, html.unescape(" ".join(found))
                        found, size = [], 0
                    if tag in ("DOC", "/DOC"):
                        number += 1
                        given = _ID.search(attributes) if tag == "DOC" else None
                        name, inside = given[1] if given else f"{path.stem} #{number}", False
                    elif tag == "TEXT":
                        inside = True
                    elif tag in ("/TEXT", "HEADLINE", "/HEADLINE", "DATELINE", "/DATELINE"):
                        inside = False
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Rejected([DamagedMonth(place=str(path), reason=reason)]) from error
    if found:
        yield name, html.unescape(" ".join(found))


class _Lines:
    """The lines of a file, one after the other, none without an end."""

    def __init__(self, file: IO[str], place: str) -> None:
        self._file, self._place, self._number = file, place, 0

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(LONGEST + 1):
            self._number += 1
            if len(line) > LONGEST:
                raise self.endless("line")
            yield line

    def endless(self, what: str) -> Rejected:
        """HEB559, at the line that was read last."""
        problem = Endless(place=self._place, line=self._number, what=what, most=LONGEST)
        return Rejected([problem])


def _repaired(lines: Iterable[str]) -> Iterator[str]:
    """Lines without white space around them; a tag that is broken over several is on one."""
    held = list[str]()
    for line in lines:
        line = line.strip()
        if held and (not line or line.startswith("<") or len(held) == _MOST_BROKEN):
            yield " ".join(held)
            held = []
        held.append(line)
        if not ("<" in line or held[1:]) or not _BROKEN.search(" ".join(held)):
            yield " ".join(held)
            held = []
    if held:
        yield " ".join(held)


def _parts(line: str) -> Iterator[tuple[str, str, str]]:
    """Each stretch of text of a line with the tag behind it, and its attributes."""
    if "<" not in line:
        yield line, "", ""
        return
    parts = _TAG.split(line)
    for number in range(0, len(parts) - 1, 5):
        text, closing, document, attributes, other = parts[number : number + 5]
        yield text.strip(), closing + (document or other).upper(), attributes or ""
    yield parts[-1].strip(), "", ""


class NoMonths(DataProblem):
    """Gigaword has no file of the years that are asked for.

    Files are named as the Linguistic Data Consortium names them: `nyt_eng_200001.gz`.

    Wrong:
        hebbdsl run --set data.test_years=1890 specs/gigaword_lstm.yaml

    Right:
        hebbdsl run --set data.test_years=2010 specs/gigaword_lstm.yaml
    """

    code = "HEB580"
    years: tuple[int, ...]
    split: str

    @property
    def title(self) -> str:
        years = ", ".join(map(str, self.years))
        return f"no file of the {self.split} years {years}"

    hint = "files are named like `nyt_eng_200001.gz`: source, year and month"


class DamagedMonth(DataProblem):
    """A packed file of Gigaword is cut, or no gzip at all.

    Wrong:
        hebbdsl run specs/gigaword_lstm.yaml      # a copy that stopped half-way

    Right:
        gzip -t data/gigaword/nyt_eng/*.gz && hebbdsl run specs/gigaword_lstm.yaml
    """

    code = "HEB581"
    reason: str

    title = "the file can't be unpacked: {reason}"
    hint = "copy it again; `gzip -t` tells which files are whole"
