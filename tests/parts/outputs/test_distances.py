"""Squared distances of activations that have much in common, beside a literal loop in float64.

So are the features of frozen networks: a large vector that all of them share, and small differences
which alone tell them apart. Differences of squared norms lose just these.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from hebbdsl.parts.adaptations.mbpa.spec import Mbpa
from hebbdsl.parts.outputs.nearest import datastore, exact, index
from hebbdsl.parts.outputs.nearest.spec import Nearest, Search
from hebbdsl.parts.outputs.softmax.module import SoftmaxLayer
from hebbdsl.parts.outputs.softmax.spec import Softmax

CLASSES, KEYS, QUERIES = 10, 700, 40
CLOSE = 5e-6
"""Nats: what float32 leaves of sums over so many pairs, whatever their activations have in
common."""

SHAPES = [(8, 50.0, 1_024), (8, 50.0, 16), (3, 200.0, 5), (64, 5.0, 1_024), (64, 5.0, 16)]
"""Widths, θ, and how many neighbours are asked."""
MAGNITUDES = [0.0, 1.0, 10.0, 100.0, 1_000.0]


def drawn(hidden: int, magnitude: float, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Activations around a vector that all have in common, and labels."""
    common = torch.randn(hidden, generator=torch.Generator().manual_seed(99))
    generator = torch.Generator().manual_seed(seed)
    h = 0.05 * torch.randn(count, hidden, generator=generator) + magnitude * common
    return h, torch.randint(0, CLASSES, (count,), generator=generator)


def literal(spec: Nearest, keys: Tensor, held: Tensor, query: Tensor) -> Tensor:
    """log p of every class."""
    if not len(keys):
        return torch.full((CLASSES,), 1 / CLASSES).double().log()
    distances = (query.double() - keys.double()).square().sum(1)
    near = distances.argsort()[: spec.neighbours]
    shares = (-spec.theta * distances[near]).softmax(0)  # type: ignore[operator]
    p = torch.zeros(CLASSES, dtype=torch.float64)
    for place, share in zip(near.tolist(), shares, strict=True):
        p[held[place]] += share
    return ((1 - spec.uniform) * p + spec.uniform / CLASSES).log()


@pytest.mark.parametrize("magnitude", MAGNITUDES)
@pytest.mark.parametrize(("hidden", "theta", "neighbours"), SHAPES)
def test_what_activations_have_in_common_costs_no_digits(
    hidden: int, theta: float, neighbours: int, magnitude: float
) -> None:
    spec = Nearest(theta=theta, neighbours=neighbours)
    layer = spec.build(hidden, CLASSES)
    keys, held = drawn(hidden, magnitude, KEYS, 0)
    for some, known in zip(torch.split(keys, 64), torch.split(held, 64), strict=True):
        layer.after_step(some, some, known, CLASSES)
    h, labels = drawn(hidden, magnitude, QUERIES, 1)
    expected = torch.stack([literal(spec, keys, held, query) for query in h])
    every = layer.log_probabilities(h, CLASSES)
    own = layer.label_log_probabilities(h, labels, CLASSES)
    torch.testing.assert_close(every.double(), expected, rtol=0, atol=CLOSE)
    theirs = expected.gather(1, labels[:, None])[:, 0]
    torch.testing.assert_close(own.double(), theirs, rtol=0, atol=CLOSE)


@pytest.mark.parametrize("magnitude", MAGNITUDES)
@pytest.mark.parametrize("search", ["exact", "faiss"])
def test_nor_does_it_in_a_text(
    search: Search, magnitude: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    if search == "faiss":
        pytest.importorskip("faiss")
    monkeypatch.setattr(datastore, "FEWEST_INDEXED", 50)
    monkeypatch.setattr(datastore, "STRETCH", 30)
    monkeypatch.setattr(index, "FEWEST_CELLS", 10**6)
    spec = Nearest(theta=50.0, neighbours=12, search=search)
    layer = spec.build(8, CLASSES)
    h, labels = drawn(8, magnitude, 300, 2)
    h, labels = h.view(150, 2, 8), labels.view(150, 2)
    parts = [
        layer.score_text(h[start:stop], labels[start:stop], CLASSES)
        for start, stop in pairwise([0, 1, 7, 70, 131, 150])
    ]
    found = torch.cat(parts).double()
    for stream in range(2):
        for time in range(150):
            before = slice(None, time), stream
            expected = literal(spec, h[before], labels[before], h[time, stream])
            one = expected[labels[time, stream]]
            assert abs(float(found[time, stream] - one)) < CLOSE, (time, stream)


@pytest.mark.parametrize("search", ["exact", "faiss"])
def test_no_later_word_moves_a_bit_of_an_earlier_one(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also not through what is taken from all of them."""
    if search == "faiss":
        pytest.importorskip("faiss")
    monkeypatch.setattr(datastore, "FEWEST_INDEXED", 10)
    monkeypatch.setattr(datastore, "STRETCH", 5)
    h, labels = drawn(8, 10.0, 80, 3)
    h, labels = h[:, None], labels[:, None]
    later = h.clone()
    later[50:] = -3 * later[50:]
    found = []
    for text in (h, later):
        layer = Nearest(theta=50.0, neighbours=5, search=search).build(8, CLASSES)
        cuts = pairwise([0, 37, 75, 80])
        parts = [layer.score_text(text[a:b], labels[a:b], CLASSES) for a, b in cuts]
        found.append(torch.cat(parts))
    assert torch.equal(found[0][:50], found[1][:50])
    assert not torch.equal(found[0][50:], found[1][50:])


@pytest.mark.parametrize("magnitude", MAGNITUDES)
def test_gradients_keep_them_too(magnitude: float) -> None:
    spec = Nearest(theta=50.0, neighbours=20)
    layer = spec.build(8, CLASSES)
    keys, held = drawn(8, magnitude, 200, 0)
    layer.after_step(keys, keys, held, CLASSES)
    h, labels = drawn(8, magnitude, 6, 1)
    asked = h.clone().requires_grad_()
    layer.label_log_probabilities(asked, labels, CLASSES).sum().backward()
    exactly = h.double().requires_grad_()
    distances = (exactly[:, None] - keys.double()).square().sum(2)
    near = distances.topk(20, dim=1, largest=False)
    shares = (-50.0 * near.values).softmax(1)
    p = (shares * (held[near.indices] == labels[:, None])).sum(1)
    ((1 - spec.uniform) * p + spec.uniform / CLASSES).log().sum().backward()
    assert asked.grad is not None
    assert exactly.grad is not None
    torch.testing.assert_close(asked.grad.double(), exactly.grad, rtol=1e-4, atol=1e-4)


def test_blocks_of_keys_are_centred_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "SCORES", 100)
    spec = Nearest(theta=50.0, neighbours=9)
    layer = spec.build(8, CLASSES)
    keys, held = drawn(8, 100.0, 90, 0)
    layer.after_step(keys, keys, held, CLASSES)
    h, _ = drawn(8, 100.0, 11, 1)
    expected = torch.stack([literal(spec, keys, held, query) for query in h])
    torch.testing.assert_close(
        layer.log_probabilities(h, CLASSES).double(), expected, rtol=0, atol=CLOSE
    )


def test_groups_far_from_each_other_have_distances_as_fine() -> None:
    """No centre helps them all: 600 pairs around each of two vectors, all of which are asked."""
    spec = Nearest(theta=50.0, neighbours=1_200)
    layer = spec.build(8, CLASSES)
    one, other = (drawn(8, magnitude, 600, seed) for seed, magnitude in ((0, 100.0), (1, -100.0)))
    keys, held = torch.cat([one[0], other[0]]), torch.cat([one[1], other[1]])
    layer.after_step(keys, keys, held, CLASSES)
    h = torch.cat([drawn(8, magnitude, 10, 2)[0] for magnitude in (100.0, -100.0)])
    expected = torch.stack([literal(spec, keys, held, query) for query in h])
    found = layer.log_probabilities(h, CLASSES).double()
    torch.testing.assert_close(found, expected, rtol=0, atol=CLOSE)


def adapted(spec: Mbpa, layer: SoftmaxLayer, keys: Tensor, held: Tensor, h: Tensor) -> Tensor:
    """One step on the nearest, in float64: log p of every class."""
    distances = (h.double() - keys.double()).square().sum(1)
    near = distances.argsort()[: spec.neighbours]
    weights = 1 / (spec.epsilon + distances[near])
    weights /= weights.sum()
    logits = layer.rows.detach().double() @ h.double()
    for place, weight in zip(near.tolist(), weights, strict=True):
        key = keys[place].double()
        slope = -(layer.rows.detach().double() @ key).softmax(0)
        slope[held[place]] += 1
        logits += spec.learning_rate * weight * slope * (key @ h.double())  # type: ignore[operator]
    return logits.log_softmax(0)


@pytest.mark.parametrize("on_pictures", [True, False])
@pytest.mark.parametrize("magnitude", MAGNITUDES[:4])
def test_mbpa_finds_the_nearest_whatever_they_have_in_common(
    magnitude: float, on_pictures: bool
) -> None:
    layer = Softmax(bias=False).build(8, CLASSES)
    assert isinstance(layer, SoftmaxLayer)
    layer.initialise(torch.Generator().manual_seed(0))
    with torch.no_grad():
        # So small that it is the neighbours that decide, and products lose no digit.
        layer.rows.div_(1 + 100 * magnitude**2)
    rate = 2 / (1 + magnitude**2)
    spec = Mbpa(size=500, neighbours=4, learning_rate=rate, epsilon=1e-3)
    keys, held = drawn(8, magnitude, 200, 0)
    wrapped = spec.build().wrap(layer)
    if on_pictures:
        wrapped.after_step(keys, keys, held, CLASSES)
        h, _ = drawn(8, magnitude, 30, 1)
        found = wrapped.log_probabilities(h, CLASSES).double()
        expected = torch.stack([adapted(spec, layer, keys, held, query) for query in h])
    else:
        found = wrapped.score_text(keys[:, None], held[:, None], CLASSES)[100:, 0].double()
        places = range(100, 200)
        expected = torch.stack(
            [adapted(spec, layer, keys[:at], held[:at], keys[at])[held[at]] for at in places]
        )
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)
