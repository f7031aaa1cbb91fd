"""`hebbdsl validate`: everything that is wrong with specs, before anything is loaded or trained."""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hebbdsl.cli.options import Set

if TYPE_CHECKING:
    from hebbdsl.diagnostics.diagnostic import Problems


class ValidateFormat(Enum):
    text = "text"
    concise = "concise"
    json = "json"


def validate(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH…", help="Specs, or folders of specs.")
    ],
    format: Annotated[ValidateFormat, typer.Option("--format")] = ValidateFormat.text,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
    set_: Set = None,
) -> None:
    """Check specs: all problems of every file, each with its place and a way out."""
    from hebbdsl.diagnostics.codes.reading import NoSpecs
    from hebbdsl.diagnostics.diagnostic import Problems
    from hebbdsl.diagnostics.render import summary
    from hebbdsl.pipeline import inspect
    from hebbdsl.syntax.reading import find_specs

    problems = Problems()
    files: dict[Path, None] = {}
    for path in paths:
        found = find_specs(path)
        if not found:
            problems.add(NoSpecs(place=str(path), path=str(path)))
        files.update(dict.fromkeys(found))
    for file in files:
        problems.extend(inspect(file, set_ or ()))
    _show(problems, format)
    print(summary(problems, len(files)), file=sys.stderr)
    failing = tuple(problems) if strict else problems.errors
    raise typer.Exit(max((problem.exit_code for problem in failing), default=0))


def _show(problems: Problems, format: ValidateFormat) -> None:
    from hebbdsl.cli.terminal import paint_for
    from hebbdsl.diagnostics.render import render_json, render_lines, render_text

    match format:
        case ValidateFormat.json:
            import json

            print(json.dumps(render_json(problems), indent=1))
        case ValidateFormat.concise if len(problems):
            print(render_lines(problems))
        case ValidateFormat.text if len(problems):
            print(render_text(problems, paint_for(sys.stdout)) + "\n")
