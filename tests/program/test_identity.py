"""What makes two runs the same run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hebbdsl.parts.datasets.glyphs import Glyphs
from hebbdsl.parts.datasets.omniglot import Omniglot
from hebbdsl.program import identity as module
from hebbdsl.program.identity import identity
from tests import tiny

DATA = "f" * 64


def test_where_data_is_found_takes_no_part() -> None:
    setup = tiny.setup()
    assert isinstance(setup.data, Omniglot)
    elsewhere = replace(setup.data, otherwise=Glyphs(), addresses=("https://example.org/x",))
    assert identity(replace(setup, data=elsewhere), 0, DATA) == identity(setup, 0, DATA)


def test_all_else_does(monkeypatch: pytest.MonkeyPatch) -> None:
    setup = tiny.setup(tiny.HEBBIAN)
    known = {
        identity(setup, 0, DATA),
        identity(setup, 1, DATA),
        identity(setup, 0, "e" * 64),
        identity(tiny.with_dropout(setup, 0.1), 0, DATA),
        identity(tiny.setup(replace(tiny.HEBBIAN, T=499)), 0, DATA),
        identity(tiny.setup(tiny.HEBBIAN, steps=61), 0, DATA),
        identity(replace(setup, data=replace(setup.data, image_size=9)), 0, DATA),
        identity(replace(setup, data=Glyphs(classes=12, image_size=8)), 0, DATA),
    }
    monkeypatch.setattr(module, "SEMANTICS", module.SEMANTICS + 1)
    known.add(identity(setup, 0, DATA))
    assert len(known) == 9
