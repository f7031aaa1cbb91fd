"""Problems as workflow commands of GitHub Actions, which shows them beside the lines they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hebbdsl.diagnostics.columns import visible
from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.source import SET, Source, Span

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render_github(problems: Iterable[Problem]) -> str:
    """`::error file=…,line=…,col=…,endLine=…,endColumn=…,title=HEB201::message`, one line each.

    Columns count from 1 in code points, and `endColumn` is that of the character after the last.
    A place of several lines is marked on its first: GitHub drops the columns of a longer one.
    """
    return "\n".join(map(_command, problems))


def _command(problem: Problem) -> str:
    properties = {**dict(_where(problem.place)), "title": problem.code}
    stated = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in properties.items())
    message = "\n".join(map(visible, _message(problem))).translate(_DATA)
    return f"::{problem.severity.value} {stated}::{message}"


def _where(place: object) -> Iterator[tuple[str, str]]:
    if isinstance(place, str):
        yield "file", visible(place)
    elif isinstance(place, Span) and place.source.name != SET:
        line, column = place.source.position(place.start)
        yield "file", visible(place.source.name)
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
