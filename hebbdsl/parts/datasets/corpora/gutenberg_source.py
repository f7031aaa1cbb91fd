"""Books of Project Gutenberg as published: found, freed of their licence, dealt to splits."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from hebbdsl.diagnostics.diagnostic import Problem, Rejected, nearest
from hebbdsl.diagnostics.wording import listed, quoted
from hebbdsl.expression.metric import Split
from hebbdsl.parts.datasets.corpora.corpus_source import (
    Piece,
    Splits,
    members,
    not_had,
    of_file,
)
from hebbdsl.parts.datasets.corpora.licences import CREDIT, body
from hebbdsl.parts.datasets.finding import files_under, folders_of, is_file, missing_place, not_in
from hebbdsl.parts.datasets.problems import DataProblem

_SHOWN = 4
"""Books of one name that are named."""

NAME = "gutenberg"

_ADVICE = (
    "put `books.zip`, or a folder `gutenberg` of .txt files, into the folder that HEBBDSL_DATA"
    " names"
)

LARGEST = 1 << 28
"""Bytes of a book that is read: all of it is held while its licence is looked for."""

READING = "2"
"""Version of how a book is read: raised whenever the text of some book changes."""


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
        tried = tuple(not_in(folder, "no books in it") for folder in folders_of(NAME))
        raise not_had(NAME, ("books.zip",), tried, _ADVICE)
    books = _books(place)
    if not books:
        raise Rejected([NoBooks(place=str(place))])
    chosen, problems = _dealt(books, counts, listed, seed, place)
    if problems:
        raise Rejected(problems)
    return chosen, str(place)


def gutenberg_missing(*, replaceable: bool) -> Iterator[Problem]:
    """Whether it is here, found by looking at names."""
    return missing_place(NAME, "books.zip", _found, replaceable=replaceable)


def _found() -> Path | None:
    """A zip called `books.zip` or `gutenberg.zip`, else a folder `gutenberg` of text files."""
    for folder in folders_of(NAME):
        for name in ("books.zip", "gutenberg.zip"):
            if is_file(folder / name):
                return folder / name
        if folder.name == NAME and any(True for _ in _texts(folder)):
            return folder
    return None


def _books(place: Path) -> dict[str, Piece]:
    """Each book by its name without folder and ending, in the order of names; with folder, and
    with ending where it takes that, where several are called so."""
    if place.is_dir():
        raw = {path.relative_to(place).as_posix(): of_file(path) for path in _texts(place)}
    else:
        raw = {name: piece for name, piece in members(place).items() if _is_book(name)}
    called = Counter(option for name in raw for option in set(_options(name)))
    books = {
        next((option for option in _options(name) if called[option] == 1), name): piece
        for name, piece in raw.items()
    }
    return {
        name: replace(piece, reading=f"{READING}, {piece.reading}", blocks=_reading(piece))
        for name, piece in sorted(books.items())
    }


def _options(name: str) -> tuple[str, str, str]:
    """What a book may be called: without folder and ending, without ending, as its file."""
    path = PurePosixPath(name)
    return path.stem, path.with_suffix("").as_posix(), name


def _texts(folder: Path) -> Iterator[Path]:
    return (path for path in files_under(folder) if _is_book(path.relative_to(folder).as_posix()))


def _is_book(name: str) -> bool:
    """A text, and none of the files that systems keep beside those of the user."""
    path = PurePosixPath(name)
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return path.suffix.lower() == ".txt" and not hidden


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
    read, size = list[bytes](), 0
    for block in piece.blocks():
        read.append(block)
        size += len(block)
        if size > LARGEST:
            raise Rejected([TooLargeBook(place=piece.name, most=LARGEST)])
    raw = b"".join(read)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


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
        if not said_credits and len(paragraph) < 500 and CREDIT.match(paragraph):
            continue
        said_credits = said_credits or len(paragraph) > 500
        yield paragraph


class TooLargeBook(DataProblem):
    """A book is too large to be read: books are held in memory one by one, to find their licence.

    Wrong:
        hebbdsl run specs/gutenberg_lstm.yaml      # books.zip holds a text of 1 GB

    Right:
        hebbdsl run specs/my_text.yaml      # which reads it as `text`, block by block
    """

    code = "HEB573"
    most: int

    @property
    def title(self) -> str:
        return f"a book of more than {self.most >> 20} MiB"

    hint = "take it out, or read all of them as `text`"


class NoBooks(DataProblem):
    """A folder or zip of Project Gutenberg holds no book: no file that ends in `.txt`.

    Wrong:
        HEBBDSL_DATA=~/data hebbdsl run specs/gutenberg_lstm.yaml      # gutenberg/books.zip holds images

    Right:
        HEBBDSL_DATA=~/data hebbdsl run specs/gutenberg_lstm.yaml      # it holds books as text
    """  # noqa: E501

    code = "HEB570"
    title = "no book in there: no file ends in .txt"


class BookMissing(DataProblem):
    """A book that a spec lists is not among those there are.

    Books are named as their files are, without `.txt`; with folder, and with `.txt` where it takes
    that, where several files are called so.

    Wrong:
        data: {gutenberg: {test: [Moby_Dik]}}

    Right:
        data: {gutenberg: {test: [Moby_Dick]}}
    """

    code = "HEB571"
    book: str
    split: str
    known: tuple[str, ...]

    title = "there is no book {book!q}, which the {split} text is to hold"

    @property
    def hint(self) -> str | None:
        several = [name for name in self.known if PurePosixPath(name).stem == self.book]
        if several:
            return f"did you mean {listed(several[:_SHOWN])}?"
        near = nearest(self.book, self.known)
        return f"did you mean {quoted(near)}?" if near is not None else None


class TooFewBooks(DataProblem):
    """No book is left to train on.

    Wrong:
        hebbdsl run specs/gutenberg_lstm.yaml      # of ten books there are

    Right:
        hebbdsl run --set data.validation_books=1 --set data.test_books=1 specs/gutenberg_lstm.yaml
    """

    code = "HEB572"
    books: int
    validation: int
    test: int

    title = (
        "of {books:book}, {validation} for validation and {test} for testing leave none to train on"
    )
    hint = "lower `validation_books` and `test_books`, or put more books there"
