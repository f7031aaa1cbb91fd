"""Stage 2 for `.hebb`: a tree from the text surface, parsed by lark from `grammar/hebbdsl.lark`."""

from __future__ import annotations

from hebbdsl.source import Source
from hebbdsl.syntax.tree import Tree


def parse_text(source: Source) -> Tree:
    """Raises: Rejected, when nothing of the source can be judged."""
    raise NotImplementedError
