"""`hebbdsl explain`: what a word, a field, a metric or a code means."""

from __future__ import annotations

import re
import sys
from typing import Annotated

import typer


def explain(
    topic: Annotated[
        str | None, typer.Argument(metavar="CODE|WORD", help="For example HEB201, or hebbian.")
    ] = None,
) -> None:
    """Explain a code or a word; without one, list them all."""
    if topic is None:
        print(_overview())
        return
    found = _code_page(topic) if re.fullmatch(r"(?i)HEB\d+", topic) else _word_pages(topic)
    if found is None:
        print(_unknown(topic), file=sys.stderr)
        raise typer.Exit(1)
    print(found)


def _overview() -> str:
    from hebbdsl.diagnostics.catalogue import PROBLEMS, STAGES, first_sentence
    from hebbdsl.spec.glossary import words_by_kind

    lines = ["Words:", *words_by_kind()]
    stage = ""
    for problem in PROBLEMS:
        if problem.code[3] != stage:
            stage = problem.code[3]
            lines += ["", f"{STAGES[stage]}:"]
        lines.append(f"  {problem.code}  {first_sentence(problem)}")
    return "\n".join([*lines, "", "More on each: hebbdsl explain CODE|WORD"])


def _code_page(code: str) -> str | None:
    from hebbdsl.diagnostics.catalogue import BY_CODE, page

    problem = BY_CODE.get(code.upper())
    if problem is None:
        return None
    return f"{problem.severity.value} {problem.code}\n\n{page(problem)}"


def _word_pages(topic: str) -> str | None:
    from hebbdsl.spec.glossary import pages

    return "\n\n".join(pages(topic)) or None


def _unknown(topic: str) -> str:
    from hebbdsl.diagnostics.catalogue import BY_CODE
    from hebbdsl.diagnostics.columns import visible
    from hebbdsl.diagnostics.wording import quoted, suggestion
    from hebbdsl.spec.glossary import topics

    hint = suggestion(topic, (*topics(), *BY_CODE), "`hebbdsl explain` lists all there is")
    return f"there is no word or code {visible(quoted(topic))}; {hint}"
