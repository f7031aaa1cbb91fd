"""Mixtures whose shares are taken from how unsure the experts are."""

from __future__ import annotations

from itertools import pairwise
from math import exp, log

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from hebbdsl.parts.outputs import layer as layer_module
from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.outputs.layer import OutputLayer, entropies_of
from hebbdsl.parts.outputs.mixture.module import MixtureLayer
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.mixture_of_softmaxes.spec import MixtureOfSoftmaxes
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.part import Output
from tests.parts.outputs.test_chunked_loss import Largest

CLASSES, HIDDEN, BATCH = 7, 4, 6
SINGLES: tuple[Output, ...] = (
    Softmax(),
    Hebbian(),
    Cache(size=5, theta=0.8, uniform=0.05),
    MixtureOfSoftmaxes(components=2),
)
NESTED = (
    Mixture(experts=(Softmax(), Cache(size=4)), weights=(0.25, 0.75)),
    Mixture(experts=(Softmax(), Cache(size=4)), weights="learned"),
    Mixture(experts=(Cache(size=3, uniform=0.1), Hebbian()), weights="entropy", temperature=0.5),
)


def built(spec: Output) -> OutputLayer:
    layer = spec.build(HIDDEN, CLASSES)
    layer.initialise(torch.Generator().manual_seed(0))
    with torch.no_grad():
        for weights in layer.parameters():
            weights.copy_(torch.randn(weights.shape, generator=torch.Generator().manual_seed(1)))
    layer.after_step(*(batch(8)[:1] * 2), batch(8)[1], CLASSES)
    return layer


def batch(seed: int, count: int = BATCH) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(count, HIDDEN, generator=generator)
    return h, torch.randint(0, CLASSES, (count,), generator=generator)


def by_hand(said: list[list[float]], temperature: float) -> list[float]:
    """The mixed probabilities of one position, from those of each expert."""
    entropies = [-sum(p * log(p) for p in one if p > 0) for one in said]
    shares = [exp(-entropy / temperature) for entropy in entropies]
    mixed = [0.0] * len(said[0])
    for share, one in zip(shares, said, strict=True):
        for number, p in enumerate(one):
            mixed[number] += share / sum(shares) * p
    return mixed


EXPERTS = st.lists(st.sampled_from([*SINGLES, *NESTED]), min_size=2, max_size=4).map(tuple)


@given(experts=EXPERTS, temperature=st.sampled_from([0.2, 1.0, 7.0]), in_play=st.integers(1, 7))
@settings(max_examples=40)
def test_probabilities_are_those_of_the_rule_and_sum_to_one(
    experts: tuple[Output, ...], temperature: float, in_play: int
) -> None:
    mixed = built(Mixture(experts=experts, weights="entropy", temperature=temperature))
    assert isinstance(mixed, MixtureLayer)
    h, labels = batch(50)
    labels = labels.clamp(max=in_play - 1)
    with torch.no_grad():
        said = [one.log_probabilities(h, in_play).double().exp() for one in mixed.outputs()]
        every = mixed.log_probabilities(h, in_play)
        asked = mixed.label_log_probabilities(h, labels, in_play)
        loss = mixed.loss(h, labels, in_play)
    expected = [
        by_hand([one[place].tolist() for one in said], temperature) for place in range(BATCH)
    ]
    torch.testing.assert_close(every.exp(), torch.tensor(expected), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(every.exp().sum(1), torch.ones(BATCH))
    torch.testing.assert_close(asked, every.gather(1, labels[:, None])[:, 0], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(loss, -asked.mean())


def test_hot_is_even_and_cold_hears_the_surest() -> None:
    experts = (Softmax(), Cache(size=5, theta=3.0), Softmax(bias=False))
    h, _ = batch(3)
    for temperature, even in ((1e6, True), (1e-4, False)):
        layer = built(Mixture(experts=experts, weights="entropy", temperature=temperature))
        assert isinstance(layer, MixtureLayer)
        weights = layer.log_weights(h, CLASSES)
        shares = torch.stack([w for w in weights if isinstance(w, Tensor)]).exp()
        entropies = torch.stack([one.entropies(h, CLASSES) for one in layer.outputs()])
        if even:
            torch.testing.assert_close(shares, torch.full_like(shares, 1 / 3))
        else:
            assert torch.equal(shares.argmax(0), entropies.argmin(0))
            assert shares.max(0).values.min() > 0.99


def test_no_gradient_passes_the_shares() -> None:
    """The loss pulls as if shares had been given."""
    spec = Mixture(experts=(Softmax(), MixtureOfSoftmaxes(components=2)), weights="entropy")
    layer = built(spec)
    assert isinstance(layer, MixtureLayer)
    h, labels = batch(4)
    seen = h.clone().requires_grad_()
    layer.loss(seen, labels, CLASSES).backward()
    found = [seen.grad, *(weights.grad for weights in layer.parameters())]
    layer.zero_grad()
    seen = h.clone().requires_grad_()
    shares = [torch.as_tensor(w).detach() for w in layer.log_weights(h, CLASSES)]
    terms = [one.label_log_probabilities(seen, labels, CLASSES) for one in layer.outputs()]
    mixed = torch.stack([a + b for a, b in zip(terms, shares, strict=True)]).logsumexp(0)
    (-mixed.mean()).backward()  # type: ignore[no-untyped-call]
    for one, other in zip(
        found, [seen.grad, *(weights.grad for weights in layer.parameters())], strict=True
    ):
        assert one is not None
        assert other is not None
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("spec", [*SINGLES, *NESTED])
def test_entropies_are_made_of_few_positions_at_a_time(spec: Output) -> None:
    layer = built(spec)
    h, _ = batch(5, 40)
    whole = entropies_of(layer.log_probabilities(h, CLASSES).detach())
    with pytest.MonkeyPatch.context() as patch, Largest() as seen:
        patch.setattr(layer_module, "AT_ONCE", 5 * CLASSES)
        found = layer.entropies(h, CLASSES)
    torch.testing.assert_close(found, whole, rtol=1e-4, atol=1e-5)
    assert not found.requires_grad
    assert seen.most < 40 * CLASSES
    assert float(found.min()) >= 0
    assert float(found.max()) <= log(CLASSES) + 1e-5


def test_what_is_impossible_adds_nothing_to_the_entropy() -> None:
    sure = torch.tensor([[0.0, -torch.inf, -torch.inf], [log(0.5), log(0.5), -torch.inf]])
    torch.testing.assert_close(entropies_of(sure), torch.tensor([0.0, log(2)]))


def text(time: int, streams: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    h, labels = batch(seed, time * streams)
    return h.view(time, streams, HIDDEN), labels.view(time, streams)


SAID = (
    Softmax(),
    (Cache(size=3, theta=0.9, uniform=0.1), Cache(size=9, theta=0.4)),
    Cache(size=6, theta=2.0, uniform=0.02),
)
MIXED = Mixture(
    experts=(SAID[0], Mixture(experts=SAID[1], weights=(0.4, 0.6)), SAID[2]),
    weights="entropy",
    temperature=0.7,
)


def remembered(cache: Cache, h: Tensor, labels: Tensor, place: int) -> list[float]:
    """The cache at one place of a stream, from what stood before it."""
    theta = cache.theta
    assert isinstance(theta, float)
    past = range(max(0, place - cache.size), place)
    likely = [exp(theta * float(h[place].double() @ h[j].double())) for j in past]
    found = [0.0] * CLASSES
    for j, power in zip(past, likely, strict=True):
        found[int(labels[j])] += power / sum(likely)
    if not likely:
        return [1 / CLASSES] * CLASSES
    return [(1 - cache.uniform) * p + cache.uniform / CLASSES for p in found]


@given(
    cuts=st.sets(st.integers(1, 14)),
    at_once=st.integers(1, 300),
    streams=st.integers(1, 3),
)
@settings(max_examples=40)
def test_a_text_is_read_as_by_a_loop_over_its_words(
    cuts: set[int], at_once: int, streams: int
) -> None:
    """In whatever stretches and blocks: each word by what stood before it in its stream."""
    h, labels = text(15, streams)
    layer = built(MIXED)
    assert isinstance(layer, MixtureLayer)
    softmax = next(layer.outputs())
    ends = [0, *sorted(cuts), 15]
    with torch.no_grad(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(layer_module, "AT_ONCE", at_once)
        found = torch.cat(
            [layer.score_text(h[a:b], labels[a:b], CLASSES) for a, b in pairwise(ends)]
        )
        rows = softmax.log_probabilities(h.flatten(0, 1), CLASSES).exp().view(15, streams, -1)
    _, (one, other), last = SAID
    for stream in range(streams):
        past = h[:, stream], labels[:, stream]
        for place in range(15):
            pair = zip(remembered(one, *past, place), remembered(other, *past, place), strict=True)
            inner = [0.4 * p + 0.6 * q for p, q in pair]
            said = [rows[place, stream].tolist(), inner, remembered(last, *past, place)]
            expected = by_hand(said, 0.7)[int(labels[place, stream])]
            assert float(found[place, stream]) == pytest.approx(log(expected), abs=1e-4)


def test_what_is_ahead_is_never_seen() -> None:
    h, labels = text(12, 1)
    changed = labels.clone()
    changed[8:] = (changed[8:] + 3) % CLASSES
    with torch.no_grad():
        one = built(MIXED).score_text(h, labels, CLASSES)
        other = built(MIXED).score_text(h, changed, CLASSES)
    torch.testing.assert_close(one[:8], other[:8])
    assert not torch.allclose(one[9:], other[9:])
