"""Changes that an editor offers for the problems of a text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hebbdsl.diagnostics.diagnostic import Problem, Severity
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.editor.document import Document
from hebbdsl.lint.suppressions import is_allowable
from hebbdsl.source import Source, Span
from hebbdsl.syntax.comments import comments_of


@dataclass(frozen=True, slots=True)
class Edit:
    """`text` in the place of a span."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class CodeAction:
    """A change that settles a problem. `preferred`: it is beyond doubt what was meant."""

    title: str
    problem: Problem
    edit: Edit
    preferred: bool


def code_actions_at(document: Document, start: int, end: int) -> tuple[CodeAction, ...]:
    """What can be done for the problems between two offsets."""
    found: list[CodeAction] = []
    for problem in document.problems:
        place = problem.place
        if not isinstance(place, Span) or place.source is not document.source:
            continue
        if place.start <= end and start <= place.end:
            found.extend(_quick_fixes(document, problem, place))
    return tuple(found)


def _quick_fixes(document: Document, problem: Problem, place: Span) -> Iterator[CodeAction]:
    if (fix := problem.fix) is not None:
        title = f"Write {quoted(fix.strip())}" if fix.strip() else f"Remove {quoted(place.text)}"
        yield CodeAction(title, problem, Edit(place, fix), problem.fix_is_safe)
    if problem.severity is Severity.WARNING and is_allowable(problem.code):
        edit = _allowing(document, place, problem.code)
        if edit is not None:
            yield CodeAction(f"Allow {problem.code} here, with a reason", problem, edit, False)


def _allowing(document: Document, place: Span, code: str) -> Edit | None:
    """A comment behind the line that the problem stands on; above it where one is there already."""
    if document.tree is None:
        return None
    source = document.source
    line = source.position(place.start)[0]
    start, text = source.line_starts[line - 1], source.line(line)
    taken = any(start <= c.span.start <= start + len(text) for c in comments_of(document.tree))
    if not taken:
        end = start + len(text.rstrip())
        return Edit(Span(source, end, end), f"  # allow {code}: ")
    indent = text[: len(text) - len(text.lstrip())]
    return Edit(Span(source, start, start), f"{indent}# allow {code}: \n")


def formatting_edit(source: Source, printed: str) -> Edit | None:
    """The smallest run of lines that makes the text what is printed; None: it is that already."""
    old, new = source.text.splitlines(keepends=True), printed.splitlines(keepends=True)
    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    start = sum(map(len, old[:first]))
    end = len(source.text) - sum(map(len, old[len(old) - last :]))
    text = "".join(new[first : len(new) - last])
    return Edit(Span(source, start, end), text) if source.text != printed else None
