"""The grammar file: inside the package when installed, beside it in a checkout."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

_NAME = "hebbdsl.lark"


def grammar_text() -> str:
    """Raises: FileNotFoundError, when the installation is damaged."""
    packaged = files("hebbdsl").joinpath("grammar", _NAME)
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "grammar" / _NAME).read_text(encoding="utf-8")
