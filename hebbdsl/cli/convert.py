"""`hebbdsl convert`: a spec in the other surface."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hebbdsl.cli.shell_completion import specs
from hebbdsl.cli.terminal import echo_stderr, emit_source


def convert(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", autocompletion=specs)],
    target: Annotated[
        Path | None,
        typer.Argument(metavar="TARGET", help="File to write; - or nothing: standard output."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
) -> None:
    """Write SPEC in the other surface: YAML (.yaml) as text (.hebb), text as YAML.

    Nothing is lost, comments included, and a path in `extends` stays as it is.
    """
    from hebbdsl.pipeline import parse_tree, read_source
    from hebbdsl.spec.formatting import formatted
    from hebbdsl.spec.printing import surface_of

    tree = parse_tree(read_source(spec))
    if target is None or str(target) == "-":
        is_text = surface_of(tree.source.name) == "hebb"
        emit_source(formatted(tree, "yaml" if is_text else "hebb"))
        return
    _check(target, force)
    text = formatted(tree, surface_of(str(target)))
    _write(target, text)
    echo_stderr(f"wrote {target}")


def _check(target: Path, force: bool) -> None:
    """Raises: Rejected, when the target is no name of a spec, or would be written over."""
    from hebbdsl.cli.problems import WouldOverwrite
    from hebbdsl.diagnostics.diagnostic import Rejected
    from hebbdsl.syntax.reading import ENDINGS, UnknownSurface

    if target.suffix.lower() not in ENDINGS:
        raise Rejected([UnknownSurface(place=str(target), ending=target.suffix)])
    if target.exists() and not force:
        raise Rejected([WouldOverwrite(place=str(target), path=str(target))])


def _write(target: Path, text: str) -> None:
    """Raises: Rejected, with HEB190."""
    from hebbdsl.diagnostics.diagnostic import Rejected
    from hebbdsl.spec.typed import NotWritten
    from hebbdsl.writing import write_atomically

    try:
        write_atomically(target, text.encode(), through_links=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Rejected([NotWritten(place=str(target), path=str(target), reason=reason)]) from error
