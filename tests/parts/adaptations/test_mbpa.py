"""`mbpa` beside a loop that makes a copy of the rows for every word."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from hebbdsl.parts.adaptations.mbpa import module
from hebbdsl.parts.adaptations.mbpa import spec as spec_module
from hebbdsl.parts.adaptations.mbpa.episodic_memory import EpisodicMemory
from hebbdsl.parts.adaptations.mbpa.module import MbpaLayer
from hebbdsl.parts.adaptations.mbpa.shown import Shown
from hebbdsl.parts.adaptations.mbpa.spec import Mbpa
from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.softmax.module import SoftmaxLayer
from hebbdsl.parts.outputs.softmax.spec import Softmax

HIDDEN, CLASSES, TIME, STREAMS = 6, 11, 40, 2


def trained(bias: bool, spec: Softmax | None = None) -> SoftmaxLayer:
    layer = (spec or Softmax(bias=bias)).build(HIDDEN, CLASSES)
    assert isinstance(layer, SoftmaxLayer)
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for weight in layer.parameters():
            weight.copy_(torch.randn(weight.shape, generator=generator))
    return layer


def text() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(4)
    h = torch.randn(TIME, STREAMS, HIDDEN, generator=generator)
    return h, torch.randint(0, CLASSES, (TIME, STREAMS), generator=generator)


def literally(spec: Mbpa, layer: SoftmaxLayer, h: Tensor, labels: Tensor) -> Tensor:
    """Equation by equation, by autograd, in float64."""
    start = layer.rows.detach().double()
    bias = torch.zeros(CLASSES).double() if layer.bias is None else layer.bias.detach().double()
    found = torch.zeros(len(h), dtype=torch.float64)
    for i in range(len(h)):
        rows, shift = start.clone(), bias.clone()
        before = list(range(max(0, i - spec.size), i))
        if before:
            distance = torch.stack([(h[i] - h[j]).double().square().sum() for j in before])
            near = distance.argsort()[: spec.neighbours]
            weight = 1 / (spec.epsilon + distance[near])
            weight /= weight.sum()
            assert isinstance(spec.learning_rate, float)
            for _ in range(spec.steps):
                rows.requires_grad_(), shift.requires_grad_()
                likely = sum(
                    w * (rows @ h[before[k]].double() + shift).log_softmax(0)[labels[before[k]]]
                    for w, k in zip(weight, near.tolist(), strict=True)
                )
                gradients = torch.autograd.grad(likely, (rows, shift))
                with torch.no_grad():
                    rows = rows + spec.learning_rate * (gradients[0] - spec.pull * (rows - start))
                    if layer.bias is not None:
                        moved = gradients[1] - spec.pull * (shift - bias)
                        shift = shift + spec.learning_rate * moved
        found[i] = (rows @ h[i].double() + shift).log_softmax(0)[labels[i]].detach()
    return found


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    "spec",
    [
        Mbpa(size=7, neighbours=4, learning_rate=0.5),
        Mbpa(size=3, neighbours=4, learning_rate=0.7, pull=0.2),
        Mbpa(size=9, neighbours=4, steps=3, learning_rate=0.5, pull=0.3),
        Mbpa(size=50, neighbours=5, steps=2, learning_rate=1.0),
    ],
)
def test_it_is_the_literal_loop(spec: Mbpa, bias: bool) -> None:
    layer, (h, labels) = trained(bias), text()
    adapted = spec.build().wrap(layer)
    pieces = [(0, 13), (13, 14), (14, TIME)]
    found = torch.cat([adapted.score_text(h[a:b], labels[a:b], CLASSES) for a, b in pieces])
    for stream in range(STREAMS):
        expected = literally(spec, layer, h[:, stream], labels[:, stream])
        assert torch.allclose(found[:, stream].double(), expected, atol=1e-5)


@given(
    spec=st.builds(
        Mbpa,
        size=st.integers(1, 12),
        neighbours=st.integers(1, 6),
        steps=st.integers(1, 4),
        learning_rate=st.floats(0, 1),
        pull=st.floats(0, 1),
        epsilon=st.sampled_from([1e-3, 0.1, 10.0]),
    ),
    bias=st.booleans(),
    cuts=st.lists(st.integers(1, TIME), max_size=4),
    at_once=st.integers(1, 200),
)
@settings(max_examples=40, deadline=None)
def test_in_stretches_and_blocks_of_any_length_it_is_the_literal_loop(
    spec: Mbpa, bias: bool, cuts: list[int], at_once: int
) -> None:
    layer, (h, labels) = trained(bias), text()
    adapted = spec.build().wrap(layer)
    ends = [0, *sorted(set(cuts) | {TIME})]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spec_module, "NUMBERS", at_once)
        stretches = pairwise(ends)
        found = torch.cat([adapted.score_text(h[a:b], labels[a:b], CLASSES) for a, b in stretches])
    for stream in range(STREAMS):
        expected = literally(spec, layer, h[:, stream], labels[:, stream])
        assert torch.allclose(found[:, stream].double(), expected, atol=2e-5, rtol=1e-5)


def test_with_hebbian_rows_too() -> None:
    layer, (h, labels) = trained(True, Hebbian(rescale="row", center="running")), text()
    spec = Mbpa(size=9, learning_rate=0.3)
    found = spec.build().wrap(layer).score_text(h, labels, CLASSES)
    expected = literally(spec, layer, h[:, 0], labels[:, 0])
    assert torch.allclose(found[:, 0].double(), expected, atol=1e-5)


def test_an_activation_that_comes_again_has_all_the_weight() -> None:
    """Where ‖h − h_k‖² is nearly nothing beside ‖h‖², differences of squares would lose it."""
    layer, (h, labels) = trained(True), text()
    h = 30 * h
    h[20:] = h[:20] + 1e-2 * torch.randn(20, STREAMS, HIDDEN)
    spec = Mbpa(size=50, neighbours=3, learning_rate=0.01, epsilon=1e-4)
    found = spec.build().wrap(layer).score_text(h, labels, CLASSES)
    expected = literally(spec, layer, h[:, 0], labels[:, 0])
    assert torch.allclose(found[:, 0].double(), expected, atol=1e-3, rtol=1e-4)


def test_of_equally_near_pairs_any_may_be_taken() -> None:
    layer = trained(True)
    h = torch.zeros(4, 1, HIDDEN)
    h[0, 0, 0], h[1, 0, 0], h[2, 0, 1] = 1.0, -1.0, 1.0
    labels = torch.tensor([[1], [2], [3], [1]])
    every = Mbpa(neighbours=3, learning_rate=0.5)
    found = every.build().wrap(layer).score_text(h, labels, CLASSES)
    assert torch.allclose(
        found[:, 0].double(), literally(every, layer, h[:, 0], labels[:, 0]), atol=1e-5
    )
    # Two of the three: one of the choices there are.
    two = Mbpa(neighbours=2, learning_rate=0.5)
    last = two.build().wrap(layer).score_text(h, labels, CLASSES)[3, 0]
    choices = []
    for left_out in range(3):
        kept = [place for place in range(4) if place != left_out]
        choices.append(literally(two, layer, h[kept, 0], labels[kept, 0])[2])
    assert min(abs(float(last - choice)) for choice in choices) < 1e-5


@pytest.mark.parametrize("steps", [1, 3])
def test_several_rates_at_once_are_each_by_itself(steps: int) -> None:
    layer, (h, labels) = trained(True), text()
    spec = Mbpa(size=8, neighbours=4, steps=steps, pull=0.1, learning_rate="tuned")
    adapted = spec.build().wrap(layer)
    assert isinstance(adapted, MbpaLayer)
    rates = (0.0, 0.2, 1.5)
    together = torch.cat(
        [adapted.score_at(h[a:b], labels[a:b], CLASSES, rates) for a, b in ((0, 7), (7, TIME))], 1
    )
    for number, rate in enumerate(rates):
        alone = replace(spec, learning_rate=rate).build().wrap(layer)
        expected = alone.score_text(h, labels, CLASSES)
        assert torch.allclose(together[number], expected, atol=1e-5)


def test_memory_is_bounded_by_the_size_and_a_block_and_grows_with_what_it_holds() -> None:
    memory = EpisodicMemory(5_000, 64)
    for _ in range(200):
        count = min(50, memory.room)
        memory.append(torch.randn(count, 2), torch.zeros(count).long(), torch.randn(count, 3))
    assert memory._held is not None
    assert len(memory._held[2]) == 5_064
    few = EpisodicMemory(10**7, 64)
    few.append(torch.randn(9, 2), torch.zeros(9).long(), torch.randn(9, 3))
    assert few._held is not None
    assert len(few._held[2]) == 1_024
    assert few.ages(2).tolist() == [list(range(7, -2, -1)), list(range(8, -1, -1))]


def test_what_is_ahead_is_never_seen() -> None:
    layer, (h, labels) = trained(True), text()
    adapted = Mbpa(learning_rate=1.0).build().wrap(layer)
    whole = adapted.score_text(h, labels, CLASSES)
    adapted.clear_memory()
    assert torch.allclose(adapted.score_text(h[:9], labels[:9], CLASSES), whole[:9], atol=1e-6)


def test_the_weights_stay_and_a_rate_of_zero_is_the_trained_output() -> None:
    layer, (h, labels) = trained(True), text()
    before = [weight.clone() for weight in layer.parameters()]
    adapted: OutputLayer = Mbpa(learning_rate=0).build().wrap(layer)
    found = adapted.score_text(h, labels, CLASSES)
    expected = layer.score_text(h, labels, CLASSES)
    assert torch.allclose(found, expected, atol=1e-6)
    assert all(torch.equal(a, b) for a, b in zip(before, layer.parameters(), strict=True))
    one, asked = h[:, 0], labels[:, 0]
    trained_says = layer.label_log_probabilities(one, asked, CLASSES)
    assert torch.equal(adapted.label_log_probabilities(one, asked, CLASSES), trained_says)
    every = layer.log_probabilities(one, CLASSES)
    assert torch.equal(adapted.log_probabilities(one, CLASSES), every)


def adapted_rows(
    spec: Mbpa, layer: SoftmaxLayer, query: Tensor, keys: Tensor, labels: Tensor, in_play: int
) -> Tensor:
    """What one picture is taken for: steps by autograd on a copy of the rows, in float64."""
    assert isinstance(spec.learning_rate, float)
    start = layer.rows.detach()[:in_play].double()
    bias = torch.zeros(in_play) if layer.bias is None else layer.bias.detach()[:in_play]
    first = bias.double()
    rows, shift = start.clone(), first.clone()
    held = [i for i in range(len(keys))[-spec.size :] if labels[i] < in_play]
    distance = torch.stack([(query - keys[i]).double().square().sum() for i in held])
    near = distance.argsort()[: spec.neighbours]
    weight = 1 / (spec.epsilon + distance[near])
    weight /= weight.sum()
    for _ in range(spec.steps):
        rows.requires_grad_(), shift.requires_grad_()
        likely = torch.zeros(())
        for w, k in zip(weight, near.tolist(), strict=True):
            said = (rows @ keys[held[k]].double() + shift).log_softmax(0)
            likely = likely + w * said[labels[held[k]]]
        gradients = torch.autograd.grad(likely, (rows, shift))
        with torch.no_grad():
            rows = rows + spec.learning_rate * (gradients[0] - spec.pull * (rows - start))
            if layer.bias is not None:
                shift = shift + spec.learning_rate * (gradients[1] - spec.pull * (shift - first))
    return (rows @ query.double() + shift).log_softmax(0).detach()


@given(
    spec=st.builds(
        Mbpa,
        size=st.integers(1, 40),
        neighbours=st.integers(1, 6),
        steps=st.integers(1, 4),
        learning_rate=st.floats(0, 1),
        pull=st.floats(0, 1),
        epsilon=st.sampled_from([1e-3, 0.1, 10.0]),
    ),
    bias=st.booleans(),
    hebbian=st.booleans(),
    in_play=st.integers(7, CLASSES),
    batch=st.integers(1, 30),
    at_once=st.integers(1, 400),
)
@settings(max_examples=40, deadline=None)
def test_on_pictures_it_is_the_literal_loop(
    spec: Mbpa, bias: bool, hebbian: bool, in_play: int, batch: int, at_once: int
) -> None:
    layer, (h, labels) = trained(bias, Hebbian(bias=bias) if hebbian else None), text()
    before = [value.clone() for value in layer.state_dict().values()]
    labels = labels.clone()
    labels[-1] = 0  # the last pair is of a class in play
    keys, known, queries, asked = h[:, 0], labels[:, 0], h[:9, 1], labels[:9, 1] % in_play
    adapted = spec.build().wrap(layer)
    for some, shown in zip(torch.split(keys, batch), torch.split(known, batch), strict=True):
        adapted.after_step(some, some, shown, CLASSES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "NUMBERS", at_once)
        found = adapted.log_probabilities(queries, in_play)
        of_labels = adapted.label_log_probabilities(queries, asked, in_play)
    each = [adapted_rows(spec, layer, query, keys, known, in_play) for query in queries]
    expected = torch.stack(each)
    assert torch.allclose(found.double(), expected, atol=1e-5, rtol=1e-5)
    assert torch.allclose(of_labels, found.gather(1, asked[:, None])[:, 0], atol=1e-6)
    # What was trained is not written by what is shown.
    after = layer.state_dict().values()
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


def test_of_pictures_no_more_is_held_than_the_size_and_a_block() -> None:
    layer = trained(True)
    shown = Shown(7)
    for _ in range(9):
        shown.add(torch.randn(3, HIDDEN), torch.zeros(3).long())
    assert sum(len(labels) for _, labels in shown._blocks) == 9
    pairs = shown.pairs(layer, CLASSES, 20)
    assert pairs is not None
    assert pairs.keys.shape == (7, HIDDEN)
    assert torch.allclose(pairs.shares.sum(1), torch.ones(7))
    assert shown.pairs(layer, CLASSES, 20) is pairs


def test_where_no_class_in_play_was_shown_it_is_the_trained_output() -> None:
    layer, (h, _) = trained(True), text()
    adapted = Mbpa(learning_rate=0.5).build().wrap(layer)
    adapted.after_step(h[:3, 0], h[:3, 0], torch.tensor([9, 9, 10]), CLASSES)
    said = adapted.log_probabilities(h[:, 1], 5)
    assert torch.equal(said, layer.log_probabilities(h[:, 1], 5))


def test_sizes() -> None:
    pair, logits = 4 * (HIDDEN + CLASSES) + 8, 2 * 4 * CLASSES
    # Ten pairs and a block of as many, and the logits of a block.
    assert Mbpa(size=10).bytes_at_test(99, HIDDEN, CLASSES, None, None) == 20 * pair + 10 * logits
    large = Mbpa(size=10**7)
    assert large.bytes_at_test(99, HIDDEN, CLASSES, 1_500, None) == 2_048 * pair + 1_024 * logits
    assert large.bytes_at_test(99, HIDDEN, CLASSES, 40, None) == 1_024 * pair + 40 * logits
    assert Mbpa(size=10).bytes_at_test(99, HIDDEN, CLASSES, None, 3) == 3 * pair
