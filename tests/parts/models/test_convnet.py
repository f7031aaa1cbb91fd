"""The convnet against torch's own layers, its sizes, and its initial weights."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from hebbdsl.diagnostics.diagnostic import At
from hebbdsl.parts.classification import Shape
from hebbdsl.parts.models.convnet.module import CPU_CHUNK, Block, ConvnetModule
from hebbdsl.parts.models.convnet.spec import Convnet, EvenKernel, PooledAway

SMALL = Convnet(channels=(6, 5), features=4)
IMAGE = (1, 12, 9)


def built(spec: Convnet, image: Shape = IMAGE) -> ConvnetModule:
    module = spec.build(image)
    assert isinstance(module, ConvnetModule)
    module.initialise(torch.Generator().manual_seed(0))
    return module


def textbook(spec: Convnet, module: ConvnetModule, inputs: int) -> nn.Sequential:
    """The same network written plainly, ReLU before pooling, with the same weights."""
    layers: list[nn.Module] = []
    for block, outputs in zip(module.blocks, spec.channels, strict=True):
        assert isinstance(block, Block)
        convolution = nn.Conv2d(
            inputs,
            outputs,
            spec.kernel_size,
            padding=spec.kernel_size // 2,
            bias=not spec.batch_norm,
        )
        convolution.weight.data.copy_(block.weight)
        layers.append(convolution)
        if spec.batch_norm:
            norm = nn.BatchNorm2d(outputs)
            norm.weight.data.copy_(block.scale)
            norm.bias.data.copy_(block.bias)
            layers.append(norm)
        else:
            assert convolution.bias is not None
            convolution.bias.data.copy_(block.bias)
        layers += [nn.ReLU(), nn.MaxPool2d(2)]
        inputs = outputs
    features = nn.Linear(module.features.in_features, spec.features)
    features.load_state_dict(module.features.state_dict())
    return nn.Sequential(*layers, nn.Flatten(), features)


@pytest.mark.parametrize("batch_norm", [True, False])
@pytest.mark.parametrize("kernel", [1, 3, 5])
@pytest.mark.parametrize("channels", [1, 3])
def test_convnet_is_the_textbook_network(batch_norm: bool, kernel: int, channels: int) -> None:
    """In training, with negative and zero scales too; then in evaluation, in several chunks."""
    spec = Convnet(channels=(6, 5), features=4, kernel_size=kernel, batch_norm=batch_norm)
    image = (channels, 12, 9)
    module = built(spec, image)
    if batch_norm:
        for block in module.blocks:
            assert isinstance(block, Block)
            block.scale.data[:3] = torch.tensor([-1.5, 0.0, 0.5])
            block.bias.data.normal_(generator=torch.Generator().manual_seed(2))
    plain = textbook(spec, module, channels)
    generator = torch.Generator().manual_seed(1)
    for _ in range(3):
        x = torch.randn(8, *image, generator=generator)
        mine, theirs = module(x), plain(x)
        torch.testing.assert_close(mine, theirs, atol=1e-5, rtol=1e-4)
        mine.square().sum().backward()
        theirs.square().sum().backward()
    gradients = {tuple(p.shape): [] for p in plain.parameters()}
    assert gradients
    for p in plain.parameters():
        gradients[tuple(p.shape)].append(p.grad)
    for p in module.parameters():
        assert p.grad is not None
        assert any(
            torch.allclose(p.grad, g, atol=1e-3, rtol=1e-3) for g in gradients[tuple(p.shape)]
        )
    module.eval()
    plain.eval()
    x = torch.randn(2 * CPU_CHUNK + 3, *image, generator=generator)
    with torch.no_grad():
        torch.testing.assert_close(module(x), plain(x), atol=1e-5, rtol=1e-4)


def test_evaluation_changes_nothing() -> None:
    module = built(SMALL).eval()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    x = torch.randn(5, *IMAGE)
    assert torch.equal(module(x), module(x))
    for name, value in module.state_dict().items():
        assert torch.equal(value, before[name])


def test_bfloat16_autocast_trains_and_keeps_statistics_in_float32() -> None:
    module = built(SMALL)
    with torch.autocast("cpu", torch.bfloat16):
        features = module(torch.randn(8, *IMAGE))
    assert features.dtype == torch.bfloat16
    features.float().square().mean().backward()
    for parameter in module.parameters():
        assert parameter.grad is not None
        assert parameter.grad.dtype == torch.float32
        assert torch.isfinite(parameter.grad).all()
    assert all(buffer.dtype == torch.float32 for buffer in module.buffers())


def test_initial_weights_follow_the_law_of_torch_and_the_generator_alone() -> None:
    for batch_norm in (True, False):
        spec = Convnet(channels=(64, 256), features=300, batch_norm=batch_norm)
        first, second = built(spec, (1, 8, 8)), built(spec, (1, 8, 8))
        plain = nn.Conv2d(64, 256, 3)
        for a, b in zip(first.parameters(), second.parameters(), strict=True):
            assert torch.equal(a, b)
        block = first.blocks[1]
        assert isinstance(block, Block)
        torch.testing.assert_close(block.weight.std(), plain.weight.std(), atol=1e-3, rtol=0)
        assert block.weight.abs().max() <= 1 / 24
        assert block.bias.abs().max() <= 1 / 24
        assert bool(block.bias.any()) != batch_norm
        linear = nn.Linear(256 * 4, 300)
        torch.testing.assert_close(
            first.features.weight.std(), linear.weight.std(), atol=1e-3, rtol=0
        )


def test_no_dropout_and_no_other_draw_is_inside() -> None:
    module = built(SMALL)
    x = torch.randn(5, *IMAGE)
    state = torch.get_rng_state()
    assert torch.equal(module(x), module(x))
    assert torch.equal(torch.get_rng_state(), state)


@given(
    channels=st.lists(st.integers(1, 40), min_size=1, max_size=5).map(tuple),
    kernel_size=st.sampled_from([1, 3, 5, 7]),
    batch_norm=st.booleans(),
    features=st.integers(1, 50),
    image=st.tuples(st.integers(1, 3), st.integers(4, 64), st.integers(4, 64)),
)
@settings(max_examples=80)
def test_planned_sizes_and_shapes_are_those_of_the_module(
    channels: tuple[int, ...], kernel_size: int, batch_norm: bool, features: int, image: Shape
) -> None:
    spec = Convnet(
        channels=channels, kernel_size=kernel_size, batch_norm=batch_norm, features=features
    )
    if list(spec.shape_problems(image)):
        assert min(image[1:]) < 2 ** len(channels)
        return
    layers = spec.layers(image)
    with torch.device("meta"):
        module = spec.build(image)
        shapes: list[tuple[int, ...]] = []
        for child in (*module.get_submodule("blocks").children(), module.get_submodule("features")):
            child.register_forward_hook(lambda _m, _i, out: shapes.append(tuple(out.shape[1:])))
        module(torch.empty(2, *image))
    assert [layer.shape for layer in layers] == shapes
    assert sum(layer.parameters for layer in layers) == sum(p.numel() for p in module.parameters())
    assert sum(layer.buffer_bytes for layer in layers) == sum(
        b.numel() * b.element_size() for b in module.buffers()
    )


def test_pooled_away_names_the_sizes() -> None:
    (problem,) = Convnet(channels=(8,) * 6).shape_problems((1, 28, 28))
    assert isinstance(problem, PooledAway)
    assert problem.place == At(("model", "channels"))
    assert problem.related[0].place == At(("data", "image_size"))
    assert problem.title == "6 blocks pool an image of 28×28 away to nothing"
    assert problem.hint == (
        "sizes block by block: 28×28 → 14×14 → 7×7 → 3×3 → 1×1 → 0×0; use at most 4 blocks, or"
        " larger images"
    )
    assert problem.label == "nothing is left after block 5"
    assert not list(Convnet(channels=(8,) * 4).shape_problems((1, 28, 28)))


def test_even_kernel_is_refused() -> None:
    (problem,) = Convnet(kernel_size=4).errors()
    assert isinstance(problem, EvenKernel)
    assert problem.place == At(("kernel_size",))
    assert not list(Convnet(kernel_size=5).errors())
