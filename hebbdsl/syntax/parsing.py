"""Stage 2: a source becomes a tree, by the surface that its name ends in."""

from __future__ import annotations

from hebbdsl.source import Source
from hebbdsl.syntax.tree import Tree

TEXT_ENDING = ".hebb"


def parse_tree(source: Source) -> Tree:
    """Raises: Rejected, when the source cannot be read as a spec in its surface."""
    if source.name.lower().endswith(TEXT_ENDING):
        from hebbdsl.syntax.text import parse_text

        return parse_text(source)
    from hebbdsl.syntax.yaml import parse_yaml

    return parse_yaml(source)
