"""One name, one file: no two modules share a name, but where the name says the same of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from hebbdsl.vocabulary import every_part

ROOT = Path(__file__).parents[1] / "hebbdsl"

OF_EVERY_PACKAGE = {"__init__", "problems"}
OF_EVERY_PART = {"spec", "module"}
TASKS = {"classification", "language"}


def distinct(path: PurePosixPath, words: Iterable[str]) -> bool:
    """Whether a second file of that name says something else.

    The rooms of a task share names with each other and with the floor that they are on; commands
    have the names of what they call; a part has its word's.
    """
    kind = path.parts[0]
    return not (
        path.stem in OF_EVERY_PACKAGE | TASKS
        or (path.stem in OF_EVERY_PART and kind == "parts")
        or TASKS & set(path.parts)
        or kind == "cli"
        or (kind == "parts" and path.stem in words)
    )


def shared(paths: Iterable[PurePosixPath], words: Iterable[str]) -> Mapping[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    for path in paths:
        if distinct(path, words):
            found[path.stem].append(str(path))
    return {name: files for name, files in found.items() if len(files) > 1}


def words() -> set[str]:
    return {part.__module__.removesuffix(".spec").rpartition(".")[2] for part in every_part()}


def modules() -> list[PurePosixPath]:
    return [PurePosixPath(path.relative_to(ROOT).as_posix()) for path in ROOT.rglob("*.py")]


def test_no_two_modules_share_a_name() -> None:
    assert shared(modules(), words()) == {}


def test_a_second_file_of_a_name_is_found() -> None:
    added = PurePosixPath("run/planning.py")
    assert shared([*modules(), added], words()) == {"planning": ["plan/planning.py", str(added)]}


def test_parts_and_rooms_share_names() -> None:
    paths = "parts/outputs/new/spec.py", "run/language/loop.py", "parts/outputs/new/planning.py"
    found = shared([*modules(), *map(PurePosixPath, paths)], words())
    assert sorted(found) == ["planning"]
