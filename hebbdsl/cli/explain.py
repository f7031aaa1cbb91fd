"""`hebbdsl explain`: what a word, a field, a metric or a code means."""

from __future__ import annotations

import re
import shutil
import sys
from typing import Annotated

import typer

from hebbdsl.cli.shell_completion import topics
from hebbdsl.cli.terminal import echo, echo_stderr, emit


def explain(
    topic: Annotated[
        str | None,
        typer.Argument(
            metavar="CODE|WORD", help="For example HEB201, or hebbian.", autocompletion=topics
        ),
    ] = None,
) -> None:
    """Explain a code or a word; without one, list them all."""
    if topic is None:
        echo(_overview())
        return
    found = _code_page(topic) or _word_pages(topic)
    if found is None:
        echo_stderr(_unknown(topic))
        raise typer.Exit(1)
    emit(found)


def _overview() -> str:
    """The words by kind and the codes by stage, a line each, no wider than the terminal."""
    from hebbdsl.diagnostics.catalogue import first_sentence, heading, problems
    from hebbdsl.spec.glossary import words_by_kind

    width = _width()
    lines = ["Words", *words_by_kind(width)]
    stage = ""
    for problem in problems():
        if heading(problem.code) != stage:
            stage = heading(problem.code)
            lines += ["", stage]
        said = first_sentence(problem)
        room = width - len(f"  {problem.code}  ")
        said = said if len(said) <= room else f"{said[: room - 1].rstrip()}…"
        lines.append(f"  {problem.code}  {said}")
    return "\n".join([*lines, "", "More on each: hebbdsl explain CODE|WORD"])


def _width() -> int:
    """The terminal's; a file or a pipe is read with whole sentences."""
    if not sys.stdout.isatty():
        return 200
    return max(40, shutil.get_terminal_size().columns)


def _code_page(code: str) -> str | None:
    from hebbdsl.diagnostics.catalogue import has_safe_fixes, page, problem_of

    problem = problem_of(code.upper())
    if problem is None:
        return None
    mended = ", corrected by `validate --fix` where that is safe" if has_safe_fixes(problem) else ""
    return f"{problem.severity.value} {problem.code}{mended}\n\n{page(problem)}"


def _word_pages(topic: str) -> str | None:
    from hebbdsl.spec.glossary import pages

    return "\n\n".join(pages(topic)) or None


def _unknown(topic: str) -> str:
    from hebbdsl.diagnostics.codes import CODES
    from hebbdsl.diagnostics.wording import quoted, suggestion
    from hebbdsl.entry_points import added_codes
    from hebbdsl.spec.glossary import topics

    known = (*CODES, *added_codes()) if re.fullmatch("[A-Za-z]{2,}[0-9]+", topic) else topics()
    hint = suggestion(topic, known, "`hebbdsl explain` lists all there is")
    return f"there is no word or code {quoted(topic)}; {hint}"
