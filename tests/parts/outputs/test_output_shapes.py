"""The shapes in the signatures, checked while every output answers every question."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
import torch
from jaxtyping import TypeCheckError, install_import_hook

PACKAGE = "hebbdsl.parts.outputs"
CLASSES, HIDDEN, BATCH, IN_PLAY = 7, 4, 5, 6

SPECS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("softmax", "Softmax", {}),
    ("hebbian", "Hebbian", {}),
    ("hebbian", "Hebbian", {"center": "running", "rescale": "mean_row"}),
    ("cache", "Cache", {"size": 3}),
    ("nearest", "Nearest", {"neighbours": 3}),
    ("nearest", "Nearest", {"kernel": "dot"}),
    ("sampled_softmax", "SampledSoftmax", {"samples": 2}),
    ("adaptive_softmax", "AdaptiveSoftmax", {"cutoffs": (2, 4)}),
    ("mixture_of_softmaxes", "MixtureOfSoftmaxes", {"components": 3, "width": 2}),
)


@pytest.fixture(scope="module")
def checked() -> Iterator[dict[str, Any]]:
    """Spec classes whose modules check their annotations; the plain ones are put back after."""
    plain = {n: m for n, m in sys.modules.items() if n.startswith(PACKAGE)}
    for name in plain:
        del sys.modules[name]
    with install_import_hook(PACKAGE, "beartype.beartype"):
        found = {}
        for word, name in (*((w, n) for w, n, _ in SPECS), ("mixture", "Mixture")):
            found[name] = getattr(import_module(f"{PACKAGE}.{word}.spec"), name)
            import_module(f"{PACKAGE}.{word}.module")
    yield found
    for name in [n for n in sys.modules if n.startswith(PACKAGE)]:
        del sys.modules[name]
    sys.modules.update(plain)
    for name, module in plain.items():  # packages name their modules too
        package, _, last = name.rpartition(".")
        setattr(sys.modules[package], last, module)


def layers(checked: dict[str, Any]) -> Iterator[Any]:
    experts = tuple(checked[name](**fields) for _, name, fields in SPECS)
    for expert in experts:
        yield expert.build(HIDDEN, CLASSES)
    given = (0.25,) * 4 + (0.0,) * (len(experts) - 4)
    for weights in ("equal", "learned", "entropy", given):
        yield checked["Mixture"](experts=experts, weights=weights).build(HIDDEN, CLASSES)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_every_answer_has_the_shape_it_promises(
    checked: dict[str, Any], dtype: torch.dtype
) -> None:
    h, labels = torch.randn(BATCH, HIDDEN).to(dtype), torch.randint(0, IN_PLAY, (BATCH,))
    for layer in layers(checked):
        layer.initialise(torch.Generator().manual_seed(0))
        with torch.autocast("cpu", torch.bfloat16, enabled=dtype == torch.bfloat16):
            for _ in range(2):
                layer.draw(torch.Generator().manual_seed(0), IN_PLAY)
                assert layer.loss(h, labels, IN_PLAY).shape == ()
                assert layer.label_log_probabilities(h, labels, IN_PLAY).shape == (BATCH,)
                assert layer.log_probabilities(h, IN_PLAY).shape == (BATCH, IN_PLAY)
                layer.after_step(h, h, labels, IN_PLAY)
                found = layer.score_text(h[:, None], labels[:, None], IN_PLAY)
                assert found.shape == (BATCH, 1)
            layer.clear_memory()


def test_a_wrong_shape_is_caught(checked: dict[str, Any]) -> None:
    for layer in layers(checked):
        with pytest.raises(TypeCheckError):
            layer.loss(torch.randn(BATCH, HIDDEN), torch.zeros(BATCH + 1, dtype=torch.int64), 3)
