"""What each optimizer remembers, that its fields arrive, and that fusing changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from hebbdsl.diagnostics.diagnostic import At
from hebbdsl.parts.models.convnet.spec import Convnet
from hebbdsl.parts.optimizers.adagrad import Adagrad
from hebbdsl.parts.optimizers.adam import Adam
from hebbdsl.parts.optimizers.adamw import Adamw
from hebbdsl.parts.optimizers.rmsprop import Rmsprop
from hebbdsl.parts.optimizers.sgd import NesterovWithoutMomentum, Sgd
from hebbdsl.parts.part import Optimizer
from hebbdsl.vocabulary import words_of

RATE = {"learning_rate": 0.03, "weight_decay": 0.1}

PAIRS: list[tuple[Optimizer, type[torch.optim.Optimizer], dict[str, Any]]] = [
    (
        Adam(beta1=0.8, beta2=0.9, epsilon=1e-3, **RATE),
        torch.optim.Adam,
        {"betas": (0.8, 0.9), "eps": 1e-3},
    ),
    (
        Adamw(beta1=0.8, beta2=0.9, epsilon=1e-3, **RATE),
        torch.optim.AdamW,
        {"betas": (0.8, 0.9), "eps": 1e-3},
    ),
    (
        Rmsprop(alpha=0.9, epsilon=1e-3, momentum=0.5, **RATE),
        torch.optim.RMSprop,
        {"alpha": 0.9, "eps": 1e-3, "momentum": 0.5},
    ),
    (Rmsprop(**RATE), torch.optim.RMSprop, {}),
    (
        Adagrad(epsilon=1e-3, initial_accumulator_value=0.2, **RATE),
        torch.optim.Adagrad,
        {"eps": 1e-3, "initial_accumulator_value": 0.2},
    ),
    (Sgd(**RATE), torch.optim.SGD, {}),
    (
        Sgd(momentum=0.9, nesterov=True, **RATE),
        torch.optim.SGD,
        {"momentum": 0.9, "nesterov": True},
    ),
]


def network() -> nn.Module:
    """One whose weights lie in channels-last order: fused kernels walk through memory."""
    module = Convnet(channels=(3, 4), features=5).build((1, 8, 8))
    module.initialise(torch.Generator().manual_seed(0))  # type: ignore[operator]
    return module


def train(module: nn.Module, optimizer: torch.optim.Optimizer, steps: int = 6) -> None:
    generator = torch.Generator().manual_seed(1)
    for _ in range(steps):
        optimizer.zero_grad()
        module(torch.randn(8, 1, 8, 8, generator=generator)).square().mean().backward()
        optimizer.step()


@pytest.mark.parametrize(("spec", "plain", "fields"), PAIRS)
def test_steps_are_those_of_torchs_plain_optimizer(
    spec: Optimizer, plain: type[torch.optim.Optimizer], fields: dict[str, Any]
) -> None:
    mine, theirs = network(), network()
    train(mine, spec.build(mine.parameters()))
    train(
        theirs,
        plain(theirs.parameters(), lr=0.03, weight_decay=0.1, foreach=False, **fields),  # type: ignore[call-arg]
    )
    for a, b in zip(mine.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, atol=1e-4, rtol=1e-4)


OPTIMIZERS = st.one_of(
    st.builds(Adam, weight_decay=st.sampled_from([0.0, 0.1])),
    st.builds(Adamw),
    st.builds(Rmsprop, momentum=st.sampled_from([0.0, 0.9])),
    st.builds(Adagrad),
    st.builds(Sgd, momentum=st.sampled_from([0.0, 0.9]), weight_decay=st.sampled_from([0.0, 0.1])),
)


@given(spec=OPTIMIZERS)
@settings(max_examples=25)
def test_remembered_numbers_are_those_planned(spec: Optimizer) -> None:
    module = network()
    optimizer = spec.build(module.parameters())
    train(module, optimizer, steps=1)
    remembered = sum(
        value.numel()
        for state in optimizer.state.values()
        for name, value in state.items()
        if name != "step" and isinstance(value, torch.Tensor)
    )
    parameters = sum(p.numel() for p in module.parameters())
    assert remembered == spec.state_per_parameter * parameters


def test_fused_where_torch_can() -> None:
    for spec in (Adam(), Adamw(), Adagrad(), Sgd()):
        assert spec.build([nn.Parameter(torch.zeros(2))]).defaults["fused"] is True
        assert not spec.build([nn.Parameter(torch.zeros(2, device="meta"))]).defaults["fused"]


def test_every_optimizer_of_the_language_is_compared() -> None:
    assert {type(spec) for spec, _, _ in PAIRS} == set(words_of(Optimizer).values())


def test_nesterov_needs_momentum() -> None:
    (problem,) = Sgd(nesterov=True).errors()
    assert isinstance(problem, NesterovWithoutMomentum)
    assert problem.place == At(("nesterov",))
    assert not list(Sgd(nesterov=True, momentum=0.9).errors())
