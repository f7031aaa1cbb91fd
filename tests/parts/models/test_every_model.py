"""What the stages rely on, whatever the model of pictures."""

from __future__ import annotations

import pytest
import torch

from hebbdsl.parts.classification import ClassificationModel
from hebbdsl.parts.part import Model
from hebbdsl.vocabulary import words_of

IMAGE = (1, 28, 28)
MODELS = [part for part in words_of(Model).values() if issubclass(part, ClassificationModel)]


@pytest.mark.parametrize("word", MODELS)
def test_defaults_fit_28_pixels_and_plan_what_is_built(word: type[ClassificationModel]) -> None:
    spec = word(features=10)
    assert not list(spec.errors())
    assert not list(spec.shape_problems(IMAGE))
    layers = spec.layers(IMAGE)
    assert layers[-1].shape == (10,)
    module = spec.build(IMAGE)
    module.initialise(torch.Generator().manual_seed(0))  # type: ignore[operator]
    assert sum(layer.parameters for layer in layers) == sum(p.numel() for p in module.parameters())
    assert module(torch.zeros(2, *IMAGE)).shape == (2, 10)
