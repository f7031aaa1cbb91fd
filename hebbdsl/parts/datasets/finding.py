"""Where the sets of a published collection are on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from hebbdsl.diagnostics.diagnostic import At, Problem, Rejected
from hebbdsl.parts.datasets.files import cache_folder, data_folder
from hebbdsl.parts.datasets.omniglot_contents import Published
from hebbdsl.parts.datasets.problems import DamagedZip, DataNotHere, UnreadableData


def folders_of(word: str) -> list[Path]:
    """Where a collection is looked for, in order. Raises: Rejected, with HEB502."""
    named = data_folder()
    return [*([named / word, named] if named else []), cache_folder() / word]


def find_set(name: str, folders: Sequence[Path]) -> Path | None:
    """The first zip or folder called `name` in the folders, in their order.

    Raises: Rejected, for a folder that may not be looked into.
    """
    for folder in folders:
        for path in (folder / f"{name}.zip", folder / name):
            try:
                if path.exists():
                    return path
            except OSError as error:
                raise unreadable(folder, error) from error
    return None


def files_under(folder: Path) -> Iterator[Path]:
    """All files of a folder, those in folders below it too; none, where there is no such folder. A
    link to a folder is not followed.

    Raises: Rejected, with HEB503, for a folder that may not be looked into: what it holds would be
    lost without a word.
    """

    def refuse(error: OSError) -> None:
        if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
            raise unreadable(Path(error.filename), error) from error

    for home, _, names in os.walk(folder, onerror=refuse):
        yield from (Path(home, name) for name in names)


def is_file(path: Path) -> bool:
    """Raises: Rejected, with HEB503, where its folder may not be looked into."""
    try:
        return path.is_file()
    except OSError as error:
        raise unreadable(path, error) from error


def not_in(folder: Path, lacks: str) -> tuple[str, str]:
    """A folder that was looked into, and why it does not serve."""
    return str(folder), lacks if folder.is_dir() else "there is no such folder"


def unreadable(path: Path, error: OSError) -> Rejected:
    """HEB503 of a file or folder."""
    return Rejected([UnreadableData(place=str(path), reason=error.strerror or str(error))])


def missing_place(
    word: str,
    name: str,
    find: Callable[[], Path | None],
    *,
    replaceable: bool,
    folder: str | None = None,
    fetched: bool = False,
) -> Iterator[Problem]:
    """What looking for the one file or folder of a corpus would meet.

    Args:
        name: what it is called in messages.
        find: looks for it.
        folder: what its folder is called, where that is not the word.
        fetched: whether a run fetches it.
    """
    try:
        found, looked = find(), tuple(map(str, folders_of(folder or word)))
    except Rejected as rejected:
        yield from rejected.problems
        return
    if found is None:
        yield DataNotHere(
            place=At(()),
            word=word,
            missing=(name,),
            looked=looked,
            replaceable=replaceable,
            fetched=fetched,
        )


def missing_sets(published: Published, *, replaceable: bool) -> Iterator[Problem]:
    """What opening the collection would meet: sets that are not here, or cannot be read.

    Looks at names and permissions, and at whether a zip is one: what is drawn is judged when the
    data is opened. `replaceable`: something else stands in where the data can't be had.
    """
    try:
        folders = folders_of(published.word)
        found = {name: find_set(name, folders) for name in published.sets}
    except Rejected as rejected:
        yield from rejected.problems
        return
    for path in filter(None, found.values()):
        yield from _unusable(path)
    if missing := tuple(name for name, path in found.items() if path is None):
        looked = tuple(map(str, folders))
        yield DataNotHere(
            place=At(()),
            word=published.word,
            missing=missing,
            looked=looked,
            replaceable=replaceable,
        )


def _unusable(path: Path) -> Iterator[Problem]:
    from zipfile import is_zipfile

    needed = os.R_OK | (os.X_OK if path.is_dir() else 0)
    if not os.access(path, needed):
        yield UnreadableData(place=str(path), reason="Permission denied")
    elif path.is_file() and not is_zipfile(path):
        yield DamagedZip(place=str(path), reason="it is cut, or no zip at all")
