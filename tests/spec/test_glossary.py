"""How values are spelt where they are shown: as a spec would write them."""

from __future__ import annotations

import pytest

from hebbdsl.expression.condition import Condition
from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.source import Source
from hebbdsl.spec.glossary import spelt
from hebbdsl.spec.reader import as_written
from hebbdsl.syntax.surfaces import parse_tree


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (9_999, "9999"),
        (-10_000, "-10_000"),
        (0.5, "0.5"),
        ("word", "word"),
        ("", '""'),
        ((), "[]"),
        ((1, 2, 3), "[1, 2, 3]"),
        ((0, 1, 2, 3), "0..3"),
        ((0, 2, 3, 4), "[0, 2, 3, 4]"),
        (("a", (1, None)), "[a, [1, null]]"),
        ({}, "{}"),
        (Condition.parse("test_accuracy>=0.50"), "test_accuracy>=0.50"),
        (Hebbian(), "hebbian"),
    ],
)
def test_values(value: object, text: str) -> None:
    assert spelt(value) == text


@pytest.mark.parametrize("ending", ["yaml", "hebb"])
@pytest.mark.parametrize("value", [None, True, False, 0, 9_999, -10_000, 0.5, 1e-12, 1e22, "word"])
def test_both_surfaces_read_what_is_spelt(value: object, ending: str) -> None:
    sign = ":" if ending == "yaml" else " ="
    tree = parse_tree(Source(f"s.{ending}", f"a{sign} {spelt(value)}\n"))
    assert tree.problems == ()
    assert as_written(tree.root) == {"a": value}
