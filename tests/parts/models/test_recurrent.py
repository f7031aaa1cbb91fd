"""`lstm` and `gru` against loops written plainly from their formulas, number by number."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, tanh
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from word_specs import (
    RECURRENT,
    built,
    generator,
    in_double,
    rows_for,
    some_state,
    texts,
)

from hebbdsl.parts.exposure import Exposure
from hebbdsl.parts.models.gru.spec import Gru
from hebbdsl.parts.models.language_network import Masks, State
from hebbdsl.parts.models.lstm.spec import Lstm
from hebbdsl.parts.models.recurrent.module import RecurrentLayer, RecurrentNetwork, packed
from hebbdsl.parts.models.recurrent.spec import Recurrent
from hebbdsl.parts.problems import NoEffect

Vector = list[float]
Matrix = list[Vector]


def logistic(x: float) -> float:
    return 1 / (1 + exp(-x))


def times(matrix: Matrix, vector: Vector) -> Vector:
    return [sum(w * x for w, x in zip(row, vector, strict=True)) for row in matrix]


def lstm_step(
    x: Vector, state: list[Vector], W: Matrix, U: Matrix, biases: list[Vector]
) -> list[Vector]:
    h, c = state
    width = len(h)
    sums = [a + b + d for a, b, d in zip(times(W, x), times(U, h), biases[0], strict=True)]
    new_h, new_c = [], []
    for k in range(width):
        i, f, g, o = (sums[gate * width + k] for gate in range(4))
        cell = logistic(f) * c[k] + logistic(i) * tanh(g)
        new_c.append(cell)
        new_h.append(logistic(o) * tanh(cell))
    return [new_h, new_c]


def gru_step(
    x: Vector, state: list[Vector], W: Matrix, U: Matrix, biases: list[Vector]
) -> list[Vector]:
    (h,) = state
    width = len(h)
    b, a = biases
    read = [s + t for s, t in zip(times(W, x), b, strict=True)]
    kept = times(U, h)
    new = []
    for k in range(width):
        r = logistic(read[k] + kept[k])
        z = logistic(read[width + k] + kept[width + k])
        n = tanh(read[2 * width + k] + r * (kept[2 * width + k] + a[k]))
        new.append(z * h[k] + (1 - z) * n)
    return [new]


def loop(
    network: RecurrentNetwork, tokens: Tensor, table: Tensor, state: State, masks: Masks
) -> tuple[Matrix, Matrix]:
    """For the only text of the batch: its activations, and the vectors of the state after it."""
    step: Callable[..., list[Vector]] = lstm_step if isinstance(network.spec, Lstm) else gru_step
    vectors = [s[0].tolist() for s in state]
    outputs = []
    for time, token in enumerate(tokens[:, 0].tolist()):
        x = table[token].tolist()
        if masks.words is not None:
            x = [e * masks.words[token].item() for e in x]
        x = dropped(x, masks.input, time)
        at = 0
        for number, layer in enumerate(network.layers):
            assert isinstance(layer, RecurrentLayer)
            U = layer.hidden_weights.tolist()
            if masks.weights:
                factors = masks.weights[number].tolist()
                U = [
                    [u * m for u, m in zip(us, ms, strict=True)]
                    for us, ms in zip(U, factors, strict=True)
                ]
            biases = [b.tolist() for b in layer.biases()]
            before = vectors[at : at + layer.states]
            after = step(x, before, layer.input_weights.tolist(), U, biases)
            vectors[at : at + layer.states] = after
            at += layer.states
            x = after[0]
            if number < len(masks.hidden):
                x = dropped(x, masks.hidden[number], time)
        outputs.append(x if network.projection is None else times(network.projection.tolist(), x))
    return outputs, vectors


def dropped(x: Vector, factors: Tensor | None, time: int) -> Vector:
    if factors is None:
        return x
    at = factors[0 if len(factors) == 1 else time, 0].tolist()
    return [e * m for e, m in zip(x, at, strict=True)]


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-10), (torch.float32, 1e-5)])
@settings(max_examples=60)
@given(spec=RECURRENT, time=st.integers(1, 6), training=st.booleans())
def test_kernels_do_what_the_formulas_say(
    dtype: torch.dtype, tolerance: float, spec: Recurrent, time: int, training: bool
) -> None:
    """With and without projection, every dropout, weight-drop, forget bias, and a state."""
    network = built(spec, dtype).train(training)
    assert isinstance(network, RecurrentNetwork)
    rows = rows_for(spec, dtype)
    table = network.embedding if rows is None else rows
    assert table is not None
    masks = network.masks(generator(2), 1, time)
    if dtype is torch.float64:
        masks = in_double(masks)
    state, tokens = some_state(network, 1), texts(time, 1)
    h, left = network(tokens, rows, state, masks)
    expected, vectors = loop(network, tokens, table.detach(), state, masks)
    close(h[:, 0], expected, tolerance)
    for mine, theirs in zip(left, vectors, strict=True):
        close(mine[0], theirs, tolerance)


def close(mine: Tensor, theirs: Any, tolerance: float) -> None:
    expected = torch.tensor(theirs, dtype=torch.float64)
    torch.testing.assert_close(mine.double(), expected, atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("word", [Lstm, Gru])
def test_it_is_torchs_own_module_of_several_layers(word: type[Recurrent]) -> None:
    """With that one's second biases at zero where they double the first; gradients too."""
    spec = word(hidden=(7, 7), embedding=5, tied=False)
    network = built(spec)
    assert isinstance(network, RecurrentNetwork)
    assert network.embedding is not None
    own = (nn.LSTM if word is Lstm else nn.GRU)(5, 7, num_layers=2).double()
    for number, layer in enumerate(network.layers):
        assert isinstance(layer, RecurrentLayer)
        values = (layer.input_weights, layer.hidden_weights, *layer.kernel_biases())
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        for name, value in zip(names, values, strict=True):
            getattr(own, f"{name}_l{number}").data.copy_(value)
    tokens = texts(9, 4)
    h, _ = network(tokens, None, network.start(4, "cpu"))
    expected, _ = own(nn.functional.embedding(tokens, network.embedding.detach()))
    torch.testing.assert_close(h, expected, atol=1e-12, rtol=1e-12)
    h.square().sum().backward()
    expected.square().sum().backward()
    for number, layer in enumerate(network.layers):
        assert isinstance(layer, RecurrentLayer)
        for mine, theirs in (
            (layer.input_weights, "weight_ih"),
            (layer.hidden_weights, "weight_hh"),
            (layer.bias, "bias_ih"),
        ):
            torch.testing.assert_close(mine.grad, getattr(own, f"{theirs}_l{number}").grad)


@pytest.mark.parametrize("word", [Lstm, Gru])
def test_weight_drop_leaves_the_weights_as_they_are(word: type[Recurrent]) -> None:
    network = built(word(hidden=(6,), weight_drop=0.5, tied=False))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    masks = in_double(network.masks(generator(), 2, 4))
    h, _ = network(texts(4, 2), None, network.start(2, "cpu"), masks)
    h.sum().backward()
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name])
    (factors,) = masks.weights
    layer = network.get_submodule("layers.0")
    assert isinstance(layer, RecurrentLayer)
    assert layer.hidden_weights.grad is not None
    assert torch.equal(layer.hidden_weights.grad == 0, factors == 0)


@pytest.mark.parametrize("word", [Lstm, Gru])
@pytest.mark.parametrize("weight_range", [None, 0.05])
def test_the_forget_bias_starts_where_it_is_asked_to(
    word: type[Recurrent], weight_range: float | None
) -> None:
    spec = word(hidden=(400,), forget_bias=1.0, weight_range=weight_range)
    network = built(spec, torch.float32)
    layer = network.get_submodule("layers.0")
    assert isinstance(layer, RecurrentLayer)
    bound = 1 / 20 if weight_range is None else weight_range
    gates = [gate.detach() for gate in layer.bias.chunk(layer.gates)]
    assert torch.equal(gates[1], torch.ones(400))
    for gate in (gates[0], *gates[2:]):
        assert 0.9 * bound < float(gate.abs().max()) <= bound * (1 + 1e-6)


def test_packed_weights_are_the_same_in_one_block_and_learn() -> None:
    """As they reach cuDNN: in order, without gaps, nothing else in the block."""
    weights = [torch.randn(size, requires_grad=True) for size in ((8, 3), (8, 2), (8,), (8,))]
    block = packed(list(weights))
    at = block[0].data_ptr()
    for mine, theirs in zip(block, weights, strict=True):
        assert torch.equal(mine, theirs)
        assert mine.data_ptr() == at
        at += mine.numel() * mine.element_size()
    assert at == block[0].data_ptr() + block[0].untyped_storage().nbytes()
    sum((n + 1) * b.sum() for n, b in enumerate(block)).backward()
    for number, theirs in enumerate(weights, start=1):
        assert theirs.grad is not None
        assert torch.equal(theirs.grad, torch.full_like(theirs, number))


RUN = Exposure(
    steps=1,
    batch_size=1,
    evaluate_every=1,
    levels=(1,),
    train=1,
    newest_drawn=None,
    examples_at_test=None,
    dropout=0.0,
    moments=2,
)


@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        (Lstm(tied=False), set()),
        (Lstm(tied=True), {"embedding_range"}),
        (Lstm(tied=False, hidden=(9,), hidden_dropout=0.5), {"hidden_dropout"}),
        (Lstm(tied=False, hidden=(9,), features=9, hidden_dropout=0.5), set()),
        (Lstm(tied=False, hidden=(9, 9), hidden_dropout=0.5), set()),
        (Gru(tied=False, locked_dropout=True), {"locked_dropout"}),
        (Gru(tied=False, locked_dropout=True, embedding_dropout=0.5), {"locked_dropout"}),
        (Gru(tied=False, locked_dropout=True, dropout=0.5), set()),
    ],
)
def test_fields_without_effect_give_warnings(spec: Recurrent, fields: set[str]) -> None:
    said = list(spec.warnings(RUN))
    assert {s.field for s in said if isinstance(s, NoEffect)} == fields
    assert len(said) == len(fields)
