"""Stage 2: a source becomes a tree, by the surface that its name ends in."""

from __future__ import annotations

from hebbdsl.source import TEXT_ENDING, Source
from hebbdsl.syntax.tree import Tree

__all__ = ["TEXT_ENDING", "parse_tree"]


def parse_tree(source: Source) -> Tree:
    """Raises: Rejected, when the source cannot be read as a spec in its surface."""
    if source.is_text:
        from hebbdsl.syntax.text_surface import parse_text

        return parse_text(source)
    from hebbdsl.syntax.yaml import parse_yaml

    return parse_yaml(source)
