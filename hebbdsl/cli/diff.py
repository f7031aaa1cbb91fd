"""`hebbdsl diff`: what differs in the meaning of two specs."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hebbdsl.cli.options import Set
from hebbdsl.cli.shell_completion import specs
from hebbdsl.cli.terminal import echo, emit
from hebbdsl.diagnostics.escaping import json_text

if TYPE_CHECKING:
    from hebbdsl.plan.plan import Plan
    from hebbdsl.source import Span
    from hebbdsl.spec.semantic_diff import Difference, Differences, Side


class DiffFormat(Enum):
    text = "text"
    json = "json"


def diff(
    old: Annotated[Path, typer.Argument(metavar="A", autocompletion=specs)],
    new: Annotated[Path, typer.Argument(metavar="B", autocompletion=specs)],
    variant: Annotated[
        str | None, typer.Option("--variant", metavar="NAME", help="Only what this one trains.")
    ] = None,
    set_: Set = None,
    format: Annotated[DiffFormat, typer.Option("--format")] = DiffFormat.text,
) -> None:
    """Show what differs in the meaning of specs A and B, and whose runs are the same.

    Order, quotes, comments, spelling of numbers, defaults written out, the surface, and `extends`
    against all in one file are no differences. Exit code 1: there are some. `--set` changes both.
    JSON is {"version": 1, "differences": [{"path", "variants", "old", "new"}], "added", "removed",
    "runs": {variant: "same" or "different"}}; old and new are null or {"value", "file", "line",
    "column"}.
    """
    from hebbdsl.spec.semantic_diff import differences

    plans = _planned((old, new), set_ or [])
    if variant is not None:
        from hebbdsl.launch.selection import select_variants

        for plan in plans:
            select_variants(plan, [variant])
    found = differences(plans[0].checked, plans[1].checked, variant)
    if format is DiffFormat.json:
        emit(json_text(_json(found)))
    else:
        echo("\n".join(_lines(found)))
    raise typer.Exit(int(bool(found)))


def _planned(paths: tuple[Path, ...], overrides: list[str]) -> list[Plan]:
    """Raises: Rejected, with all that is wrong with any of them."""
    from hebbdsl.diagnostics.diagnostic import Problems, Rejected
    from hebbdsl.pipeline import load_plan

    problems = Problems()
    plans = []
    for path in paths:
        try:
            plans.append(load_plan(path, overrides))
        except Rejected as rejected:
            problems.extend(rejected.problems)
    problems.raise_errors()
    return plans


def _lines(found: Differences) -> Iterator[str]:
    for one in found.found:
        yield f"{one.path}{_where(one, found)}"
        if one.old is not None:
            yield f"  - {_shown(one.old)}"
        if one.new is not None:
            yield f"  + {_shown(one.new)}"
    for sign, names in (("-", found.removed), ("+", found.added)):
        if names:
            yield "variants"
            yield from (f"  {sign} {name}" for name in names)
    if found:
        yield ""
    else:
        yield "no difference in meaning"
    same = [name for name, equal in found.runs.items() if equal]
    other = [name for name, equal in found.runs.items() if not equal]
    if same:
        yield f"the same runs: {', '.join(same)}"
    if other:
        yield f"other runs: {', '.join(other)}"


def _where(one: Difference, found: Differences) -> str:
    """The variants it is in, unless it is in all that both specs have."""
    if not one.variants or len(one.variants) == len(found.runs):
        return ""
    return f", in {', '.join(one.variants)}"


def _shown(side: Side) -> str:
    from hebbdsl.comparison.differences import short_form
    from hebbdsl.diagnostics.escaping import visible
    from hebbdsl.spec.glossary import spelt

    value = side.value
    if isinstance(value, list) and all(isinstance(item, int) for item in value):
        value = spelt(tuple(value))
    elif not isinstance(value, str):
        value = short_form(value)
    place = f"  ({_place(side.place)})" if side.place is not None else ""
    return visible(f"{value}{place}")


def _place(span: Span) -> str:
    line, column = span.source.position(span.start)
    return f"{span.source.name}:{line}:{column}"


def _json(found: Differences) -> dict[str, Any]:
    return {
        "version": 1,
        "differences": [
            {
                "path": one.path,
                "variants": list(one.variants),
                "old": _side(one.old),
                "new": _side(one.new),
            }
            for one in found.found
        ],
        "added": list(found.added),
        "removed": list(found.removed),
        "runs": {name: "same" if equal else "different" for name, equal in found.runs.items()},
    }


def _side(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    place: dict[str, Any] = dict.fromkeys(("file", "line", "column"))
    if side.place is not None:
        line, column = side.place.source.position(side.place.start)
        place = {"file": side.place.source.name, "line": line, "column": column}
    return {"value": side.value, **place}
