"""Nearest neighbours in held-out text against a literal loop, word by word."""

from __future__ import annotations

from math import exp, log

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.nearest import exact
from hebbdsl.parts.outputs.nearest.spec import Nearest
from hebbdsl.parts.outputs.softmax.spec import Softmax
from tests.parts.outputs.test_cache_on_text import WORDS, in_stretches, text
from tests.parts.outputs.test_nearest import HIDDEN, SPECS, Pairs, slow_probabilities


def literal(spec: Nearest, h: list[list[float]], labels: list[int]) -> list[float]:
    """One stream: each word asked of all that came before it, and remembered then."""
    found, pairs = list[float](), Pairs()
    for query, label in zip(h, labels, strict=True):
        found.append(log(slow_probabilities(spec, pairs, query, WORDS)[label]))
        pairs.append((query, label))
    return found


@given(
    spec=SPECS,
    time=st.integers(1, 50),
    streams=st.integers(1, 3),
    cuts=st.lists(st.integers(1, 30), max_size=6),
    at_once=st.integers(1, 400),
    fewest=st.integers(1, 20),
)
@settings(max_examples=100, deadline=None)
def test_in_stretches_of_any_length_it_is_the_literal_loop(
    spec: Nearest, time: int, streams: int, cuts: list[int], at_once: int, fewest: int
) -> None:
    layer = spec.build(HIDDEN, WORDS)
    h, labels = text(time, streams)
    h = h / 2  # so that float32 is fine enough for a millionth of a nat
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "SCORES", at_once)
        patch.setattr(exact, "FEWEST", fewest)
        found = in_stretches(layer, h, labels, cuts)
    for number in range(streams):
        expected = literal(spec, h[:, number].tolist(), labels[:, number].tolist())
        torch.testing.assert_close(
            found[:, number].double(), torch.tensor(expected).double(), rtol=1e-6, atol=1e-6
        )


@given(
    weight=st.sampled_from([0.0, 0.1, 0.5, 1.0]),
    neighbours=st.integers(1, 70),
    name=st.sampled_from(["squared_distance", "dot"]),
)
@settings(max_examples=30, deadline=None)
def test_mixed_with_a_softmax_it_is_the_literal_loop_to_a_millionth_of_a_nat(
    weight: float, neighbours: int, name: str
) -> None:
    nearest = Nearest(neighbours=neighbours, theta=0.5, kernel=name)  # type: ignore[arg-type]
    layer = Mixture(experts=(Softmax(), nearest), weights=(1 - weight, weight)).build(HIDDEN, WORDS)
    layer.initialise(torch.Generator().manual_seed(0))
    h, labels = text(60, 2)
    with torch.no_grad():
        found = in_stretches(layer, h, labels, [7, 20])
        softmax = next(layer.outputs())  # type: ignore[operator]
        own = softmax.score_text(h, labels, WORDS)
    for number in range(2):
        remembered = literal(nearest, h[:, number].tolist(), labels[:, number].tolist())
        for one, other, mixed in zip(own[:, number], remembered, found[:, number], strict=True):
            expected = log((1 - weight) * exp(float(one)) + weight * exp(other))
            assert float(mixed) == pytest.approx(expected, abs=1e-6 + 1e-6 * abs(expected))


@pytest.mark.parametrize("search", ["exact", "faiss"])
def test_what_is_ahead_is_never_seen(search: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from hebbdsl.parts.outputs.nearest import datastore

    monkeypatch.setattr(datastore, "FEWEST_INDEXED", 10)
    monkeypatch.setattr(datastore, "STRETCH", 5)
    layer = Nearest(search=search, neighbours=4).build(HIDDEN, WORDS)  # type: ignore[arg-type]
    h, labels = text(60, 2)
    cuts = [7] * 5
    first = in_stretches(layer, h, labels, cuts)
    h, labels = h.clone(), labels.clone()
    h[35:], labels[35:] = 9.0, 0
    again = in_stretches(layer, h, labels, cuts)
    assert torch.equal(first[:35], again[:35])
    assert not torch.equal(first[35:], again[35:])
