"""Problems as workflow commands of GitHub Actions, which shows them beside the lines they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.escaping import github_message, github_property
from hebbdsl.source import SET, Source, Span


def render_github(problems: Iterable[Problem]) -> str:
    """`::error file=…,line=…,col=…,endLine=…,endColumn=…,title=HEB201::message`, one line each.

    Columns count from 1 in code points, and `endColumn` is that of the character after the last.
    A place of several lines is marked on its first: GitHub drops the columns of a longer one.
    """
    return "\n".join(map(_command, problems))


def _command(problem: Problem) -> str:
    properties = {**dict(_where(problem.place)), "title": problem.code}
    stated = ",".join(f"{name}={github_property(value)}" for name, value in properties.items())
    return f"::{problem.severity.value} {stated}::{github_message(*_message(problem))}"


def _where(place: object) -> Iterator[tuple[str, str]]:
    if isinstance(place, str):
        yield "file", place
    elif isinstance(place, Span) and place.source.name != SET:
        line, column = place.source.position(place.start)
        yield "file", place.source.name
        yield "line", str(line)
        yield "col", str(column)
        yield "endLine", str(line)
        yield "endColumn", str(_end(place, line, column))


def _end(place: Span, line: int, column: int) -> int:
    """The column after the last character that the place has on its first line."""
    rest = len(place.source.line(line)) + 1
    return max(column, min(column + place.end - place.start, rest))


def _message(problem: Problem) -> Iterator[str]:
    yield problem.title
    for related in problem.elsewhere:
        if isinstance(related.place, Span):
            yield f"{related.label}: {_spot(related.place.source, related.place.start)}"
    if isinstance(problem.place, Span) and problem.place.source.name == SET:
        yield f"in {SET} {problem.place.source.text}"
    if problem.hint:
        yield f"hint: {problem.hint}"


def _spot(source: Source, offset: int) -> str:
    line, column = source.position(offset)
    return f"{source.name}:{line}:{column}"
