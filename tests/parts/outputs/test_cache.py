"""The cache against a literal loop over its pairs."""

from __future__ import annotations

from math import exp, log
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from hebbdsl.parts.outputs.cache.module import CacheLayer
from hebbdsl.parts.outputs.cache.spec import Cache

HIDDEN = 4

Pairs = list[tuple[list[float], int]]


def slow_probability(spec: Cache, pairs: Pairs, h: list[float], i: int, in_play: int) -> float:
    """p(i | h) as the docstring writes it, over the last `size` pairs."""
    pairs = pairs[-spec.size :]
    if not pairs:
        return 1 / in_play
    likeness = [exp(spec.theta * sum(a * b for a, b in zip(h, k, strict=True))) for k, _ in pairs]
    mine = sum(s for s, (_, label) in zip(likeness, pairs, strict=True) if label == i)
    return (1 - spec.uniform) * mine / sum(likeness) + spec.uniform / in_play


def remember(layer: CacheLayer, h: Tensor, labels: Tensor, in_play: int) -> None:
    # What the loss saw is not what is remembered: keys are clean activations.
    written = layer.after_step(torch.full_like(h, torch.nan), h, labels, in_play)
    assert written is not None
    assert torch.isfinite(written).all()


@given(
    spec=st.builds(
        Cache,
        size=st.integers(1, 12),
        theta=st.floats(0.01, 2),
        uniform=st.sampled_from([1e-6, 1e-3, 0.5, 1.0]),
    ),
    batches=st.lists(st.integers(1, 7), max_size=5),
    in_play=st.integers(1, 5),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=100)
def test_cache_is_the_slow_loop(spec: Cache, batches: list[int], in_play: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    layer = spec.build(HIDDEN, 5)
    assert isinstance(layer, CacheLayer)
    pairs: Pairs = []
    for size in (*batches, 3):
        h = torch.randn(size, HIDDEN, generator=generator)
        labels = torch.randint(0, in_play, (size,), generator=generator)
        expected = torch.tensor(
            [
                [log(slow_probability(spec, pairs, row, i, in_play)) for i in range(in_play)]
                for row in h.tolist()
            ]
        )
        every = layer.log_probabilities(h, in_play)
        torch.testing.assert_close(every, expected, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(
            layer.label_log_probabilities(h, labels, in_play),
            expected.gather(1, labels[:, None])[:, 0],
            atol=1e-4,
            rtol=1e-4,
        )
        torch.testing.assert_close(every.exp().sum(1), torch.ones(size))
        remember(layer, h, labels, in_play)
        pairs += list(zip(h.tolist(), labels.tolist(), strict=True))
    assert layer.written == len(pairs)


def test_empty_cache_is_even_and_gives_gradients_of_zero() -> None:
    layer = Cache().build(HIDDEN, 10)
    h = torch.randn(3, HIDDEN, requires_grad=True)
    loss = layer.loss(h, torch.tensor([0, 1, 2]), 7)
    torch.testing.assert_close(loss, torch.tensor(log(7)))
    loss.backward()
    assert h.grad is not None
    assert torch.equal(h.grad, torch.zeros(3, HIDDEN))


@pytest.mark.parametrize("scale", [1.0, 100.0])
@pytest.mark.parametrize("whole", [False, True])
def test_gradients_reach_the_query_and_are_numbers(scale: float, whole: bool) -> None:
    """Also for a label that is not remembered, and for scores in the tens of thousands."""
    layer = Cache(size=6).build(HIDDEN, 10)
    assert isinstance(layer, CacheLayer)
    keys = scale * torch.randn(4, HIDDEN)
    remember(layer, keys, torch.tensor([0, 1, 2, 0]), 10)
    h = (keys + 0.1).requires_grad_()
    labels = torch.tensor([0, 1, 9, 2])
    if whole:
        layer.log_probabilities(h, 10).gather(1, labels[:, None]).sum().backward()
    else:
        layer.loss(h, labels, 10).backward()
    assert h.grad is not None
    assert torch.isfinite(h.grad).all()
    assert scale > 1 or h.grad.abs().max() > 0
    assert not list(layer.parameters())
    assert not layer.keys.requires_grad


def test_remembered_classes_that_are_not_in_play_take_no_part() -> None:
    layer = Cache(size=6).build(HIDDEN, 10)
    assert isinstance(layer, CacheLayer)
    keys = torch.randn(3, HIDDEN)
    remember(layer, keys, torch.tensor([0, 1, 9]), 10)
    alone = Cache(size=6).build(HIDDEN, 10)
    assert isinstance(alone, CacheLayer)
    remember(alone, keys[:2], torch.tensor([0, 1]), 10)
    h, labels = torch.randn(4, HIDDEN), torch.tensor([0, 1, 2, 3])
    for in_play in (4, 9):
        every = layer.log_probabilities(h, in_play)
        torch.testing.assert_close(every, alone.log_probabilities(h, in_play))
        torch.testing.assert_close(
            layer.label_log_probabilities(h, labels, in_play),
            every.gather(1, labels[:, None])[:, 0],
        )


def test_smallest_even_share_stays_a_probability() -> None:
    layer = Cache(uniform=1e-300).build(HIDDEN, 10)
    assert isinstance(layer, CacheLayer)
    remember(layer, torch.ones(1, HIDDEN), torch.tensor([0]), 10)
    h = torch.ones(1, HIDDEN, requires_grad=True)
    absent = layer.label_log_probabilities(h, torch.tensor([5]), 10)
    torch.testing.assert_close(absent, torch.tensor([log(1e-300) - log(10)]))
    absent.sum().backward()
    assert h.grad is not None
    assert torch.isfinite(h.grad).all()


def test_evaluation_writes_nothing() -> None:
    layer = Cache(size=5).build(HIDDEN, 3)
    assert isinstance(layer, CacheLayer)
    remember(layer, torch.randn(4, HIDDEN), torch.tensor([0, 1, 2, 0]), 3)
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    h = torch.randn(6, HIDDEN)
    first = layer.log_probabilities(h, 3)
    layer.score_text(h[:, None], torch.zeros(6, 1, dtype=torch.int64), 3)
    assert torch.equal(first, layer.log_probabilities(h, 3))
    for name, value in layer.state_dict().items():
        assert torch.equal(value, before[name])


def test_state_comes_back() -> None:
    first, second = Cache(size=5).build(HIDDEN, 3), Cache(size=5).build(HIDDEN, 3)
    assert isinstance(first, CacheLayer)
    for _ in range(3):
        remember(first, torch.randn(3, HIDDEN), torch.tensor([0, 1, 2]), 3)
    second.load_state_dict(first.state_dict())
    h = torch.randn(6, HIDDEN)
    assert torch.equal(first.log_probabilities(h, 3), second.log_probabilities(h, 3))


class Watching(TorchDispatchMode):
    """Refuses to let the host wait, and remembers the widest result."""

    most = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        assert func.overloadpacket.__name__ not in {"_local_scalar_dense", "nonzero", "_unique2"}
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor):
            self.most = max(self.most, result.numel())
        return result


def test_training_makes_nothing_as_wide_as_the_classes_and_never_waits() -> None:
    classes, size, batch = 1_000_000, 20, 8
    layer = Cache(size=size).build(HIDDEN, classes)
    h, labels = torch.randn(batch, HIDDEN), torch.randint(0, classes, (batch,))
    with Watching() as watched:
        for _ in range(4):
            layer.loss(h, labels, classes)
            layer.after_step(h, h, labels, classes)
    assert 0 < watched.most <= size * max(batch, HIDDEN)


def test_bfloat16_activations_are_kept_and_scored_in_float32() -> None:
    layer = Cache(size=5).build(HIDDEN, 3)
    assert isinstance(layer, CacheLayer)
    with torch.autocast("cpu", torch.bfloat16):
        h = torch.randn(4, HIDDEN).bfloat16()
        remember(layer, h, torch.tensor([0, 1, 2, 0]), 3)
        every = layer.log_probabilities(h, 3)
        loss = layer.loss(h, torch.tensor([0, 1, 2, 0]), 3)
    assert layer.keys.dtype == every.dtype == loss.dtype == torch.float32
    torch.testing.assert_close(every.exp().sum(1), torch.ones(4))
