"""The plain layer: classes in play, initial weights, agreement of its answers."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from hebbdsl.parts.outputs.softmax.module import SoftmaxLayer
from hebbdsl.parts.outputs.softmax.spec import Softmax


def built(*, bias: bool = True) -> SoftmaxLayer:
    layer = Softmax(bias=bias).build(6, 10)
    assert isinstance(layer, SoftmaxLayer)
    layer.initialise(torch.Generator().manual_seed(0))
    return layer


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("in_play", [1, 4, 10])
def test_only_classes_in_play_take_part(bias: bool, in_play: int) -> None:
    layer = built(bias=bias)
    with torch.no_grad():
        layer.rows[in_play:] = torch.nan
    h = torch.randn(5, 6)
    labels = torch.arange(5) % in_play
    every = layer.log_probabilities(h, in_play)
    logits = h @ layer.rows[:in_play].T + (0 if layer.bias is None else layer.bias[:in_play])
    torch.testing.assert_close(every, F.log_softmax(logits, dim=1))
    torch.testing.assert_close(every.exp().sum(1), torch.ones(5))
    one = layer.label_log_probabilities(h, labels, in_play)
    torch.testing.assert_close(one, every.gather(1, labels[:, None])[:, 0])
    torch.testing.assert_close(layer.loss(h, labels, in_play), -one.mean())


def test_gradients_of_rows_out_of_play_are_zero() -> None:
    layer = built()
    layer.loss(torch.randn(5, 6), torch.tensor([0, 1, 2, 0, 1]), 3).backward()
    assert layer.rows.grad is not None
    assert torch.equal(layer.rows.grad[3:], torch.zeros(7, 6))
    assert layer.rows.grad[:3].abs().min() > 0


def test_initial_weights_follow_the_law_of_linear_and_the_generator_alone() -> None:
    first, second = built(), built()
    assert torch.equal(first.rows, second.rows)
    large = Softmax().build(64, 2_000)
    large.initialise(torch.Generator().manual_seed(1))
    torch.manual_seed(0)  # of the layer beside it, whatever tests have drawn before
    linear = nn.Linear(64, 2_000)
    for mine, torchs in zip(large.parameters(), linear.parameters(), strict=True):
        assert mine.abs().max() <= 1 / 8
        torch.testing.assert_close(mine.std(), torchs.std(), atol=3e-3, rtol=0)
        torch.testing.assert_close(mine.mean(), torch.tensor(0.0), atol=6e-3, rtol=0)


def test_autocast_is_normalised_in_float32() -> None:
    layer = built()
    with torch.autocast("cpu", torch.bfloat16):
        every = layer.log_probabilities(torch.randn(5, 6), 10)
        loss = layer.loss(torch.randn(5, 6), torch.tensor([0, 1, 2, 0, 1]), 10)
    assert every.dtype == loss.dtype == torch.float32
    torch.testing.assert_close(every.exp().sum(1), torch.ones(5))
