"""A corpus made of files that the user names."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import ClassVar

from hebbdsl.diagnostics.diagnostic import At, Problem, Rejected, Severity
from hebbdsl.diagnostics.wording import quoted_path
from hebbdsl.expression.metric import Split
from hebbdsl.parts.datasets.corpora.corpus_source import Piece, Splits, of_file
from hebbdsl.parts.datasets.corpora.decoding import UTF_8
from hebbdsl.parts.datasets.files import data_folder
from hebbdsl.parts.datasets.finding import unreadable
from hebbdsl.parts.datasets.problems import DataProblem

Patterns = Mapping[Split, Sequence[str]]


def text_splits(patterns: Patterns, encoding: str = UTF_8) -> tuple[Splits, str]:
    """The files of each split, in the order of the patterns and then of their names, and the
    folders that they are in.

    Raises: Rejected, with HEB503 or HEB556.
    """
    home = data_folder() or Path()
    problems, splits = list(_missing(patterns, home)), dict[Split, list[Piece]]()
    for split, names in patterns.items() if not problems else ():
        splits[split] = []
        for path in (path for name in names for path in _files(home, name)):
            try:
                splits[split].append(of_file(path, encoding))
            except Rejected as rejected:
                problems.extend(rejected.problems)
    if problems:
        raise Rejected(problems)
    folders = {
        str(path.absolute().parent)
        for pieces in splits.values()
        for piece in pieces
        for path in piece.files
    }
    return splits, ", ".join(sorted(folders))


def text_missing(patterns: Patterns) -> Iterator[Problem]:
    """Patterns that no file matches, files in two splits or twice in one, and a data folder that is
    none."""
    try:
        home = data_folder() or Path()
        yield from _missing(patterns, home)
        yield from shared_files(patterns, literal=False)
        yield from repeated_files(patterns)
    except Rejected as rejected:
        yield from rejected.problems


def shared_files(patterns: Patterns, *, literal: bool) -> Iterator[SharedFiles]:
    """Files that stand in two splits, by whatever path. Raises: Rejected, with HEB502 or HEB503.

    `literal`: those too that both splits name in the same words, which needs no looking.
    """
    home = data_folder() or Path()
    found = {
        split: {os.path.realpath(path): name for name in names for path in _files(home, name)}
        for split, names in patterns.items()
    }
    for other, split in combinations(found, 2):
        both = [
            path
            for path, name in found[split].items()
            if path in found[other]
            and (literal or os.path.normpath(name) not in map(os.path.normpath, patterns[other]))
        ]
        if both:
            place = At.field(split)
            yield SharedFiles(place=place, files=tuple(sorted(both)), split=split, other=other)


def repeated_files(patterns: Patterns) -> Iterator[RepeatedFiles]:
    """Files that one split names twice, by whatever path. Raises: Rejected, as above."""
    home = data_folder() or Path()
    for split, names in patterns.items():
        named: dict[str, list[str]] = {}
        for name in names:
            for path in _files(home, name):
                named.setdefault(os.path.realpath(path), []).append(name)
        if twice := {path: by for path, by in named.items() if len(by) > 1}:
            by = tuple(dict.fromkeys(name for names in twice.values() for name in names))
            place = At.field(split)
            yield RepeatedFiles(place=place, files=tuple(sorted(twice)), split=split, patterns=by)


def _missing(patterns: Patterns, home: Path) -> Iterator[Problem]:
    for split, names in patterns.items():
        for name in names:
            if not _files(home, name):
                yield NoSuchText(place=str(home / name), pattern=name, split=split)


def _files(home: Path, pattern: str) -> list[Path]:
    """Files by name or by `*`, `?` and `[…]`; `**` stands for folders at any depth.

    Raises: Rejected, with HEB503.
    """
    expanded = os.path.expanduser(pattern)
    if os.path.isfile(home / expanded):
        return [home / expanded]
    # Only what the user wrote as a pattern is one: folders may be called by any signs.
    if expanded != pattern:
        user, _, rest = pattern.partition("/")
        expanded = os.path.join(glob.escape(os.path.expanduser(user)), rest)
    found = sorted(home / name for name in glob.iglob(expanded, root_dir=home, recursive=True))
    try:
        return [path for path in found if path.is_file()]
    except OSError as error:
        raise unreadable(Path(error.filename), error) from error


class NoSuchText(DataProblem):
    """No file stands where a corpus of text says that one does.

    Wrong:
        hebbdsl run specs/my_text.yaml      # train: [train-*.txt] in an empty folder

    Right:
        hebbdsl run specs/my_text.yaml      # train: [texts/train-*.txt]
    """

    code = "HEB556"
    absent: ClassVar[bool] = True
    pattern: str
    split: str

    title = "no file is `{pattern}`, which the {split} text is to be read from"
    hint = "paths are taken from the folder that HEBBDSL_DATA names, else from the current one"


class RepeatedFiles(Problem):
    """Files of a text stand in one split twice, by what its patterns match on this machine.

    They are read as often as they stand there, which is right where that is meant, and gives their
    words more weight than others'. `plan` and `validate --here` look for them, and a run says so
    too.

    Wrong:
        hebbdsl validate --here specs/my_text.yaml      # train: ["*.txt", first.txt]

    Right:
        hebbdsl validate --here specs/my_text.yaml      # train: ["*.txt"]
    """

    code = "HEB518"
    severity = Severity.WARNING
    files: tuple[str, ...]
    split: str
    patterns: tuple[str, ...]

    @property
    def title(self) -> str:
        first = quoted_path(self.files[0])
        more = f" and {len(self.files) - 1:,} more" if len(self.files) > 1 else ""
        return f"{first}{more}: more than once in the {self.split} text"

    label = "names a file twice"
    hint = "it is named by {patterns:and}; it is read once for each"


class SharedFiles(Problem):
    """Files of a text stand in two splits on this machine, by what their patterns match.

    A model that was trained on a text, or chosen by it, is not tested by it: perplexity would be
    lower than it is. `plan` and `validate --here` look for them, and a run says so too.

    Wrong:
        hebbdsl validate --here specs/my_text.yaml      # train: ["*.txt"], test: [last.txt]

    Right:
        hebbdsl validate --here specs/my_text.yaml      # train: ["train-*.txt"], test: [last.txt]
    """

    code = "HEB562"
    severity = Severity.WARNING
    files: tuple[str, ...]
    split: str
    other: str

    @property
    def title(self) -> str:
        first = quoted_path(self.files[0])
        more = f" and {len(self.files) - 1:,} more" if len(self.files) > 1 else ""
        return f"{first}{more}: in the {self.other} text and in the {self.split} text"

    label = "stands in {other!q} too"
    hint = "let the patterns of {other!q} and {split!q} share no file"
