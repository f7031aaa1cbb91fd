"""WikiText's files: where they are on this machine, or how they are fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hebbdsl.diagnostics.codes.corpora import OtherWikitext
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
from hebbdsl.parts.datasets.files import cache_folder, temporary_folder
from hebbdsl.parts.datasets.finding import missing_place, readable_folders
from hebbdsl.parts.part import Reporter

FILES: Mapping[Split, str] = {
    "train": "wiki.train.tokens",
    "validation": "wiki.valid.tokens",
    "test": "wiki.test.tokens",
}
SIZES: Mapping[int, Mapping[Split, int]] = {
    2: {"train": 10_797_148, "validation": 1_121_681, "test": 1_256_449},
    103: {"train": 539_566_975, "validation": 1_121_681, "test": 1_256_449},
}
"""Bytes of the files as published. An order of articles is not checked: packed anew, they are
found in others, and what is counted is the same."""
LINES_AND_SPACES: Mapping[int, Mapping[Split, tuple[int, int]]] = {
    2: {
        "train": (36_718, 2_088_628),
        "validation": (3_760, 217_646),
        "test": (4_358, 245_569),
    },
    103: {
        "train": (1_801_350, 103_227_021),
        "validation": (3_760, 217_646),
        "test": (4_358, 245_569),
    },
}
"""Counted as they are read, in any order. A space stands before each word and each end of a line:
there are as many as words with `<eos>`."""


def wikitext_splits(
    version: int, addresses: Sequence[str], reporter: Reporter
) -> tuple[Splits, str]:
    """The three files, and where they came from.

    Raises: Rejected, with HEB501 to HEB504 and HEB555.
    """
    place = _found(version)
    if place is None:
        place = _fetched(version, addresses, reporter)
    pieces = _pieces(place)
    missing = tuple(FILES[split] for split in FILES if split not in pieces)
    if missing:
        raise not_had("wikitext", missing, ((str(place), "it is not in there"),))
    problems = list(_others(version, pieces))
    if problems:
        raise Rejected(problems)
    return {split: [_counted(version, split, pieces[split])] for split in pieces}, str(place)


def wikitext_missing(version: int, *, replaceable: bool) -> Iterator[Problem]:
    """What opening it would meet, found by looking at names."""
    name = _name(version)
    return missing_place(
        "wikitext",
        name,
        lambda: _found(version),
        replaceable=replaceable,
        fetched=True,
        folder=name,
    )


def _name(version: int) -> str:
    return f"wikitext-{version}"


def _found(version: int) -> Path | None:
    """The first zip, or folder of the files, in the places where it may be."""
    name = _name(version)
    for folder in readable_folders(name):
        for path in (folder / f"{name}-v1.zip", folder / f"{name}.zip", folder / name, folder):
            if path.is_file() or (path / FILES["train"]).is_file():
                return path
    return None


def _pieces(place: Path) -> dict[Split, Piece]:
    if place.is_dir():
        return {s: of_file(place / n) for s, n in FILES.items() if (place / n).is_file()}
    inside = {Path(member.filename).name: member for member in members(place)}
    return {s: of_member(place, inside[n]) for s, n in FILES.items() if n in inside}


def _others(version: int, pieces: Mapping[Split, Piece]) -> Iterator[Problem]:
    for split, piece in pieces.items():
        published, size = SIZES[version][split], piece.stamp[1]
        if size != published:
            yield OtherWikitext(
                place=piece.name,
                version=version,
                found=f"{size:,} bytes",
                published=f"{published:,}",
            )


def _counted(version: int, split: Split, piece: Piece) -> Piece:
    """The same, refused by HEB555 at its end where it holds other lines than were published."""

    def blocks() -> Iterator[bytes]:
        lines = spaces = 0
        for block in piece.blocks():
            lines += block.count(b"\n")
            spaces += block.count(b" ")
            yield block
        published = LINES_AND_SPACES[version][split]
        if (lines, spaces) != published:
            problem = OtherWikitext(
                place=piece.name,
                version=version,
                found=f"{spaces:,} words in {lines:,} lines",
                published=f"{published[1]:,} in {published[0]:,}",
            )
            raise Rejected([problem])

    return Piece(piece.name, piece.stamp, blocks)


def _fetched(version: int, addresses: Sequence[str], reporter: Reporter) -> Path:
    """Raises: Rejected, with HEB501."""
    from hebbdsl.parts.datasets.download import FetchFailed, fetch

    name = f"{_name(version)}-v1.zip"
    reporter.say(f"wikitext-{version} is not on this machine: fetching it")
    folder = cache_folder() / _name(version)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = temporary_folder()

    def judge(path: Path) -> str | None:
        try:
            pieces = _pieces(path)
            problems = list(_others(version, pieces))
        except Rejected as rejected:
            problems = list(rejected.problems)
            pieces = {}
        if problems:
            return problems[0].title
        return None if len(pieces) == len(FILES) else "it lacks some of WikiText's files"

    try:
        return fetch(name, addresses, folder, judge, reporter)
    except FetchFailed as failed:
        raise not_had("wikitext", (name,), failed.tried) from failed
    except OSError as error:
        reason = f"cannot be written to: {error.strerror or error}"
        raise not_had("wikitext", (name,), ((str(folder), reason),)) from error
