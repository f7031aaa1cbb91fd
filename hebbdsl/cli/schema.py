"""`hebbdsl schema`: the JSON Schema of a spec, for editors and other tools."""

from __future__ import annotations

from hebbdsl.cli.terminal import emit


def schema() -> None:
    """Print the JSON Schema of a spec, for editors of YAML and other tools."""
    import json

    from hebbdsl.spec.schema import spec_schema

    emit(json.dumps(spec_schema(), indent=1, ensure_ascii=False))
