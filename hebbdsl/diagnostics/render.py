"""Problems as text for people, as lines for editors, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from hebbdsl.diagnostics.columns import cut, excerpt
from hebbdsl.diagnostics.diagnostic import Problem, Severity
from hebbdsl.diagnostics.escaping import printed, visible
from hebbdsl.frozen import frozen
from hebbdsl.source import Source, Span


@frozen
class Paint:
    """Escape sequences of a colour terminal, or nothing."""

    error: str = ""
    warning: str = ""
    quiet: str = ""
    strong: str = ""
    off: str = ""


PLAIN = Paint()
COLOUR = Paint("\x1b[1;31m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[1m", "\x1b[0m")


def render_text(problems: Iterable[Problem], paint: Paint = PLAIN) -> str:
    """Each problem with the lines it is about, a blank line between problems."""
    return "\n\n".join("\n".join(_block(problem, paint)) for problem in problems)


def render_lines(problems: Iterable[Problem]) -> str:
    """`file:line:column: error[HEB201]: message`, one line each."""
    return printed("\n".join(f"{_prefix(problem)}{_headline(problem)}" for problem in problems))


def render_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Plain values as `problems.schema.json` describes them; columns from 1 in code points."""
    return [
        {
            "code": problem.code,
            "severity": problem.severity.value,
            "message": problem.title,
            **_position(problem.place),
            "hint": problem.hint,
            "related": [
                {"message": related.label, **_position(related.place)}
                for related in problem.elsewhere
            ],
            "fix": problem.fix,
        }
        for problem in problems
    ]


def _headline(problem: Problem) -> str:
    return f"{problem.severity.value}[{problem.code}]: {visible(problem.title)}"


def _prefix(problem: Problem) -> str:
    match problem.place:
        case Span() as span:
            line, column = span.source.position(span.start)
            return f"{visible(span.source.name)}:{line}:{column}: "
        case str() as path:
            return f"{visible(path)}: "
    return ""


def _position(place: object) -> dict[str, Any]:
    if isinstance(place, Span):
        line, column = place.source.position(place.start)
        end_line, end_column = place.source.position(place.end)
        return {
            "file": place.source.name,
            "line": line,
            "column": column,
            "end_line": end_line,
            "end_column": end_column,
        }
    file = place if isinstance(place, str) else None
    return {"file": file, "line": None, "column": None, "end_line": None, "end_column": None}


@frozen
class _Mark:
    """Characters of one line to underline, with what to say there."""

    source: Source
    line: int
    start: int
    end: int
    label: str
    primary: bool


def _marks(problem: Problem) -> Iterator[_Mark]:
    places: list[tuple[object, str, bool]] = [(problem.place, problem.label, True)]
    places += [(related.place, related.label, False) for related in problem.elsewhere]
    for place, label, primary in places:
        if isinstance(place, Span):
            line, column = place.source.position(place.start)
            end = column - 1 + place.end - place.start
            yield _Mark(place.source, line, column - 1, end, label, primary)


def _block(problem: Problem, paint: Paint) -> Iterator[str]:
    tone = paint.error if problem.severity is Severity.ERROR else paint.warning
    title = visible(problem.title)
    kind = f"{tone}{problem.severity.value}[{problem.code}]{paint.off}"
    yield f"{kind}{paint.strong}: {title}{paint.off}"
    marks = tuple(_marks(problem))
    gutter = len(str(max((mark.line for mark in marks), default=0)))
    gutter = max(gutter, 2) if marks else 1
    blank = " " * gutter
    edge = f"{paint.quiet}{blank} |{paint.off}"
    arrow = f"{paint.quiet}{blank}-->{paint.off}"
    if isinstance(problem.place, str):
        yield f"{arrow} {visible(problem.place)}"
    for index, source in enumerate(dict.fromkeys(mark.source for mark in marks)):
        own = [mark for mark in marks if mark.source is source]
        first = next((mark for mark in own if mark.primary), own[0])
        pointer = arrow if index == 0 else f"{paint.quiet}{blank}:::{paint.off}"
        yield f"{pointer} {visible(source.name)}:{first.line}:{first.start + 1}"
        yield edge
        yield from _lines(source, own, gutter, edge, paint, tone)
    if marks:
        yield edge
    if problem.hint:
        yield f"{paint.quiet}{blank} ={paint.off} hint: {visible(problem.hint)}"
    yield f"{paint.quiet}{blank} ={paint.off} more: hebbdsl explain {problem.code}"


def _lines(
    source: Source, marks: list[_Mark], gutter: int, edge: str, paint: Paint, tone: str
) -> Iterator[str]:
    """The lines that are marked, in order, with their marks; `...` where lines are left out."""
    numbers = sorted({mark.line for mark in marks})
    for number, following in zip(numbers, [*numbers[1:], None], strict=True):
        text = source.line(number)
        here = sorted((m for m in marks if m.line == number), key=lambda m: not m.primary)
        window = cut(text, here[0].start)
        shown = excerpt(text, here[0].start, here[0].end, window)
        yield f"{paint.quiet}{number:>{gutter}} |{paint.off} {shown.text}".rstrip()
        for mark in here:
            piece = excerpt(text, mark.start, mark.end, window)
            sign = "^" if mark.primary else "-"
            colour = tone if mark.primary else paint.quiet
            label = f" {visible(mark.label)}" if mark.label else ""
            yield f"{edge} {' ' * piece.start}{colour}{sign * piece.length}{label}{paint.off}"
        if following is not None and following > number + 1:
            yield f"{paint.quiet}...{paint.off}"
