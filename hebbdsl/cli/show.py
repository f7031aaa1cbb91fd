"""`hebbdsl show`: the resolved spec, each value with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hebbdsl.cli.options import Set
from hebbdsl.cli.shell_completion import specs
from hebbdsl.cli.terminal import emit, emit_source
from hebbdsl.diagnostics.escaping import json_text, visible

if TYPE_CHECKING:
    from hebbdsl.spec import checked
    from hebbdsl.spec.resolved import Resolved


WIDEST = 48
"""Characters of the longest line whose note stands in the column of the others."""


class ShowFormat(Enum):
    yaml = "yaml"
    hebb = "hebb"
    json = "json"


def show(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", autocompletion=specs)],
    variant: Annotated[
        str | None, typer.Option("--variant", metavar="NAME", help="What this variant comes to.")
    ] = None,
    set_: Set = None,
    format: Annotated[
        ShowFormat | None, typer.Option("--format", help="Default: the surface of SPEC.")
    ] = None,
    origins: Annotated[
        bool, typer.Option("--origins/--no-origins", help="Say where each value comes from.")
    ] = True,
) -> None:
    """Show all that SPEC says, with what it inherits and every default: a spec that stands alone.

    A comment says where each value was written. JSON is {"version": 1, "experiment", "variant",
    "fields": [{"path", "value", "origin": {"kind", "file", "line", "column"}}]}, where the value
    of a part is its word and kind is spec, variant, set or default.
    """
    from hebbdsl.launch.selection import select_variants
    from hebbdsl.pipeline import load_plan
    from hebbdsl.spec.resolved import resolved, resolved_plain

    plan = load_plan(spec, set_ or ())
    if variant is not None:
        (variant,) = select_variants(plan, [variant])
    found = resolved(plan.checked, variant)
    if format is ShowFormat.json:
        emit(json_text(_json(plan.checked, variant, found, origins)))
        return
    from hebbdsl.spec.printing import print_plain, surface_of

    surface = surface_of(spec.name) if format is None else format.value
    notes = _notes(found, variant) if origins else {}
    text = print_plain(resolved_plain(plan.checked, variant), surface, beside=notes)
    emit_source(_aligned(text, {f"  # {note}" for note in notes.values()}))


def _notes(found: tuple[Resolved, ...], variant: str | None) -> Mapping[checked.Path, str]:
    """What to say beside each value."""
    return {one.path: visible(_note(one, variant)) for one in found}


def _aligned(text: str, notes: AbstractSet[str]) -> str:
    """The notes in one column, but for those of lines that are too long for that."""
    lines = [(line, _note_at(line, notes)) for line in text.splitlines()]
    column = max((at for _, at in lines if at is not None and at <= WIDEST), default=0)
    return "".join(
        (line if at is None else f"{line[:at]:<{column}}{line[at:]}") + "\n" for line, at in lines
    )


def _note_at(line: str, notes: AbstractSet[str]) -> int | None:
    return next((len(line) - len(note) for note in notes if line.endswith(note)), None)


def _note(one: Resolved, variant: str | None) -> str:
    if one.position is None:
        return "default"
    file, line, column = one.position
    if one.kind == "set":
        return file
    place = f"{file}:{line}:{column}"
    return f"variant {variant}, {place}" if one.kind == "variant" else place


def _json(
    of: checked.Checked, variant: str | None, found: tuple[Resolved, ...], origins: bool
) -> dict[str, Any]:
    return {
        "version": 1,
        "experiment": of.experiment.experiment,
        "variant": variant,
        "fields": [
            {
                "path": one.name,
                "value": one.value,
                **({"origin": _origin(one)} if origins else {}),
            }
            for one in found
        ],
    }


def _origin(one: Resolved) -> dict[str, Any]:
    file, line, column = one.position or (None, None, None)
    return {"kind": one.kind, "file": file, "line": line, "column": column}
