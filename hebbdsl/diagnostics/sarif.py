"""Problems as SARIF 2.1.0, the format of code scanning services and of many editors."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hebbdsl.diagnostics.catalogue import first_sentence, page
from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.escaping import visible
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.source import SET, Span

Json = dict[str, Any]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render_sarif(problems: Iterable[Problem], version: str, root: Path) -> Json:
    """A log of one run, with a rule for every code that occurs.

    Args:
        version: of this program.
        root: files below this folder are named from it; all others by their whole path.
    """
    found = tuple(problems)
    kinds = {problem.code: type(problem) for problem in found}
    indices = {code: index for index, code in enumerate(sorted(kinds))}
    driver = {
        "name": "hebbdsl",
        "version": version,
        "rules": [_rule(kinds[code]) for code in indices],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "results": [_result(problem, indices[problem.code], root) for problem in found],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(kind: type[Problem]) -> Json:
    return {
        "id": kind.code,
        "name": kind.__name__,
        "shortDescription": {"text": first_sentence(kind)},
        "help": {"text": page(kind)},
        "defaultConfiguration": {"level": kind.severity.value},
    }


def _result(problem: Problem, index: int, root: Path) -> Json:
    hint = f" ({visible(problem.hint)})" if problem.hint else ""
    result: Json = {
        "ruleId": problem.code,
        "ruleIndex": index,
        "level": problem.severity.value,
        "message": {"text": visible(problem.title) + hint},
        "locations": [*_locations(problem.place, root)],
    }
    related = [
        {"id": number, **location, "message": {"text": visible(other.label)}}
        for number, other in enumerate(problem.elsewhere, 1)
        for location in _locations(other.place, root)
    ]
    if related:
        result["relatedLocations"] = related
    place = problem.place
    if problem.fix is not None and isinstance(place, Span) and place.source.name != SET:
        result["fixes"] = [_fix(place, problem.fix, root)]
    return result


def _locations(place: object, root: Path) -> Iterator[Json]:
    """One location, or none where there is nothing to point at."""
    match place:
        case Span() as span if span.source.name == SET:
            yield {
                "logicalLocations": [{"name": SET, "fullyQualifiedName": visible(span.source.text)}]
            }
        case Span() as span:
            artifact = {"uri": _uri(span.source.name, root)}
            yield {"physicalLocation": {"artifactLocation": artifact, "region": _region(span)}}
        case str() as path:
            yield {"physicalLocation": {"artifactLocation": {"uri": _uri(path, root)}}}


def _fix(place: Span, text: str, root: Path) -> Json:
    return {
        "description": {"text": f"Write {visible(quoted(text))} instead"},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": _uri(place.source.name, root)},
                "replacements": [
                    {"deletedRegion": _region(place), "insertedContent": {"text": text}}
                ],
            }
        ],
    }


def _region(span: Span) -> Json:
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _uri(name: str, root: Path) -> str:
    """The path from `root` where that is possible, else a `file:` address."""
    whole = Path(os.path.abspath(root / name))
    if whole.is_relative_to(root):
        return _percent(whole.relative_to(root)) or "."
    return f"file://{_percent(whole) if os.name == 'posix' else '/' + _percent(whole)}"


def _percent(path: Path) -> str:
    name = path.as_posix()
    try:
        return quote(name.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:  # no name of a file: half a letter, which stands for no byte
        return quote(name.encode("utf-8", "surrogatepass"))
