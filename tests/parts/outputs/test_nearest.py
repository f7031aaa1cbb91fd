"""Nearest neighbours against a literal loop over all pairs."""

from __future__ import annotations

from math import exp, log

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from hebbdsl.parts.capacity import capacity_for
from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.nearest import exact, module
from hebbdsl.parts.outputs.nearest.module import NearestLayer
from hebbdsl.parts.outputs.nearest.spec import Nearest
from tests.parts.outputs.test_cache import Watching

HIDDEN = 4

Pairs = list[tuple[list[float], int]]


def kernel(spec: Nearest, a: list[float], b: list[float]) -> float:
    if spec.kernel == "dot":
        return sum(x * y for x, y in zip(a, b, strict=True))
    return -sum((x - y) ** 2 for x, y in zip(a, b, strict=True))


def slow_probabilities(spec: Nearest, pairs: Pairs, h: list[float], in_play: int) -> list[float]:
    """p(i | h) of every i, as the docstring writes it."""
    likeness = [(kernel(spec, h, key), label) for key, label in pairs if label < in_play]
    nearest = sorted(likeness, reverse=True)[: spec.neighbours]
    if not nearest:
        return [1 / in_play] * in_play
    assert not isinstance(spec.theta, str)
    largest = nearest[0][0]
    weights = [(exp(spec.theta * (k - largest)), label) for k, label in nearest]
    total = sum(weight for weight, _ in weights)
    return [
        (1 - spec.uniform) * sum(w for w, label in weights if label == i) / total
        + spec.uniform / in_play
        for i in range(in_play)
    ]


def built(spec: Nearest, classes: int = 5) -> NearestLayer:
    layer = spec.build(HIDDEN, classes)
    assert isinstance(layer, NearestLayer)
    return layer


def remember(layer: NearestLayer, h: Tensor, labels: Tensor, in_play: int) -> None:
    # What the loss saw is not what is remembered: keys are clean activations.
    written = layer.after_step(torch.full_like(h, torch.nan), h, labels, in_play)
    assert written is not None
    assert torch.isfinite(written).all()


SPECS = st.builds(
    Nearest,
    kernel=st.sampled_from(["squared_distance", "dot"]),
    neighbours=st.integers(1, 30),
    theta=st.floats(0.01, 2),
    uniform=st.sampled_from([1e-6, 1e-3, 0.5, 1.0]),
    search=st.sampled_from(["auto", "exact"]),
)


@given(
    spec=SPECS,
    batches=st.lists(st.integers(1, 9), max_size=5),
    in_play=st.integers(1, 5),
    at_once=st.integers(1, 300),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=150, deadline=None)
def test_nearest_is_the_slow_loop(
    spec: Nearest, batches: list[int], in_play: int, at_once: int, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    layer, pairs = built(spec), Pairs()
    with pytest.MonkeyPatch.context() as patch:
        for place in (exact, module):
            patch.setattr(place, "SCORES", at_once)
        patch.setattr(exact, "FEWEST", 3)
        for size in (*batches, 3):
            # Small, so that float32 is fine enough for a millionth of a nat.
            h = torch.randn(size, HIDDEN, generator=generator) / 2
            labels = torch.randint(0, in_play, (size,), generator=generator)
            likely = [slow_probabilities(spec, pairs, row, in_play) for row in h.tolist()]
            expected = torch.tensor(likely, dtype=torch.float64).log()
            every = layer.log_probabilities(h, in_play)
            own = layer.label_log_probabilities(h, labels, in_play)
            theirs = expected.gather(1, labels[:, None])[:, 0]
            torch.testing.assert_close(every.double(), expected, atol=1e-6, rtol=1e-6)
            torch.testing.assert_close(own.double(), theirs, atol=1e-6, rtol=1e-6)
            torch.testing.assert_close(every.exp().sum(1), torch.ones(size), atol=1e-5, rtol=0)
            remember(layer, h, labels, in_play)
            pairs += list(zip(h.tolist(), labels.tolist(), strict=True))
    assert layer.memory.count == len(pairs)


@given(theta=st.floats(0.01, 2), more=st.integers(0, 9), seed=st.integers(0, 10_000))
@settings(max_examples=50, deadline=None)
def test_of_so_many_neighbours_as_there_are_pairs_it_is_a_cache_of_that_size(
    theta: float, more: int, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    cache = Cache(size=20, theta=theta).build(HIDDEN, 5)
    layer = built(Nearest(kernel="dot", theta=theta, neighbours=20 + more))
    for _ in range(3):
        h = torch.randn(6, HIDDEN, generator=generator)
        labels = torch.randint(0, 5, (6,), generator=generator)
        for one in (cache, layer):
            one.after_step(h, h, labels, 5)
    h = torch.randn(7, HIDDEN, generator=generator)
    labels = torch.randint(0, 5, (7,), generator=generator)
    gradients = []
    for one in (cache, layer):
        asked = h.clone().requires_grad_()
        one.loss(asked, labels, 5).backward()
        gradients.append(asked.grad)
    torch.testing.assert_close(
        layer.log_probabilities(h, 5), cache.log_probabilities(h, 5), atol=1e-6, rtol=1e-6
    )
    torch.testing.assert_close(gradients[1], gradients[0], atol=1e-6, rtol=1e-5)
    text, following = h[:, None], labels[:, None]
    torch.testing.assert_close(
        layer.score_text(text, following, 5),
        cache.score_text(text, following, 5),
        atol=1e-6,
        rtol=1e-6,
    )


@given(spec=SPECS, at_once=st.integers(1, 300), whole=st.booleans())
@settings(max_examples=40, deadline=None)
def test_gradients_are_those_of_the_formula(spec: Nearest, at_once: int, whole: bool) -> None:
    """The same neighbours, their kernels written out and differentiated by torch."""
    generator = torch.Generator().manual_seed(0)
    layer = built(spec)
    keys = torch.randn(25, HIDDEN, generator=generator)
    held = torch.randint(0, 5, (25,), generator=generator)
    remember(layer, keys, held, 5)
    labels = torch.randint(0, 5, (8,), generator=generator)
    h = torch.randn(8, HIDDEN, generator=generator).requires_grad_()
    with pytest.MonkeyPatch.context() as patch:
        for place in (exact, module):
            patch.setattr(place, "SCORES", at_once)
        if whole:
            layer.log_probabilities(h, 5).gather(1, labels[:, None]).mean().neg().backward()
        else:
            layer.loss(h, labels, 5).backward()
    own = h.grad
    h = h.detach().double().requires_grad_()
    scores = h @ keys.double().T
    if spec.kernel == "squared_distance":
        scores = -(h[:, None] - keys.double()).square().sum(2)
    assert not isinstance(spec.theta, str)
    top = scores.topk(min(25, spec.neighbours), dim=1)
    shares = (spec.theta * top.values).softmax(1)
    p = (shares * (held[top.indices] == labels[:, None])).sum(1)
    ((1 - spec.uniform) * p + spec.uniform / 5).log().mean().neg().backward()
    assert own is not None
    assert h.grad is not None
    torch.testing.assert_close(own.double(), h.grad, atol=1e-5, rtol=1e-3)
    assert not list(layer.parameters())
    assert not layer.memory.keys.requires_grad


def test_an_empty_memory_is_even_and_gives_gradients_of_zero() -> None:
    layer = built(Nearest(), 10)
    for whole in (False, True):
        h = torch.randn(3, HIDDEN, requires_grad=True)
        if whole:
            loss = -layer.log_probabilities(h, 7).mean()
        else:
            loss = layer.loss(h, torch.tensor([0, 1, 2]), 7)
        torch.testing.assert_close(loss, torch.tensor(log(7)))
        loss.backward()
        assert h.grad is not None
        assert torch.equal(h.grad, torch.zeros(3, HIDDEN))


@pytest.mark.parametrize("name", ["squared_distance", "dot"])
@pytest.mark.parametrize("whole", [False, True])
def test_gradients_are_numbers_at_any_scale(name: str, whole: bool) -> None:
    """Also for a label that is not remembered, and where nothing in play is."""
    layer = built(Nearest(kernel=name, neighbours=3), 10)  # type: ignore[arg-type]
    keys = 100 * torch.randn(4, HIDDEN)
    remember(layer, keys, torch.tensor([4, 5, 6, 4]), 10)
    for in_play in (3, 10):
        h = (keys + 0.1).requires_grad_()
        labels = torch.tensor([0, 1, 2, 2])
        if whole:
            layer.log_probabilities(h, in_play).gather(1, labels[:, None]).sum().backward()
        else:
            layer.loss(h, labels, in_play).backward()
        assert h.grad is not None
        assert torch.isfinite(h.grad).all()


@pytest.mark.parametrize("name", ["squared_distance", "dot"])
def test_remembered_classes_that_are_not_in_play_take_no_part(name: str) -> None:
    spec = Nearest(kernel=name, neighbours=2)  # type: ignore[arg-type]
    layer, alone = built(spec, 10), built(spec, 10)
    keys = torch.randn(5, HIDDEN)
    remember(layer, keys, torch.tensor([0, 9, 1, 9, 2]), 10)
    remember(alone, keys[[0, 2, 4]], torch.tensor([0, 1, 2]), 3)
    h, labels = torch.randn(4, HIDDEN), torch.tensor([0, 1, 2, 3])
    for in_play in (4, 9):
        every = layer.log_probabilities(h, in_play)
        torch.testing.assert_close(every, alone.log_probabilities(h, in_play))
        torch.testing.assert_close(
            layer.label_log_probabilities(h, labels, in_play),
            every.gather(1, labels[:, None])[:, 0],
        )
    none = layer.log_probabilities(h, 1)
    torch.testing.assert_close(none, torch.zeros(4, 1))


def test_evaluation_writes_nothing() -> None:
    layer = built(Nearest(), 3)
    remember(layer, torch.randn(4, HIDDEN), torch.tensor([0, 1, 2, 0]), 3)
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    h = torch.randn(6, HIDDEN)
    first = layer.log_probabilities(h, 3)
    layer.score_text(h[:, None], torch.zeros(6, 1, dtype=torch.int64), 3)
    assert torch.equal(first, layer.log_probabilities(h, 3))
    assert layer.state_dict().keys() == before.keys()
    for name, value in layer.state_dict().items():
        assert torch.equal(value, before[name])


def test_room_doubles_and_the_state_holds_what_is_remembered_alone() -> None:
    layer, rooms = built(Nearest(), 3), set[int]()
    for number in range(30):
        remember(layer, torch.randn(150, HIDDEN), torch.full((150,), number % 3), 3)
        rooms.add(layer.memory.labels.shape[1])
        assert layer.state_dict()["memory.labels"].shape == (1, 150 * (number + 1))
    assert rooms == {1_024, 2_048, 4_096, 8_192}
    assert capacity_for(0) == capacity_for(1_024) == 1_024


@pytest.mark.parametrize("further", [0, 5])
def test_state_comes_back_whatever_the_other_had_remembered(further: int) -> None:
    first, second = built(Nearest(), 3), built(Nearest(), 3)
    for _ in range(3):
        remember(first, torch.randn(3, HIDDEN), torch.tensor([0, 1, 2]), 3)
    for _ in range(further):
        remember(second, torch.randn(3, HIDDEN), torch.tensor([0, 1, 2]), 3)
    second.load_state_dict(first.state_dict())
    h = torch.randn(6, HIDDEN)
    for layer in (first, second):
        remember(layer, h, torch.tensor([0, 1, 2, 0, 1, 2]), 3)
    assert torch.equal(first.log_probabilities(h, 3), second.log_probabilities(h, 3))
    assert torch.equal(first.log_probabilities(h, 2), second.log_probabilities(h, 2))


def test_a_state_is_the_activations_as_they_are_whatever_the_kernel() -> None:
    first, second = built(Nearest(kernel="dot")), built(Nearest())
    keys, labels = torch.randn(5, HIDDEN) + 100, torch.tensor([0, 1, 2, 0, 1])
    for layer in (first, second):
        remember(layer, keys, labels, 3)
    second.log_probabilities(keys, 3)
    assert first.state_dict().keys() == second.state_dict().keys()
    assert torch.equal(second.state_dict()["memory.keys"], keys[None])
    third = built(Nearest())
    third.load_state_dict(first.state_dict())
    assert torch.equal(third.log_probabilities(keys, 3), second.log_probabilities(keys, 3))


def test_norms_that_used_to_stand_behind_the_activations_are_left() -> None:
    first, second = built(Nearest()), built(Nearest())
    keys, labels = torch.randn(5, HIDDEN), torch.tensor([0, 1, 2, 0, 1])
    remember(first, keys, labels, 3)
    state = dict(first.state_dict())
    held = state["memory.keys"]
    state["memory.keys"] = torch.cat([held, held.square().sum(dim=2, keepdim=True)], dim=2)
    second.load_state_dict(state)
    assert torch.equal(second.log_probabilities(keys, 3), first.log_probabilities(keys, 3))
    with pytest.raises(RuntimeError, match="size mismatch"):
        built(Nearest(kernel="dot")).load_state_dict(state)


@pytest.mark.parametrize("name", ["squared_distance", "dot"])
def test_training_never_waits_and_makes_nothing_as_wide_as_the_classes(name: str) -> None:
    classes, batch = 1_000_000, 8
    spec = Nearest(kernel=name, neighbours=20)  # type: ignore[arg-type]
    layer = spec.build(HIDDEN, classes)
    h, labels = torch.randn(batch, HIDDEN), torch.randint(0, classes, (batch,))
    with Watching() as watched:
        for _ in range(4):
            h.requires_grad_()
            layer.loss(h, labels, classes).backward()
            layer.after_step(h.detach(), h.detach(), labels, classes)
    assert 0 < watched.most <= capacity_for(1) * (HIDDEN + 1)


@pytest.mark.parametrize("queries", [1, 500])
def test_no_product_of_queries_and_memory_is_larger_than_64_mb(queries: int) -> None:
    keys = torch.randn(1, 40_000, 2)
    with Watching() as watched:
        many = exact.queries_at_once(1, 40_000, 1_024)
        exact.search_all(torch.randn(1, min(many, queries), 2), keys, 1_024)
    assert watched.most <= exact.SCORES
    assert exact.queries_at_once(1, 10**8, 10**6) * 2 * 10**6 <= exact.SCORES
    assert exact.queries_at_once(1, 10**8, 1_024) == exact.FEWEST


def test_bfloat16_activations_are_kept_and_compared_in_float32() -> None:
    layer = built(Nearest(), 3)
    with torch.autocast("cpu", torch.bfloat16):
        h = torch.randn(4, HIDDEN).bfloat16()
        remember(layer, h, torch.tensor([0, 1, 2, 0]), 3)
        every = layer.log_probabilities(h, 3)
        loss = layer.loss(h, torch.tensor([0, 1, 2, 0]), 3)
    assert layer.memory.keys.dtype == every.dtype == loss.dtype == torch.float32
    torch.testing.assert_close(every.exp().sum(1), torch.ones(4))
