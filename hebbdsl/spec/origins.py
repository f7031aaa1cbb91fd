"""From field paths to the characters that wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from typing import Any

from hebbdsl.diagnostics.diagnostic import At, Problem, Related
from hebbdsl.source import Span
from hebbdsl.spec.checked import Origins, Path


def resolve(problem: Problem, origins: Origins, prefix: Path = ()) -> Problem:
    """`problem` with the places that its part named replaced by characters.

    Every field that holds an `At` is looked up below `prefix`. A field that was not written stands
    where the nearest enclosing one that was does.
    """
    found: dict[str, Any] = {}
    for field in fields(problem):
        value = getattr(problem, field.name)
        if isinstance(value, At):
            found[field.name] = span_of(value, origins, prefix)
        elif isinstance(value, tuple) and any(isinstance(item, At) for item in value):
            found[field.name] = tuple(
                span_of(item, origins, prefix) if isinstance(item, At) else item for item in value
            )
    problem = replace(problem, **found) if found else problem
    related = problem.related
    if any(isinstance(other.place, At) for other in related):
        problem = replace(problem, resolved=tuple(_resolved(related, origins, prefix)))
    return problem


def _resolved(related: Iterable[Related], origins: Origins, prefix: Path) -> Iterator[Related]:
    for other in related:
        place = (
            span_of(other.place, origins, prefix) if isinstance(other.place, At) else other.place
        )
        if place is not None:
            yield Related(place, other.label)


def span_of(at: At, origins: Origins, prefix: Path = ()) -> Span | None:
    """The characters of one field; None only where nothing at all was written."""
    path = (*prefix, *at.path)
    for length in range(len(path), -1, -1):
        origin = origins.get(path[:length])
        if origin is not None:
            return origin.key if at.key and origin.key is not None else origin.value
    return None
