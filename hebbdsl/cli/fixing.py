"""`validate --fix` and `--diff`: safe fixes written into files, or shown."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from hebbdsl.cli.terminal import echo_stderr, emit_source
from hebbdsl.diagnostics.escaping import visible

if TYPE_CHECKING:
    from hebbdsl.diagnostics.diagnostic import Problem
    from hebbdsl.diagnostics.safe_fixes import FixResult
    from hebbdsl.source import Source


def fix_files(files: Iterable[Path], write: bool) -> tuple[int, Sequence[Problem]]:
    """Fix each file, or (without `write`) print what that would change; the count goes to stderr.

    Returns: how many files were fixed, or would be, and what stood in the way of writing others.
    """
    from hebbdsl.spec.typed import NotWritten

    made, changed = 0, 0
    unwritten: list[Problem] = []
    for file in files:
        if (found := _fixed(file)) is None:
            continue
        before, mended = found
        if mended.made and not write:
            emit_source(difference(before, mended.source))
        elif mended.made:
            try:
                replace_file(file, before, mended.source)
            except OSError as error:
                reason = error.strerror or str(error)
                unwritten.append(NotWritten(place=str(file), path=str(file), reason=reason))
                continue
        made, changed = made + len(mended.made), changed + bool(mended.made)
        _print_unfixed(mended.left)
    echo_stderr(_count(made, changed, write))
    return changed, unwritten


def _fixed(file: Path) -> tuple[Source, FixResult] | None:
    """The file as it is, and mended; None: it cannot be read, as `validate` will say."""
    from hebbdsl.diagnostics.diagnostic import Rejected
    from hebbdsl.diagnostics.safe_fixes import apply_safe_fixes
    from hebbdsl.pipeline import inspect_source, read_source

    try:
        source = read_source(file)
    except Rejected:
        return None
    return source, apply_safe_fixes(source, inspect_source)


def replace_file(file: Path, before: Source, after: Source) -> None:
    """Raises: OSError, and the file is then as it was."""
    from hebbdsl.writing import write_atomically

    there = file.read_bytes()
    mark = BOM_UTF8 if there.startswith(BOM_UTF8) else b""
    if there != mark + before.text.encode():
        raise OSError(None, "it was changed in the meantime")
    with file.open("r+b"):
        pass  # a file that may not be written is not replaced by one that may
    write_atomically(file, mark, after.text.encode(), through_links=True)


def difference(before: Source, after: Source, how: str = "fixed") -> str:
    """As `diff -u` and `git diff` write it."""
    from difflib import unified_diff

    names = visible(before.name), visible(f"{after.name} ({how})")
    lines = unified_diff(_lines(before), _lines(after), *names)
    return "".join(
        line if line.endswith(("\n", "\r")) else f"{line}\n\\ No newline at end of file\n"
        for line in lines
    )


def _lines(source: Source) -> Sequence[str]:
    starts = (*source.line_starts, len(source.text))
    lines = [source.text[start:end] for start, end in pairwise(starts)]
    return lines if lines[-1] else lines[:-1]


def _print_unfixed(left: Iterable[Problem]) -> None:
    from hebbdsl.diagnostics.render import render_lines

    for line in render_lines(left).splitlines():
        echo_stderr(f"not fixed, as other problems would come up: {line}")


def _count(made: int, files: int, write: bool) -> str:
    """`fixed 3 problems in 2 files`."""
    if not made:
        return "nothing that is safe to fix"
    problems = f"{made} problem{'' if made == 1 else 's'}"
    where = f"{files} file{'' if files == 1 else 's'}"
    return f"fixed {problems} in {where}" if write else f"{problems} in {where} can be fixed"
