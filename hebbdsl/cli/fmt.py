"""`hebbdsl fmt`: specs in their canonical form."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hebbdsl.cli.shell_completion import specs
from hebbdsl.cli.terminal import echo_stderr, emit_source, show_problems

if TYPE_CHECKING:
    from hebbdsl.diagnostics.diagnostic import Problem
    from hebbdsl.source import Source


def fmt(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH…",
            help="Specs, folders of specs, or - for standard input.",
            autocompletion=specs,
        ),
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 when a file would change.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Write nothing; show what would change.")
    ] = False,
    stdin_name: Annotated[
        str, typer.Option("--stdin-name", metavar="NAME", help="What - is called: .yaml or .hebb.")
    ] = "stdin.yaml",
) -> None:
    """Format specs: one style, every comment and single blank line kept.

    A file with syntax errors is left as it is; the others are formatted.
    """
    from hebbdsl.diagnostics.diagnostic import Problems, Rejected

    problems = Problems()
    writes = not (check or diff)
    changed = same = failed = 0
    for file in _files(paths, problems.extend):
        try:
            before, after = _formatted(file, stdin_name)
        except Rejected as rejected:
            problems.extend(rejected.problems)
            failed += 1
            continue
        if str(file) == "-" and writes:
            emit_source(after.text)
        elif before.text == after.text:
            same += 1
        elif not writes:
            changed += 1
            _show(before, after, diff)
        elif (unwritten := _write(file, before, after)) is not None:
            problems.add(unwritten)
            failed += 1
        else:
            changed += 1
            echo_stderr(f"formatted {file}")
    _print_problems(tuple(problems))
    if changed or same or failed:
        echo_stderr(_count(changed, same, failed, writes))
    codes = [problem.exit_code for problem in problems.errors]
    raise typer.Exit(max([*codes, int(changed > 0 and not writes)]))


def _files(paths: Iterable[Path], note: Callable[[Iterable[Problem]], None]) -> Sequence[Path]:
    from hebbdsl.syntax.reading import NoSpecs, find_specs

    files: dict[Path, None] = {}
    for path in paths:
        found = find_specs(path)
        if not found:
            note([NoSpecs(place=str(path), path=str(path))])
        files.update(dict.fromkeys(found))
    return tuple(files)


def _formatted(file: Path, stdin_name: str) -> tuple[Source, Source]:
    """A file as it is, and in its canonical form. Raises: Rejected."""
    from hebbdsl.pipeline import parse_tree, read_source
    from hebbdsl.source import Source
    from hebbdsl.spec.formatting import formatted
    from hebbdsl.spec.printing import surface_of
    from hebbdsl.syntax.reading import source_of

    before = (
        source_of(sys.stdin.buffer.read(), stdin_name) if str(file) == "-" else read_source(file)
    )
    text = formatted(parse_tree(before), surface_of(before.name))
    return before, Source(before.name, text)


def _show(before: Source, after: Source, diff: bool) -> None:
    if not diff:
        echo_stderr(f"would format {before.name}")
        return
    from hebbdsl.cli.fixing import difference

    emit_source(difference(before, after, "formatted"))


def _write(file: Path, before: Source, after: Source) -> Problem | None:
    from hebbdsl.cli.fixing import replace_file
    from hebbdsl.spec.typed import NotWritten

    try:
        replace_file(file, before, after)
    except OSError as error:
        reason = error.strerror or str(error)
        return NotWritten(place=str(file), path=str(file), reason=reason)
    return None


def _print_problems(problems: Sequence[Problem]) -> None:
    if problems:
        show_problems(problems, sys.stderr)


def _count(changed: int, same: int, failed: int, writes: bool) -> str:
    """`2 files formatted, 1 unchanged`."""
    files = "1 file" if changed == 1 else f"{changed} files"
    said = [f"{files} formatted" if writes else f"{files} would be formatted"]
    said += [f"{same} unchanged"] if same else []
    said += [f"{failed} could not be read or written"] if failed else []
    return ", ".join(said)
