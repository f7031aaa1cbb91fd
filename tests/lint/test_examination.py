"""What examining a source loads: advice waits until nothing is wrong."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hebbdsl.diagnostics.codes import CODES
from tests.specs import GOOD

LOADED = """
import sys
from hebbdsl.lint.examination import examine_source
from hebbdsl.source import Source
examined = examine_source(Source("spec.yaml", sys.argv[1]))
print(len(examined.problems.errors), *sys.modules)
"""
LINT = {place.partition(":")[0] for code, place in CODES.items() if code.startswith("HEB7")}
"""Modules that hold what lint says: of its rules, and of parts that warn."""


def loaded(spec: str) -> tuple[int, set[str]]:
    """How many errors a spec has, and the modules that finding them loads."""
    command = [sys.executable, "-c", LOADED, spec]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    errors, *modules = done.stdout.split()
    return int(errors), set(modules)


@pytest.mark.parametrize(
    "wrong",
    [("steps: 2_000", "steps: two"), ("start: 20", "start: 200"), ("model: mlp", "model: mpl")],
    ids=" to ".join,
)
def test_a_spec_with_errors_loads_no_rule(wrong: tuple[str, str]) -> None:
    errors, modules = loaded(GOOD.replace(*wrong))
    assert errors == 1
    assert not {name for name in LINT & modules if name.startswith("hebbdsl.lint.")}
    assert len(LINT & modules) <= 3  # the output, the curriculum and what parts share


def test_a_spec_without_errors_loads_every_rule() -> None:
    """The counter-test: the modules that are counted above are those that lint needs."""
    errors, modules = loaded(GOOD)
    assert errors == 0
    rules = {name for name in LINT if name.startswith("hebbdsl.lint.")}
    assert len(rules) >= 6
    assert rules <= modules
