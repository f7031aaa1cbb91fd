"""`adaptive_softmax` beside torch's own, `sampled_softmax` beside the exact loss it estimates."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from hebbdsl.parts.exposure import Exposure
from hebbdsl.parts.outputs.adaptive_softmax import module
from hebbdsl.parts.outputs.adaptive_softmax.module import AdaptiveSoftmaxLayer
from hebbdsl.parts.outputs.adaptive_softmax.spec import AdaptiveSoftmax, CutoffsFall
from hebbdsl.parts.outputs.sampled_softmax.module import SampledSoftmaxLayer
from hebbdsl.parts.outputs.sampled_softmax.spec import SampledSoftmax
from hebbdsl.parts.outputs.softmax.module import SoftmaxLayer
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.part import Output

HIDDEN = 8


def exposure(classes: int) -> Exposure:
    return Exposure(
        steps=10,
        batch_size=4,
        evaluate_every=5,
        levels=(2, classes),
        train=5,
        newest_drawn=None,
        examples_at_test=None,
        dropout=0.0,
        moments=2,
    )


def adaptive(spec: AdaptiveSoftmax, classes: int) -> AdaptiveSoftmaxLayer:
    layer = spec.build(HIDDEN, classes)
    assert isinstance(layer, AdaptiveSoftmaxLayer)
    layer.initialise(torch.Generator().manual_seed(1))
    return layer


def batch(count: int, in_play: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(count, HIDDEN, generator=generator)
    return h, torch.randint(0, in_play, (count,), generator=generator)


def test_adaptive_softmax_is_that_of_torch() -> None:
    layer = adaptive(AdaptiveSoftmax(cutoffs=(5, 9, 15), div_value=2.0), 22)
    peer = torch.nn.AdaptiveLogSoftmaxWithLoss(HIDDEN, 22, [5, 9, 15], div_value=2.0)
    with torch.no_grad():
        peer.head.weight.copy_(layer.head)
        for (narrow, rows), mine, own in zip(peer.tail, layer.narrow, layer.rows, strict=True):
            narrow.weight.copy_(mine)
            rows.weight.copy_(own)
    h, labels = batch(40, 22)
    torch.testing.assert_close(layer.log_probabilities(h, 22), peer.log_prob(h))
    torch.testing.assert_close(layer.label_log_probabilities(h, labels, 22), peer(h, labels).output)
    layer.loss(h, labels, 22).backward()
    peer(h, labels).loss.backward()
    torch.testing.assert_close(layer.head.grad, peer.head.weight.grad)
    torch.testing.assert_close(layer.rows[2].grad, peer.tail[2][1].weight.grad)


@given(
    cutoffs=st.sets(st.integers(1, 14), min_size=1).map(lambda s: tuple(sorted(s))),
    shrink=st.sampled_from([1.0, 2.0, 4.0, 64.0]),
    classes=st.integers(1, 12),
    data=st.data(),
)
@settings(max_examples=80)
def test_of_the_classes_in_play_probabilities_sum_to_one(
    cutoffs: tuple[int, ...], shrink: float, classes: int, data: st.DataObject
) -> None:
    in_play = data.draw(st.integers(1, classes))
    layer = adaptive(AdaptiveSoftmax(cutoffs=cutoffs, div_value=shrink), classes)
    h, labels = batch(6, in_play)
    found = layer.log_probabilities(h, in_play)
    assert found.shape == (6, in_play)
    torch.testing.assert_close(found.exp().sum(dim=1), torch.ones(6))
    torch.testing.assert_close(
        layer.label_log_probabilities(h, labels, in_play), found.gather(1, labels[:, None])[:, 0]
    )
    layer.loss(h, labels, in_play).backward()
    for weights in layer.parameters():
        assert weights.grad is None or weights.grad.isfinite().all()


def test_cutoffs_rise_and_some_class_is_beyond_them() -> None:
    (problem,) = AdaptiveSoftmax(cutoffs=(5, 9, 9)).errors()
    assert isinstance(problem, CutoffsFall)
    assert problem.title == "`cutoffs` has 9 after 9"
    assert not list(AdaptiveSoftmax(cutoffs=(5, 9, 10)).errors())
    assert [p.code for p in AdaptiveSoftmax(cutoffs=(5,)).warnings(exposure(5))] == ["HEB720"]
    assert not list(AdaptiveSoftmax(cutoffs=(5,)).warnings(exposure(6)))


def sampled(spec: SampledSoftmax, classes: int) -> tuple[SampledSoftmaxLayer, SoftmaxLayer]:
    """The layer, and a softmax layer with the same weights."""
    layer, exact = spec.build(HIDDEN, classes), Softmax().build(HIDDEN, classes)
    assert isinstance(layer, SampledSoftmaxLayer)
    assert isinstance(exact, SoftmaxLayer)
    for one in (layer, exact):
        one.initialise(torch.Generator().manual_seed(1))
    return layer, exact


@pytest.mark.parametrize("proposal", ["zipf", "uniform"])
def test_with_many_samples_loss_and_gradients_are_the_exact_ones(proposal: str) -> None:
    """The classes in play are made to seem more than the samples, which then are a million."""
    spec = SampledSoftmax(samples=19, proposal=proposal)  # type: ignore[arg-type]
    layer, exact = sampled(spec, 30)
    h, labels = batch(5, 20)
    object.__setattr__(spec, "samples", 19 * 40_000)
    layer.draw(torch.Generator().manual_seed(0), 20)
    draws = layer.drawn
    object.__setattr__(spec, "samples", 1)
    expected = layer._log_expected
    layer._log_expected = lambda classes, in_play: (  # type: ignore[method-assign]
        expected(classes, in_play) + torch.tensor(float(len(draws))).log()
    )
    one, other = layer.loss(h, labels, 20), exact.loss(h, labels, 20)
    torch.testing.assert_close(one, other, rtol=2e-3, atol=0)
    one.backward()
    other.backward()
    assert layer.rows.grad is not None
    torch.testing.assert_close(layer.rows.grad, exact.rows.grad, rtol=0.02, atol=2e-3)
    assert not layer.rows.grad[20:].any()


@pytest.mark.parametrize("proposal", ["zipf", "uniform"])
def test_classes_are_drawn_as_often_as_is_said(proposal: str) -> None:
    layer, _ = sampled(SampledSoftmax(samples=200_000, proposal=proposal), 9)  # type: ignore[arg-type]
    layer.draw(torch.Generator().manual_seed(0), 7)
    found = torch.bincount(layer.drawn, minlength=9).float()
    expected = layer._log_expected(torch.arange(7), 7)
    mean = torch.as_tensor(expected).exp().expand(7)
    assert ((found[:7] - mean).abs() < 6 * mean.sqrt()).all()
    assert float(mean.sum()) == pytest.approx(200_000)
    assert not found[7:].any()


def test_training_is_exact_where_the_sample_would_be_as_large_and_evaluation_always() -> None:
    layer, exact = sampled(SampledSoftmax(samples=10), 30)
    h, labels = batch(5, 10)
    layer.draw(torch.Generator().manual_seed(0), 30)
    assert torch.equal(layer.loss(h, labels, 10), exact.loss(h, labels, 10))
    assert torch.equal(layer.log_probabilities(h, 30), exact.log_probabilities(h, 30))
    assert not torch.equal(layer.loss(h, labels, 30), exact.loss(h, labels, 30))
    assert [p.code for p in SampledSoftmax(samples=30).warnings(exposure(30))] == ["HEB720"]
    assert not list(SampledSoftmax(samples=29).warnings(exposure(30)))


def test_what_is_drawn_is_a_function_of_the_generator_that_is_given() -> None:
    (one, _), (other, _) = (sampled(SampledSoftmax(samples=10), 30) for _ in range(2))
    other.draw(torch.Generator().manual_seed(7), 30)
    for layer in (one, other):
        layer.draw(torch.Generator().manual_seed(8), 30)
    first = one.drawn
    assert torch.equal(first, other.drawn)
    one.draw(torch.Generator().manual_seed(9), 30)
    assert not torch.equal(first, one.drawn)


@pytest.mark.parametrize(
    "spec", [AdaptiveSoftmax(cutoffs=(4, 9), div_value=2), SampledSoftmax(samples=8)]
)
def test_both_learn(spec: Output) -> None:
    layer = spec.build(HIDDEN, 20)
    layer.initialise(torch.Generator().manual_seed(0))
    centres, labels = batch(20, 20)[0], torch.arange(60) % 20
    h = centres[labels]
    optimizer = torch.optim.Adam(layer.parameters(), 0.05)
    before = float(-layer.label_log_probabilities(h, labels, 20).mean().detach())
    for step in range(150):
        layer.draw(torch.Generator().manual_seed(step), 20)
        optimizer.zero_grad()
        layer.loss(h, labels, 20).backward()
        optimizer.step()
    with torch.no_grad():
        assert float(-layer.label_log_probabilities(h, labels, 20).mean()) < before / 2


def test_widths_shrink_and_stay_at_least_one() -> None:
    spec = AdaptiveSoftmax(cutoffs=(2, 4, 6), div_value=4.0)
    assert spec.starts(9) == (2, 4, 6, 9)
    assert spec.widths(32, 9) == (8, 2, 1)
    assert spec.starts(4) == (2, 4)
    assert [end - start for start, end in pairwise(spec.starts(9))] == [2, 2, 3]


@pytest.mark.parametrize("classes", [22, 6_000])
@pytest.mark.parametrize("in_play", [22, 10, 3])
def test_clusters_worked_out_at_all_labels_say_what_they_say_at_their_own(
    classes: int, in_play: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a device that does not wait to learn how many labels are in a cluster."""
    if classes > 22:
        in_play *= classes // 22  # then a cluster is so large that its loss is made in chunks
    h, labels = batch(40, in_play)
    found, gradients = [], []
    for at_all in (False, True):
        if at_all:
            monkeypatch.setattr(module, "_at_its_labels", module._at_all_labels)
        layer = adaptive(AdaptiveSoftmax(cutoffs=(5, 9, 15), div_value=2.0), classes)
        query = h.clone().requires_grad_()
        found.append(layer.label_log_probabilities(query, labels, in_play))
        found[-1].mean().backward()
        gradients.append([query.grad, *(weights.grad for weights in layer.parameters())])
    torch.testing.assert_close(found[1], found[0])
    torch.testing.assert_close(
        [torch.zeros(()) if one is None else one for one in gradients[1]],
        [torch.zeros(()) if one is None else one for one in gradients[0]],
        rtol=1e-4,
        atol=1e-6,
    )
