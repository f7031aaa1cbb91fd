"""Every golden spec, with the text that `validate` prints for it beside it.

`HEBBDSL_GOLDEN=write` writes the texts anew: read them before they are committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hebbdsl.diagnostics.render import render_text
from hebbdsl.pipeline import inspect

GOLDEN = Path(__file__).parents[1] / "golden"


SPECS = sorted([*GOLDEN.glob("*.yaml"), *GOLDEN.glob("*.hebb")])


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_golden(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDEN)
    said = render_text(inspect(spec.name)) + "\n"
    expected = spec.with_suffix(".txt")
    if os.environ.get("HEBBDSL_GOLDEN") == "write":
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")


def test_there_are_golden_specs() -> None:
    assert len(list(GOLDEN.glob("*.yaml"))) >= 25
    assert len(list(GOLDEN.glob("*.hebb"))) >= 20
    assert sorted(p.stem for p in GOLDEN.glob("*.txt")) == sorted(p.stem for p in SPECS)
