"""`mbpa` beside a loop that makes a copy of the rows for every word."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from hebbdsl.parts.adaptations.mbpa.spec import Mbpa
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.softmax.module import SoftmaxLayer
from hebbdsl.parts.outputs.softmax.spec import Softmax

HIDDEN, CLASSES, TIME, STREAMS = 6, 11, 40, 2


def trained(bias: bool) -> SoftmaxLayer:
    layer = Softmax(bias=bias).build(HIDDEN, CLASSES)
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
    found = torch.zeros(TIME, dtype=torch.float64)
    for i in range(TIME):
        rows, shift = start.clone(), bias.clone()
        before = list(range(max(0, i - spec.size), i))
        if before:
            distance = torch.stack([(h[i] - h[j]).double().square().sum() for j in before])
            near = distance.argsort()[: spec.neighbours]
            weight = 1 / (spec.epsilon + distance[near])
            weight /= weight.sum()
            for _ in range(spec.steps):
                rows.requires_grad_(), shift.requires_grad_()
                likely = sum(
                    w * (rows @ h[before[k]].double() + shift).log_softmax(0)[labels[before[k]]]
                    for w, k in zip(weight, near.tolist(), strict=True)
                )
                slopes = torch.autograd.grad(likely, (rows, shift))
                with torch.no_grad():
                    rows = rows + spec.learning_rate * (slopes[0] - spec.pull * (rows - start))
                    if layer.bias is not None:
                        moved = slopes[1] - spec.pull * (shift - bias)
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


def test_what_is_ahead_is_never_seen() -> None:
    layer, (h, labels) = trained(True), text()
    adapted = Mbpa(learning_rate=1.0).build().wrap(layer)
    whole = adapted.score_text(h, labels, CLASSES)
    adapted.forget()
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
