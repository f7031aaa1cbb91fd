"""Books of Project Gutenberg as published: found, freed of their licence, dealt to splits."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from hebbdsl.diagnostics.codes.corpora_readers import BookMissing, NoBooks, TooFewBooks
from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.expression.metrics import Split
from hebbdsl.parts.datasets.corpora.source import (
    Piece,
    Splits,
    members,
    not_had,
    of_file,
    of_member,
)
from hebbdsl.parts.datasets.finding import folders_of, missing_place

NAME = "gutenberg"

_START = re.compile(r"^ *\*{3} ?START OF (THE|THIS) PROJECT GUTENBERG E?(BOOK|TEXT)", re.IGNORECASE)
_SMALL_PRINT = re.compile(r"^ *\*END ?\*? ?THE SMALL PRINT", re.IGNORECASE)
_END = re.compile(r"^ *\*{0,3} ?END OF (THE |THIS )?PROJECT GUTENBERG(['’]S)?", re.IGNORECASE)
_CREDIT = re.compile(
    r"(produced by|e-?text (was )?prepared|this (project gutenberg )?e-?(text|book) was (prepared|"
    r"produced)|"
    r"transcribed (from|by)|updated editions|html version)",
    re.IGNORECASE,
)
_FIRST_LINES = 600
"""A header ends within so many lines, the longest small print included."""


def gutenberg_splits(
    counts: Mapping[Split, int], listed: Mapping[Split, Sequence[str]], seed: int
) -> tuple[Splits, str]:
    """The books of each split.

    A split's books are those listed for it, or as many as asked for, chosen by a hash of the seed
    and the name: a book that is added later moves few others.

    Raises: Rejected, with HEB501, HEB503, HEB504 or HEB570 to HEB572.
    """
    place = _found()
    if place is None:
        folders = tuple((str(folder), "it is not there") for folder in folders_of(NAME))
        raise not_had(NAME, ("books",), folders)
    books = _books(place)
    if not books:
        raise Rejected([NoBooks(place=str(place))])
    chosen, problems = _dealt(books, counts, listed, seed, place)
    if problems:
        raise Rejected(problems)
    return chosen, str(place)


def gutenberg_missing(*, replaceable: bool) -> Iterator[Problem]:
    """Whether it is here, found by looking at names."""
    return missing_place(NAME, "books", _found, replaceable=replaceable)


def _found() -> Path | None:
    """A zip called `books.zip` or `gutenberg.zip`, else a folder `gutenberg` of text files."""
    for folder in folders_of(NAME):
        for name in ("books.zip", "gutenberg.zip"):
            if (folder / name).is_file():
                return folder / name
        if folder.name == NAME and next(folder.rglob("*.txt"), None) is not None:
            return folder
    return None


def _books(place: Path) -> dict[str, Piece]:
    """Each book by its name without folder and ending, in the order of names."""
    if place.is_dir():
        raw = {path.stem: of_file(path) for path in place.rglob("*.txt")}
    else:
        raw = {
            Path(member.filename).stem: of_member(place, member)
            for member in members(place)
            if member.filename.endswith(".txt")
        }
    return {
        name: Piece(piece.name, piece.stamp, _reading(piece)) for name, piece in sorted(raw.items())
    }


def _dealt(
    books: Mapping[str, Piece],
    counts: Mapping[Split, int],
    listed: Mapping[Split, Sequence[str]],
    seed: int,
    place: Path,
) -> tuple[dict[Split, list[Piece]], list[Problem]]:
    problems: list[Problem] = []
    names: dict[Split, set[str]] = {}
    for split, wanted in listed.items():
        for name in wanted:
            if name not in books:
                near = tuple(books)
                problems.append(BookMissing(place=str(place), book=name, split=split, known=near))
        names[split] = set(wanted) & set(books)
    taken = set().union(*names.values())
    free = sorted(set(books) - taken, key=lambda name: _rank(seed, name))
    for split in ("test", "validation"):
        if not listed.get(split):
            names[split] = set(free[: counts[split]])
            free = free[counts[split] :]
    if not free:
        problems.append(
            TooFewBooks(
                place=str(place),
                books=len(books),
                validation=counts["validation"],
                test=counts["test"],
            )
        )
    names["train"] = set(free)
    found: dict[Split, list[Piece]] = {
        split: [piece for name, piece in books.items() if name in names.get(split, ())]
        for split in ("train", "validation", "test")
    }
    return found, problems


def _rank(seed: int, name: str) -> bytes:
    return hashlib.sha256(f"{seed}/{name}".encode()).digest()


def _reading(piece: Piece) -> Callable[[], Iterator[bytes]]:
    def blocks() -> Iterator[bytes]:
        yield "".join(f"{one}\n" for one in paragraphs(body(decoded(piece)))).encode()

    return blocks


def decoded(piece: Piece) -> str:
    """A book as text: UTF-8, or what Project Gutenberg published before."""
    raw = b"".join(piece.blocks())
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def body(text: str) -> list[str]:
    """The lines of a book without the licence before and after it, in whatever form it came.

    What follows the last marker of the header begins the book, what stands from the first marker
    of the footer on is none of it. A book without markers is all body.
    """
    lines = text.splitlines()
    start = 0
    for number, line in enumerate(lines[:_FIRST_LINES]):
        if _SMALL_PRINT.match(line):
            start = number + 1
        elif _START.match(line):
            start = number + 1
            # A long title goes on in the next lines, up to the closing stars.
            closing = line
            while not closing.rstrip().endswith("***") and start < len(lines) and lines[start]:
                closing = lines[start]
                start += 1
    end = next((n for n in range(start, len(lines)) if _END.match(lines[n])), len(lines))
    return lines[start:end]


def paragraphs(lines: Sequence[str]) -> Iterator[str]:
    """Each paragraph as one line; who prepared the text is no part of it."""
    found: list[str] = []
    said_credits = False
    for line in (*lines, ""):
        if line.strip():
            found.append(line.strip())
            continue
        if not found:
            continue
        paragraph, found = " ".join(found), []
        if not said_credits and len(paragraph) < 500 and _CREDIT.match(paragraph):
            continue
        said_credits = said_credits or len(paragraph) > 500
        yield paragraph
