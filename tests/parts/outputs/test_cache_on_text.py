"""The cache on held-out text against a literal loop, word by word."""

from __future__ import annotations

from math import exp, log

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from hebbdsl.parts.outputs.cache import stream
from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.softmax.spec import Softmax
from tests.words import program, setup

HIDDEN, WORDS = 4, 5


def text(time: int, streams: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(time, streams, HIDDEN, generator=generator)
    return h, torch.randint(0, WORDS, (time, streams), generator=generator)


def literal(spec: Cache, h: list[list[float]], labels: list[int]) -> list[float]:
    """One stream: each word asked of what came before it, and remembered then."""
    found, pairs = list[float](), list[tuple[list[float], int]]()
    for query, label in zip(h, labels, strict=True):
        last = pairs[-spec.size :]
        likeness = [
            exp(spec.theta * sum(a * b for a, b in zip(query, k, strict=True))) for k, _ in last
        ]
        p = 1 / WORDS
        if last:
            mine = sum(x for x, (_, other) in zip(likeness, last, strict=True) if other == label)
            p = (1 - spec.uniform) * mine / sum(likeness) + spec.uniform / WORDS
        found.append(log(p))
        pairs.append((query, label))
    return found


def in_stretches(
    layer: OutputLayer, h: Tensor, labels: Tensor, cuts: list[int], forget: bool = True
) -> Tensor:
    if forget:
        layer.clear_memory()
    found, start = list[Tensor](), 0
    for length in (*cuts, len(h)):
        stop = min(len(h), start + length)
        if stop > start:
            found.append(layer.score_text(h[start:stop], labels[start:stop], WORDS))
        start = stop
    return torch.cat(found)


@given(
    spec=st.builds(
        Cache,
        size=st.integers(1, 40),
        theta=st.floats(0.01, 2),
        uniform=st.sampled_from([1e-6, 1e-3, 0.5, 1.0]),
    ),
    time=st.integers(1, 50),
    streams=st.integers(1, 3),
    cuts=st.lists(st.integers(1, 30), max_size=6),
    at_once=st.integers(1, 400),
)
@settings(max_examples=150, deadline=None)
def test_in_stretches_of_any_length_it_is_the_literal_loop(
    spec: Cache, time: int, streams: int, cuts: list[int], at_once: int
) -> None:
    layer = spec.build(HIDDEN, WORDS)
    h, labels = text(time, streams)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "SCORES", at_once)
        found = in_stretches(layer, h.double().float(), labels, cuts)
    for number in range(streams):
        expected = literal(spec, h[:, number].tolist(), labels[:, number].tolist())
        torch.testing.assert_close(
            found[:, number].double(), torch.tensor(expected).double(), rtol=1e-5, atol=1e-5
        )


@given(
    size=st.integers(1, 40),
    theta=st.floats(0.01, 30),
    uniform=st.sampled_from([1e-6, 1e-3, 0.5]),
    weight=st.floats(0, 1),
    time=st.integers(2, 50),
    streams=st.integers(1, 3),
    cuts=st.lists(st.integers(1, 30), max_size=6),
    at_once=st.integers(1, 400),
    cleared=st.booleans(),
)
@settings(max_examples=120, deadline=None)
def test_mixed_with_a_softmax_losses_are_the_literal_loops_to_a_millionth_of_a_nat(
    size: int,
    theta: float,
    uniform: float,
    weight: float,
    time: int,
    streams: int,
    cuts: list[int],
    at_once: int,
    cleared: bool,
) -> None:
    """Any window, θ, share, length of stretches and of blocks; a second text is read after the
    first, which was forgotten, or was not."""
    cache = Cache(size=size, theta=theta, uniform=uniform)
    layer = Mixture(experts=(Softmax(), cache), weights=(1 - weight, weight)).build(HIDDEN, WORDS)
    layer.initialise(torch.Generator().manual_seed(0))
    (first, first_labels), (h, labels) = text(9, streams, 1), text(time, streams, 2)
    with torch.no_grad(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "SCORES", at_once)
        in_stretches(layer, first, first_labels, [])
        found = in_stretches(layer, h, labels, cuts, forget=cleared)
        softmax = next(layer.outputs())  # type: ignore[operator]
        own = softmax.score_text(h, labels, WORDS).double()
    for number in range(streams):
        before = [] if cleared else first[:, number].tolist()
        known = [] if cleared else first_labels[:, number].tolist()
        remembered = literal(
            cache,
            [*before, *h[:, number].tolist()],
            [*known, *labels[:, number].tolist()],
        )[-time:]
        expected = [
            log((1 - weight) * exp(float(one)) + weight * exp(other))
            for one, other in zip(own[:, number], remembered, strict=True)
        ]
        loss = -float(found[:, number].double().mean())
        # A float32 of that size is known to half of 1e-6 at best, and two are added.
        assert loss == pytest.approx(-sum(expected) / time, abs=1e-6, rel=2.5e-7)


def test_what_is_ahead_is_never_seen() -> None:
    layer = Cache(size=9).build(HIDDEN, WORDS)
    h, labels = text(40, 2)
    first = in_stretches(layer, h, labels, [])
    h, labels = h.clone(), labels.clone()
    h[25:], labels[25:] = 9.0, 0
    again = in_stretches(layer, h, labels, [])
    assert torch.equal(first[:25], again[:25])
    assert not torch.equal(first[25:], again[25:])


def test_memory_is_bounded_by_the_size_however_long_the_text() -> None:
    memory = stream.StreamMemory(50, 0.3)
    for number in range(40):
        h, labels = text(300, 2, number)
        memory.score(h.transpose(0, 1), labels.t())
    assert memory._keys is not None
    assert memory._keys.shape[1] <= 2 * 50 + 1_024


def test_a_text_is_read_twice_with_the_same_result_and_training_is_not_asked() -> None:
    """In a program: what was trained on is set aside, and what was read is forgotten."""
    from hebbdsl.program.language.evaluation import score

    made = program(setup(output=Mixture(experts=(Softmax(), Cache(size=20)))))
    first = score(made, "test", 1)
    watch = torch.empty(3, len(made.update.statistic_names))
    made.train(0, made.start(made.train_streams.streams), watch, 0.0)
    again = score(made, "test", 1)
    assert first.sums.tolist() == again.sums.tolist()
