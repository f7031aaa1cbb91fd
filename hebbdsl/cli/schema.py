"""`hebbdsl schema`: the JSON Schema of a spec, for editors and other tools."""

from __future__ import annotations

from hebbdsl.cli.terminal import emit
from hebbdsl.diagnostics.escaping import json_text


def schema() -> None:
    """Print the JSON Schema of a spec, for editors of YAML and other tools."""
    from hebbdsl.spec.schema import spec_schema

    emit(json_text(spec_schema()))
