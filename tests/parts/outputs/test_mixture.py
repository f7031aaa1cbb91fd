"""Mixtures: shares, the gate, and one expert alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from hebbdsl.diagnostics.diagnostic import At
from hebbdsl.parts.optimizers.adam import Adam
from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.mixture.module import MixtureLayer
from hebbdsl.parts.outputs.mixture.spec import Mixture, WeightsPerExpert, WeightsSum
from hebbdsl.parts.outputs.mixture_of_softmaxes.spec import MixtureOfSoftmaxes
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.part import Output

CLASSES, HIDDEN, BATCH = 7, 4, 6

SINGLES: tuple[Output, ...] = (
    Softmax(),
    Softmax(bias=False),
    Hebbian(rescale="mean_row", center="running"),
    Cache(size=9),
    MixtureOfSoftmaxes(components=3, width=2),
)
NESTED = Mixture(experts=(Softmax(), Cache(size=5)), weights="learned")


def built(spec: Output) -> OutputLayer:
    layer = spec.build(HIDDEN, CLASSES)
    layer.initialise(torch.Generator().manual_seed(0))
    return layer


def shares_of(layer: MixtureLayer, h: Tensor) -> Tensor:
    """Each expert's share at each position."""
    weights = [torch.as_tensor(w).expand(len(h)) for w in layer.log_weights(h, CLASSES)]
    return torch.stack(weights).exp()


def batch(step: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(step)
    h = 2 * torch.randn(BATCH, HIDDEN, generator=generator)
    return h, torch.randint(0, CLASSES, (BATCH,), generator=generator)


def train(layer: OutputLayer, steps: int = 5) -> list[Tensor]:
    """Losses of real steps, with what happens after each."""
    parameters = list(layer.parameters())
    stepper = Adam(learning_rate=0.05).build(parameters) if parameters else None
    losses = []
    for step in range(steps):
        h, labels = batch(step)
        h.requires_grad_()
        loss = layer.loss(h, labels, CLASSES)
        loss.backward()
        if stepper is not None:
            stepper.step()
            stepper.zero_grad()
        layer.after_step(h.detach(), h.detach(), labels, CLASSES)
        assert h.grad is not None
        losses += [loss.detach(), h.grad]
    return losses


@pytest.mark.parametrize("expert", [*SINGLES, NESTED])
@pytest.mark.parametrize("weights", ["equal", "learned", "entropy", (1.0,)])
def test_one_expert_is_that_expert_bit_for_bit(expert: Output, weights: Any) -> None:
    alone, mixed = built(expert), built(Mixture(experts=(expert,), weights=weights))
    for a, b in zip(train(alone), train(mixed), strict=True):
        assert torch.equal(a, b)
    h, labels = batch(99)
    assert torch.equal(alone.log_probabilities(h, 5), mixed.log_probabilities(h, 5))
    assert torch.equal(
        alone.label_log_probabilities(h, labels, CLASSES),
        mixed.label_log_probabilities(h, labels, CLASSES),
    )
    state = mixed.state_dict()
    assert len(state) == len(alone.state_dict())
    for name, value in alone.state_dict().items():
        assert torch.equal(value, state[f"experts.0.{name}"])


@given(
    experts=st.lists(st.sampled_from([*SINGLES, NESTED]), min_size=2, max_size=4),
    learned=st.booleans(),
    data=st.data(),
)
@settings(max_examples=40)
def test_probabilities_are_the_weighted_sum_and_sum_to_one(
    experts: list[Output], learned: bool, data: st.DataObject
) -> None:
    parts = data.draw(st.lists(st.integers(0, 9), min_size=len(experts), max_size=len(experts)))
    total = sum(parts)
    given_weights: Any = "equal" if total == 0 else tuple(part / total for part in parts)
    spec = Mixture(experts=tuple(experts), weights="learned" if learned else given_weights)
    assert not list(spec.errors())
    layer = built(spec)
    assert isinstance(layer, MixtureLayer)
    train(layer, 3)
    h, labels = batch(50)
    with torch.no_grad():
        every = layer.log_probabilities(h, CLASSES)
        one = layer.label_log_probabilities(h, labels, CLASSES)
        shares = shares_of(layer, h)
        torch.testing.assert_close(shares.sum(0), torch.ones(BATCH))
        expected = sum(
            share[:, None] * expert.log_probabilities(h, CLASSES).exp()
            for share, expert in zip(shares, layer.outputs(), strict=True)
        )
    assert isinstance(expected, Tensor)
    torch.testing.assert_close(every.exp(), expected, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(every.exp().sum(1), torch.ones(BATCH))
    torch.testing.assert_close(one, every.gather(1, labels[:, None])[:, 0], atol=1e-4, rtol=1e-4)


def test_first_expert_starts_as_it_would_alone() -> None:
    alone = built(Softmax()).state_dict()
    for weights in ("equal", "learned"):
        spec = Mixture(experts=(Softmax(), Cache()), weights=weights)  # type: ignore[arg-type]
        mixed = built(spec).state_dict()
        assert torch.equal(alone["rows"], mixed["experts.0.rows"])
        assert torch.equal(alone["bias"], mixed["experts.0.bias"])


def test_learned_gate_starts_even_and_moves_to_the_better_expert() -> None:
    """A cache that has seen the pairs knows them; an untrained softmax does not."""
    layer = built(Mixture(experts=(Softmax(), Cache(theta=2.0)), weights="learned"))
    assert isinstance(layer, MixtureLayer)
    assert layer.gate is not None
    h, labels = 3 * torch.eye(HIDDEN) + 0.01, torch.arange(HIDDEN)
    layer.after_step(h, h, labels, CLASSES)
    with torch.no_grad():
        torch.testing.assert_close(shares_of(layer, h), torch.full((2, HIDDEN), 0.5))
    stepper = Adam(learning_rate=0.05).build(layer.gate.parameters())
    query = h.clone().requires_grad_()
    for _ in range(30):
        stepper.zero_grad()
        layer.loss(query, labels, CLASSES).backward()
        stepper.step()
    assert layer.gate.weight.abs().min() > 0
    assert layer.gate.bias[1] > layer.gate.bias[0]
    assert shares_of(layer, h)[1].min() > 0.9
    assert query.grad is not None
    assert query.grad.abs().min() > 0
    rows = layer.state_dict()["experts.0.rows"]
    assert torch.isfinite(rows).all()


def test_an_expert_of_weight_zero_is_not_heard_and_gives_no_nan() -> None:
    spec = Mixture(experts=(Softmax(), Softmax()), weights=(1.0, 0.0))
    layer, alone = built(spec), built(Softmax())
    h, labels = batch(0)
    h.requires_grad_()
    layer.loss(h, labels, CLASSES).backward()
    torch.testing.assert_close(
        layer.log_probabilities(h, CLASSES), alone.log_probabilities(h, CLASSES)
    )
    gradient = layer.get_parameter("experts.1.rows").grad
    assert gradient is not None
    assert torch.equal(gradient, torch.zeros_like(gradient))


def test_every_expert_learns_from_the_step_and_is_watched() -> None:
    layer = built(Mixture(experts=(Softmax(), Hebbian(), Cache(size=4))))
    h, labels = batch(0)
    watched = layer.after_step(h, h, labels, CLASSES)
    assert watched is not None
    assert watched.numel() == 2 * BATCH * HIDDEN
    state = layer.state_dict()
    assert (state["experts.1.counters"] - 1).sum() == BATCH
    assert state["experts.2.written"] == BATCH
    silent = built(Mixture(experts=(Softmax(), Softmax())))
    assert silent.after_step(h, h, labels, CLASSES) is None


def test_evaluating_twice_gives_the_same() -> None:
    layer = built(Mixture(experts=(Hebbian(), Cache(size=4)), weights="learned"))
    train(layer, 3)
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    h, labels = batch(9)
    first = layer.log_probabilities(h, CLASSES)
    layer.score_text(h[:, None], labels[:, None], CLASSES)
    layer.clear_memory()
    assert torch.equal(first, layer.log_probabilities(h, CLASSES))
    for name, value in layer.state_dict().items():
        assert torch.equal(value, before[name])


def test_weights_that_are_refused() -> None:
    experts = (Softmax(), Cache())
    (few,) = Mixture(experts=experts, weights=(1.0,)).errors()
    assert isinstance(few, WeightsPerExpert)
    assert few.place == At(("weights",))
    assert few.title == "a mixture of 2 experts is given 1 weight"
    (sum_,) = Mixture(experts=experts, weights=(0.7, 0.2)).errors()
    assert isinstance(sum_, WeightsSum)
    assert "0.9" in sum_.title
    assert not list(Mixture(experts=experts, weights=(0.3, 0.7 + 9e-7)).errors())
    assert not list(Mixture(experts=experts, weights="equal").errors())
