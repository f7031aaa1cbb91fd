"""Good specs to make mutants of: every shipped spec, in both surfaces."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hebbdsl.source import Source
from hebbdsl.spec.printing import print_spec
from hebbdsl.syntax.surfaces import parse_tree
from tests.fuzz.mutator import Seedling

ROOT = Path(__file__).parents[2]


@cache
def seedlings() -> tuple[Seedling, ...]:
    """In one fixed order, each as YAML and as text."""
    found: list[Seedling] = []
    for path in sorted(ROOT.glob("specs/*.yaml")):
        text = path.read_text(encoding="utf-8")
        tree = parse_tree(Source(path.name, text))
        found.append(Seedling(path.stem, ".yaml", text))
        found.append(Seedling(path.stem, ".hebb", print_spec(tree, "hebb")))
    return tuple(found)
