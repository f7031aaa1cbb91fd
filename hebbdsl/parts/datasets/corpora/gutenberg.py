"""Books of Project Gutenberg as published: found, freed of their licence, dealt to splits."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
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
    read_anew,
)
from hebbdsl.parts.datasets.finding import looked_into, missing_place, readable_folders

NAME = "gutenberg"
_VERSION = 2
"""Of what is read of a book: raised when the same file gives another text."""

_GUTENBERG = r"(the |this )?(copyrighted )?project gutenberg"
_START = re.compile(rf"^\s*\*{{3}} ?start of {_GUTENBERG}('s)? e-?(book|text)", re.IGNORECASE)
_SMALL_PRINT = re.compile(r"^\s*\*END ?\*? ?THE SMALL PRINT", re.IGNORECASE)
_STARRED_END = re.compile(rf"^\s*\*{{3}} ?end of {_GUTENBERG}", re.IGNORECASE)
_END = re.compile(
    rf"^\s*(end of {_GUTENBERG}|ende dieses proje[ck]t gutenberg|fin de (ce )?project gutenberg)",
    re.IGNORECASE,
)
_LICENCE = re.compile(
    r"^\W*(start: full license|the full project gutenberg licen[sc]e|start\W*the small print"
    r"|updated editions will replace|this and all associated files|produced by"
    r"|this file should be named)",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(produced by|e-?text (was )?prepared|this (project gutenberg )?e-?(text|book) was (prepared|"
    r"produced)|"
    r"transcribed (from|by)|updated editions|html version)",
    re.IGNORECASE,
)
_LICENCE_AT_END = re.compile(r"^\W*start\W*the small print", re.IGNORECASE)
_FIRST_LINES = 600
"""A header ends within so many lines, the longest small print included."""
_LAST_LINES = 40
"""Lines with something in them that may follow the end of a book where no licence does."""


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
        raise not_had(NAME, ("books",), looked_into(NAME))
    books = _books(place)
    if not books:
        raise Rejected([NoBooks(place=str(place))])
    chosen, problems = _dealt(books, counts, listed, seed, place)
    if problems:
        raise Rejected(problems)
    return chosen, str(place)


def gutenberg_missing(*, replaceable: bool) -> Iterator[Problem]:
    """Whether it is here, found by looking at names."""
    return missing_place(NAME, "books", _found, replaceable=replaceable, fetched=False)


def _found() -> Path | None:
    """A zip called `books.zip` or `gutenberg.zip`, else a folder `gutenberg` of text files."""
    for folder in readable_folders(NAME):
        for name in ("books.zip", "gutenberg.zip"):
            if (folder / name).is_file():
                return folder / name
        if folder.name == NAME and next(_texts(folder), None) is not None:
            return folder
    return None


def _texts(folder: Path) -> Iterator[Path]:
    """Files of text at any depth; those that begin with a dot are a file manager's."""
    for path in folder.rglob("*"):
        if path.suffix.lower() == ".txt" and not path.name.startswith(".") and path.is_file():
            yield path


def _books(place: Path) -> dict[str, Piece]:
    """Each book by its name without folder and ending, in the order of names; with its folder where
    two have the same."""
    if place.is_dir():
        raw = {path.relative_to(place): of_file(path) for path in _texts(place)}
    else:
        raw = {
            Path(member.filename): of_member(place, member)
            for member in members(place)
            if member.filename.lower().endswith(".txt")
        }
    often = Counter(path.stem for path in raw)
    named = {
        path.stem if often[path.stem] == 1 else path.as_posix(): piece
        for path, piece in raw.items()
    }
    return {
        name: Piece(piece.name, read_anew(piece.stamp, _VERSION), _reading(piece))
        for name, piece in sorted(named.items())
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

    The book begins after the header's start marker and the end of its small print, and ends where
    its footer begins: a line that says so and is followed by the licence or by little else. A line
    inside that only looks like one (the end of a volume, a book in a book) stays. A book without
    markers is all body.
    """
    lines = text.splitlines()
    start, begun = 0, False
    for number, line in enumerate(lines[:_FIRST_LINES]):
        if _STARRED_END.match(line) or _END.match(line):
            break
        if _SMALL_PRINT.match(line):
            start = number + 1
        elif not begun and _START.match(line):
            start, begun = number + 1, True
            # A long title goes on in the next lines, up to the closing stars.
            closing = line
            while not closing.rstrip().endswith("***") and start < len(lines) and lines[start]:
                closing = lines[start]
                start += 1
    return lines[start : _end(lines, start)]


def _end(lines: Sequence[str], start: int) -> int:
    """Where the footer begins."""
    end = len(lines)
    starred = [number for number in range(start, end) if _STARRED_END.match(lines[number])]
    if starred:
        end = starred[-1]
    for number in range(start, end):
        line = lines[number]
        if _END.match(line) or _LICENCE_AT_END.match(line):
            after = [one for one in lines[number + 1 : end] if one.strip()]
            if len(after) <= _LAST_LINES or any(map(_LICENCE.match, after[:_LAST_LINES])):
                return number
    return end


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
