"""The grammar file: inside the package when installed, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

_NAME = "hebbdsl.lark"


def grammar_text() -> str:
    """Raises: FileNotFoundError, when the installation is damaged."""
    # Not importlib.resources: it takes longer to load than a whole spec takes to check.
    package = Path(__file__).parents[1]
    packaged = package / "grammar" / _NAME
    path = packaged if packaged.is_file() else package.parent / "grammar" / _NAME
    return path.read_text(encoding="utf-8")
