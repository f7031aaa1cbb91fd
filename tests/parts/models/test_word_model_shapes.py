"""The shapes in the signatures, checked while every word model answers every question."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
import torch
from jaxtyping import TypeCheckError, install_import_hook

PACKAGE = "hebbdsl.parts.models"
WORDS, TIME, BATCH = 9, 5, 3
DROPOUTS = {
    "embedding_dropout": 0.5,
    "input_dropout": 0.5,
    "hidden_dropout": 0.5,
    "dropout": 0.5,
}
SPECS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("lstm", "Lstm", {"hidden": (6, 7), "features": 4, "weight_drop": 0.5}),
    ("gru", "Gru", {"hidden": (6, 7), "embedding": 5, "tied": False, "weight_drop": 0.5}),
    (
        "transformer",
        "Transformer",
        {"d_model": 8, "num_heads": 2, "features": 4, "context_length": 2},
    ),
)


@pytest.fixture(scope="module")
def checked() -> Iterator[dict[str, Any]]:
    """Spec classes whose modules check their annotations; the plain ones are put back after."""
    plain = {n: m for n, m in sys.modules.items() if n.startswith(PACKAGE)}
    for name in plain:
        del sys.modules[name]
    with install_import_hook(PACKAGE, "beartype.beartype"):
        found = {}
        for word, name, _ in SPECS:
            found[name] = getattr(import_module(f"{PACKAGE}.{word}.spec"), name)
            import_module(f"{PACKAGE}.{word}.module")
    yield found
    for name in [n for n in sys.modules if n.startswith(PACKAGE)]:
        del sys.modules[name]
    sys.modules.update(plain)


@pytest.mark.parametrize("locked", [False, True])
@pytest.mark.parametrize(("name", "fields"), [(name, fields) for _, name, fields in SPECS])
def test_shapes_are_those_that_are_written(
    checked: dict[str, Any], name: str, fields: dict[str, Any], locked: bool
) -> None:
    spec = checked[name](**fields, **DROPOUTS, locked_dropout=locked)
    network = spec.build(WORDS)
    network.initialise(torch.Generator().manual_seed(0))
    rows = torch.zeros(WORDS, spec.activation_width) if spec.tied else None
    tokens = torch.zeros(TIME, BATCH, dtype=torch.int64)
    masks = network.masks(torch.Generator().manual_seed(1), BATCH, TIME)
    state = network.start(BATCH, "cpu")
    for _ in range(2):
        h, state = network(tokens, rows, state, masks)
    assert h.shape == (TIME, BATCH, spec.activation_width)
    with pytest.raises(TypeCheckError):
        network(tokens[0], rows, state, masks)
