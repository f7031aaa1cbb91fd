"""Gradients of held-out words by memories of what stands before them, beside plain loops."""

from __future__ import annotations

from math import log

import pytest
import torch
from torch import Tensor

from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.nearest.spec import Nearest
from hebbdsl.parts.part import Output

TIME, HIDDEN, WORDS, THETA, UNIFORM = 9, 5, 4, 0.7, 0.02


def plainly(h: Tensor, labels: Tensor, distance: bool) -> Tensor:
    """Σ log p of the words of one stream, in float64; what is remembered is constant."""
    total, keys = h.new_zeros((), dtype=torch.float64), h.detach().double()
    for place in range(TIME):
        p = torch.full((), 1 / WORDS, dtype=torch.float64)
        if place:
            query, before = h[place].double(), keys[:place]
            scores = -(before - query).square().sum(1) if distance else before @ query
            shares = (THETA * scores).softmax(0)
            alike = shares[labels[:place] == labels[place]].sum()
            p = (1 - UNIFORM) * alike + UNIFORM / WORDS
        total = total + p.log()
    return total


@pytest.mark.parametrize("stretch", [TIME, 4, 1])
@pytest.mark.parametrize(
    ("output", "distance"),
    [
        (Cache(size=50, theta=THETA, uniform=UNIFORM), False),
        (Nearest(neighbours=50, theta=THETA, uniform=UNIFORM, kernel="dot"), False),
        (Nearest(neighbours=50, theta=THETA, uniform=UNIFORM), True),
    ],
)
def test_gradients_are_those_of_the_plain_loop(
    output: Output, distance: bool, stretch: int
) -> None:
    generator = torch.Generator().manual_seed(3)
    h = torch.randn(TIME, HIDDEN, generator=generator).requires_grad_()
    labels = torch.randint(WORDS, (TIME,), generator=generator)
    expected = plainly(h, labels, distance)
    (gradients,) = torch.autograd.grad(expected, h)
    layer, found = output.build(HIDDEN, WORDS), []
    for first in range(0, TIME, stretch):
        some, asked = h[first : first + stretch, None], labels[first : first + stretch, None]
        found.append(layer.score_text(some, asked, WORDS))
    said = torch.cat(found).sum()
    assert float(said.detach()) == pytest.approx(float(expected.detach()), rel=1e-5)
    torch.testing.assert_close(torch.autograd.grad(said, h)[0], gradients, rtol=1e-4, atol=1e-5)
    assert float(layer.score_text(h[:1, None], labels[:1, None], WORDS).detach()) != -log(WORDS)
    layer.clear_memory()
    first_word = layer.score_text(h[:1, None], labels[:1, None], WORDS)
    assert float(first_word.detach()) == pytest.approx(-log(WORDS))
    assert not torch.autograd.grad(first_word.sum(), h)[0].any()
