"""The mlp against torch's own layers, and its sizes."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from hebbdsl.parts.classification import Shape
from hebbdsl.parts.models.mlp.module import MlpModule
from hebbdsl.parts.models.mlp.spec import Mlp


def built(spec: Mlp, image: Shape) -> MlpModule:
    module = spec.build(image)
    assert isinstance(module, MlpModule)
    module.initialise(torch.Generator().manual_seed(0))
    return module


def test_mlp_is_linear_layers_with_relu_between() -> None:
    module = built(Mlp(hidden=(7, 6), features=5), (1, 4, 3))
    a, b, c = module.linear
    x = torch.randn(9, 1, 4, 3)
    expected = c(torch.relu(b(torch.relu(a(x.reshape(9, 12))))))
    torch.testing.assert_close(module(x), expected)
    assert module(x).min() < 0


def test_without_hidden_layers_it_is_linear() -> None:
    module = built(Mlp(hidden=(), features=5), (1, 4, 3))
    x, y = torch.randn(2, 9, 1, 4, 3)
    zero = module(torch.zeros(9, 1, 4, 3))
    torch.testing.assert_close(module(x + y), module(x) + module(y) - zero)


def test_initial_weights_follow_the_law_of_linear_and_the_generator_alone() -> None:
    spec = Mlp(hidden=(300,), features=200)
    first, second = built(spec, (1, 8, 8)), built(spec, (1, 8, 8))
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b)
    plain = nn.Linear(64, 300)
    for mine, torchs in zip(first.linear[0].parameters(), plain.parameters(), strict=True):
        assert mine.abs().max() <= 1 / 8
        torch.testing.assert_close(mine.std(), torchs.std(), atol=6e-3, rtol=0)


@given(
    hidden=st.lists(st.integers(1, 90), max_size=5).map(tuple),
    features=st.integers(1, 50),
    image=st.tuples(st.integers(1, 3), st.integers(4, 40), st.integers(4, 40)),
)
@settings(max_examples=60)
def test_planned_sizes_and_shapes_are_those_of_the_module(
    hidden: tuple[int, ...], features: int, image: Shape
) -> None:
    spec = Mlp(hidden=hidden, features=features)
    assert not list(spec.shape_problems(image))
    layers = spec.layers(image)
    with torch.device("meta"):
        module = spec.build(image)
    assert isinstance(module, MlpModule)
    linear = [child for child in module.linear if isinstance(child, nn.Linear)]
    assert [layer.shape for layer in layers] == [(one.out_features,) for one in linear]
    assert [layer.parameters for layer in layers] == [
        sum(p.numel() for p in one.parameters()) for one in linear
    ]
    assert not list(module.buffers())
    assert sum(layer.buffer_bytes for layer in layers) == 0
