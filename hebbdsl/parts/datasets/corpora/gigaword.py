"""English Gigaword as the Linguistic Data Consortium delivers it: SGML, packed month by month."""

from __future__ import annotations

import gzip
import hashlib
import html
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from hebbdsl.diagnostics.codes.corpora_readers import DamagedMonth, NoMonths
from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.expression.metrics import Split
from hebbdsl.parts.datasets.corpora.source import (
    BLOCK,
    Piece,
    Splits,
    not_had,
    read_anew,
    stamp_of,
    unchanged,
)
from hebbdsl.parts.datasets.finding import looked_into, missing_place, readable_folders

NAME = "gigaword"
_MONTH = re.compile(r"_(\d{4})\d{2}\.gz$")
_TAG = re.compile(
    r"<\s*(/?)\s*((?:DOC|TEXT|HEADLINE|DATELINE|P)\b|[A-Za-z]+(?=\s*/?>|\s+[\w:-]+\s*=))([^>]*)>",
    re.IGNORECASE,
)
"""A tag of the format with whatever stands in it, or anything else that looks like one: `<b and c>`
does not."""
_OPEN = re.compile(r"^<\s*DOC\b[^<>]*$", re.IGNORECASE)
"""A tag that goes on in the next line."""
_VERSION = 2
"""Of what is read of a month: raised when the same file gives another text."""
_LONGEST_TAG = 1_000
"""Characters of a line whose tag is looked for in the next one."""
_ID = re.compile(r"""id\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)


def gigaword_splits(
    train_years: Sequence[int], test_years: Sequence[int], validation_share: float, seed: int
) -> tuple[Splits, str]:
    """Months of the train and the test years; a share of the train years' documents, chosen by a
    hash of the seed and their ids, is held out for validation.

    Raises: Rejected, with HEB501, HEB580 or HEB581.
    """
    home = _found()
    if home is None:
        raise not_had(NAME, ("gigaword/*_YYYYMM.gz",), looked_into(NAME))
    held_out = _chooser(seed, validation_share)
    splits: dict[Split, list[Piece]] = {
        "train": [_piece(p, lambda doc: not held_out(doc)) for p in _months(home, train_years)],
        "validation": [_piece(path, held_out) for path in _months(home, train_years)],
        "test": [_piece(path, lambda _: True) for path in _months(home, test_years)],
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
    return missing_place(NAME, "data", _found, replaceable=replaceable, fetched=False)


def _found() -> Path | None:
    """The first of the folders called `gigaword` that holds a packed month."""
    for folder in readable_folders(NAME):
        if folder.name == NAME and next(folder.rglob("*_[0-9]*.gz"), None) is not None:
            return folder
    return None


def _months(home: Path, years: Sequence[int]) -> list[Path]:
    wanted = set(years)
    return sorted(
        path
        for path in home.rglob("*.gz")
        if (month := _MONTH.search(path.name)) and int(month[1]) in wanted
    )


def _chooser(seed: int, share: float) -> Callable[[str], bool]:
    def chosen(document: str) -> bool:
        digest = hashlib.sha256(f"{seed}/{document}".encode()).digest()
        return int.from_bytes(digest[:8], "little") < share * 2**64

    return chosen


def _piece(path: Path, wanted: Callable[[str], bool]) -> Piece:
    stamp = stamp_of(path)

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

    return Piece(str(path), read_anew(stamp, _VERSION), unchanged(path, stamp, blocks))


def documents(path: Path) -> Iterator[tuple[str, str]]:
    """The paragraphs of a month, each with the id of its document.

    SGML is read line by line, as it comes: a paragraph ends at any tag or blank line, whether it
    was closed or not; a document at the next one, whether it was closed or not; text outside
    `<TEXT>` (headlines, datelines) is left out. A document without an id has one of its own, by its
    number in the file.

    Raises: Rejected, with HEB581, where the file is cut or no gzip.
    """
    name, inside, found = "", False, list[str]()
    documents_begun, begun = 0, ""
    try:
        with gzip.open(path, "rt", encoding="utf-8", errors="replace", newline="\n") as file:
            for line in file:
                rest = f"{begun} {line.strip()}" if begun else line.strip()
                begun = rest if _OPEN.search(rest) and len(rest) < _LONGEST_TAG else ""
                if begun:
                    continue
                parts = _TAG.split(rest) if "<" in rest else [rest]
                for number in range(0, len(parts), 4):
                    if inside and parts[number].strip():
                        found.append(parts[number].strip())
                    if found and (number + 1 < len(parts) or not rest):
                        yield name, html.unescape(" ".join(found))
                        found = []
                    if number + 1 < len(parts):
                        closing, tag, rest_of_tag = parts[number + 1 : number + 4]
                        tag = tag.upper()
                        if tag == "DOC":
                            inside = False
                            if not closing:
                                documents_begun += 1
                                given = _ID.search(rest_of_tag)
                                name = given[1] if given else f"{path.name} {documents_begun}"
                        elif tag == "TEXT":
                            inside = not closing
                        elif tag in ("HEADLINE", "DATELINE"):
                            inside = False
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Rejected([DamagedMonth(place=str(path), reason=reason)]) from error
    if found:
        yield name, html.unescape(" ".join(found))
