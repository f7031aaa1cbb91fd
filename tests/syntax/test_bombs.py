"""Small causes with large effects are refused, or taken where they are legal, for little memory.

`tests/benchmarks/bombs.py` has the time and memory of each.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from hebbdsl.diagnostics.diagnostic import MOST_SHOWN
from tests.bombs import answers, bombs

MOST = 200_000_000
"""Bytes that the whole process may ever hold, the bombs and Python itself among them."""

MOST_SAID = 1_000_000
"""Characters of all that is said of a bomb."""


def test_bombs(tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        found, held = pool.submit(answers, tmp_path).result()
    assert held < MOST
    expected = {(bomb.ending, bomb.name): bomb.code for bomb in bombs()}
    assert {key: answer.code for key, answer in found.items()} == expected
    assert max(answer.problems for answer in found.values()) <= MOST_SHOWN + 1
    assert max(answer.characters for answer in found.values()) < MOST_SAID
    assert len(found) >= 80
    assert {ending for ending, _ in found} == {".yaml", ".hebb"}
