"""`hebbdsl validate`: everything that is wrong with specs, before anything is loaded or trained."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hebbdsl.cli.options import Set
from hebbdsl.cli.shell_completion import specs
from hebbdsl.cli.terminal import echo, echo_stderr, emit, show_problems
from hebbdsl.diagnostics.escaping import json_text

if TYPE_CHECKING:
    from hebbdsl.diagnostics.diagnostic import Problems


class ValidateFormat(Enum):
    text = "text"
    concise = "concise"
    json = "json"
    github = "github"
    sarif = "sarif"
    junit = "junit"


def validate(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH…", help="Specs, or folders of specs.", autocompletion=specs),
    ],
    format: Annotated[ValidateFormat, typer.Option("--format")] = ValidateFormat.text,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Correct what can mean only one thing.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Only show what --fix would change.")
    ] = False,
    here: Annotated[
        bool, typer.Option("--here", help="Also look at this machine: data, memory.")
    ] = False,
    set_: Set = None,
) -> None:
    """Check specs: all problems of every file, each with its place and a way out.

    Formats for programs: json, github (workflow commands), sarif (2.1.0), junit (XML).
    """
    from hebbdsl.diagnostics.diagnostic import Problems
    from hebbdsl.diagnostics.wording import summary
    from hebbdsl.pipeline import inspect, inspect_here
    from hebbdsl.syntax.reading import NoSpecs, find_specs

    problems = Problems()
    files: dict[Path, None] = {}
    for path in paths:
        found = find_specs(path)
        if not found:
            problems.add(NoSpecs(place=str(path), path=str(path)))
        files.update(dict.fromkeys(found))
    changed = 0
    if fix or diff:
        from hebbdsl.cli.fixing import fix_files

        changed, unwritten = fix_files(files, write=not diff)
        problems.extend(unwritten)
    for file in files:
        problems.extend((inspect_here if here else inspect)(file, set_ or ()))
    if not diff:
        _show(problems, format, tuple(map(str, files)), strict)
    echo_stderr(summary(problems, len(files)))
    failing = tuple(problems) if strict else problems.errors
    codes = [problem.exit_code for problem in failing]
    raise typer.Exit(max([*codes, int(diff and changed > 0)]))


def _show(problems: Problems, format: ValidateFormat, files: Sequence[str], strict: bool) -> None:
    """What the format asks for, on stdout. A format for programs says so when all is well too."""
    match format:
        case ValidateFormat.json:
            from hebbdsl.diagnostics.render import render_json

            emit(json_text(render_json(problems)))
        case ValidateFormat.sarif:
            from hebbdsl import __version__
            from hebbdsl.diagnostics.sarif import render_sarif

            emit(json_text(render_sarif(problems, __version__, Path.cwd())))
        case ValidateFormat.junit:
            from hebbdsl.diagnostics.junit import render_junit

            emit(render_junit(problems, files, strict))
        case ValidateFormat.github if len(problems):
            from hebbdsl.diagnostics.github import render_github

            emit(render_github(problems))
        case ValidateFormat.concise if len(problems):
            from hebbdsl.diagnostics.render import render_lines

            echo(render_lines(problems))
        case ValidateFormat.text if len(problems):
            show_problems(problems, sys.stdout)
            echo()
