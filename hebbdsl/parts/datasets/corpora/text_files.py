"""A corpus made of files that the user names."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hebbdsl.diagnostics.codes.corpora import NoSuchText, SharedText
from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.expression.metrics import Split
from hebbdsl.parts.datasets.corpora.source import Piece, Splits, of_file
from hebbdsl.parts.datasets.files import data_folder

Patterns = Mapping[Split, Sequence[str]]


def text_splits(patterns: Patterns) -> tuple[Splits, str]:
    """The files of each split, in the order of the patterns and then of their names.

    Raises: Rejected, with HEB503, HEB556 or HEB562.
    """
    home = data_folder() or Path()
    problems, splits = list(_missing(patterns, home)), dict[Split, list[Piece]]()
    for split, names in patterns.items() if not problems else ():
        splits[split] = []
        for path in (path for name in names for path in _files(home, name)):
            try:
                splits[split].append(of_file(path))
            except Rejected as rejected:
                problems.extend(rejected.problems)
    if problems:
        raise Rejected(problems)
    folders = {
        str(Path(piece.stamp[0]).absolute().parent)
        for pieces in splits.values()
        for piece in pieces
    }
    return splits, ", ".join(sorted(folders))


def text_missing(patterns: Patterns) -> Iterator[Problem]:
    """Patterns that no file matches, and a data folder that is none."""
    try:
        home = data_folder() or Path()
    except Rejected as rejected:
        yield from rejected.problems
        return
    yield from _missing(patterns, home)


def _missing(patterns: Patterns, home: Path) -> Iterator[Problem]:
    seen: dict[str, Split] = {}
    for split, names in patterns.items():
        for name in names:
            files = _files(home, name)
            if not files:
                yield NoSuchText(place=str(home / name), pattern=name, split=split)
            for path in files:
                first = seen.setdefault(os.path.realpath(path), split)
                if first != split:
                    yield SharedText(place=str(path), first=first, second=split)


def _files(home: Path, pattern: str) -> list[Path]:
    """Files by name or by `*`, `?` and `[…]`; `**` stands for folders at any depth."""
    path = str(home / os.path.expanduser(pattern))
    if os.path.isfile(path):
        return [Path(path)]
    found = (Path(name) for name in glob.iglob(path, recursive=True))
    return sorted(path for path in found if path.is_file())
