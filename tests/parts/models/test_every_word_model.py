"""Laws of all word models: sizes, carried state, masks, gradients."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from word_specs import (
    SPECS,
    WORD_MODELS,
    WORDS,
    built,
    generator,
    in_double,
    rows_for,
    some_state,
    texts,
    window,
)

from hebbdsl.parts.models.gru.spec import Gru
from hebbdsl.parts.models.language_model import LanguageModel
from hebbdsl.parts.models.language_network import Masks
from hebbdsl.parts.models.lstm.spec import Lstm
from hebbdsl.parts.models.transformer.spec import Transformer

TIMES = st.integers(1, 9)
BATCHES = st.integers(1, 4)


@given(spec=SPECS, words=st.integers(1, 5_000))
@settings(max_examples=150)
def test_planned_sizes_are_those_of_the_module(spec: LanguageModel, words: int) -> None:
    assert not list(spec.errors())
    rows = spec.layers(words)
    with torch.device("meta"):
        network = spec.build(words)
    assert sum(row.parameters for row in rows) == sum(p.numel() for p in network.parameters())
    assert sum(row.buffer_bytes for row in rows) == 0 == len(list(network.buffers()))
    assert set(network.state_dict()) == {name for name, _ in network.named_parameters()}
    assert rows[0].shape == (spec.embedding_width,)
    assert rows[-1].shape == (spec.activation_width,)
    assert len({row.name for row in rows}) == len(rows)


def test_the_model_of_the_paper_has_159_million_parameters_with_its_rows() -> None:
    words, rows = 267_735, 267_735 * 512
    spec = Lstm(hidden=(2048,), features=512, tied=True)
    inner = sum(row.parameters for row in spec.layers(words))
    assert inner + rows == 267_735 * 512 + 4 * 2048 * (512 + 2048) + 4 * 2048 + 2048 * 512
    assert round((inner + rows) / 1e6, 1) == 159.1
    with torch.device("meta"):
        assert sum(p.numel() for p in spec.build(words).parameters()) == inner


@given(spec=SPECS, time=TIMES, batch=BATCHES)
def test_shapes_and_the_output_mask_is_left_to_the_caller(
    spec: LanguageModel, time: int, batch: int
) -> None:
    network = built(spec, torch.float32)
    state = network.start(batch, "cpu")
    rows = rows_for(spec, torch.float32)
    masks = network.masks(generator(), batch, time)
    h, after = network(texts(time, batch), rows, state, masks)
    assert h.shape == (time, batch, spec.activation_width)
    assert [(s.shape, s.dtype) for s in after] == [(s.shape, s.dtype) for s in state]
    other, _ = network(texts(time, batch), rows, state, replace(masks, output=None))
    assert torch.equal(h, other)
    assert (masks.output is None) == (spec.dropout == 0)


@given(spec=SPECS, batch=BATCHES, lengths=st.lists(st.integers(1, 7), min_size=2, max_size=5))
def test_windows_give_what_one_forward_gives(
    spec: LanguageModel, batch: int, lengths: list[int]
) -> None:
    """With the masks of one window cut where the text is; and the same state is left."""
    network, rows = built(spec), rows_for(spec)
    time = sum(lengths)
    tokens, start = texts(time, batch), some_state(network, batch)
    masks = in_double(network.masks(generator(1), batch, time))
    whole, left = network(tokens, rows, start, masks)
    pieces, state, first = [], start, 0
    for length in lengths:
        last = first + length
        h, state = network(tokens[first:last], rows, state, window(masks, first, last))
        pieces.append(h)
        first = last
    torch.testing.assert_close(torch.cat(pieces), whole, atol=1e-10, rtol=1e-9)
    for mine, theirs in zip(state, left, strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-10, rtol=1e-9)


@given(spec=SPECS, time=TIMES, at=st.data())
def test_what_comes_later_changes_nothing_before(
    spec: LanguageModel, time: int, at: st.DataObject
) -> None:
    network, rows = built(spec), rows_for(spec)
    changed = at.draw(st.integers(0, time - 1))
    start, tokens = some_state(network, 2), texts(time, 2)
    other = tokens.clone()
    other[changed:] = (other[changed:] + 1) % WORDS
    h, _ = network(tokens, rows, start)
    g, _ = network(other, rows, start)
    torch.testing.assert_close(h[:changed], g[:changed], atol=1e-12, rtol=0)
    assert not torch.equal(h[changed], g[changed])


@given(spec=SPECS, time=TIMES, batch=st.integers(2, 4))
def test_texts_of_a_batch_know_nothing_of_each_other(
    spec: LanguageModel, time: int, batch: int
) -> None:
    network, rows = built(spec), rows_for(spec)
    tokens, start = texts(time, batch), some_state(network, batch)
    h, left = network(tokens, rows, start)
    for row in range(batch):
        one = tuple(s if s.dim() == 0 else s[row : row + 1] for s in start)
        alone, after = network(tokens[:, row : row + 1], rows, one)
        torch.testing.assert_close(alone[:, 0], h[:, row], atol=1e-10, rtol=1e-9)
        for mine, theirs in zip(after, left, strict=True):
            expected = theirs if theirs.dim() == 0 else theirs[row : row + 1]
            torch.testing.assert_close(mine, expected, atol=1e-10, rtol=1e-9)


@given(spec=SPECS, time=st.integers(2, 6), batch=BATCHES)
def test_gradients_reach_everything_and_are_finite(
    spec: LanguageModel, time: int, batch: int
) -> None:
    network, rows = built(spec), rows_for(spec)
    inputs = list(network.parameters())
    if rows is not None:
        inputs.append(rows.requires_grad_())
    masks = in_double(network.masks(generator(1), batch, time))
    h, _ = network(texts(time, batch), rows, some_state(network, batch), masks)
    gradients = torch.autograd.grad(h.square().sum(), inputs)
    assert all(torch.isfinite(g).all() for g in gradients)


@pytest.mark.parametrize("word", WORD_MODELS)
def test_gradients_are_those_of_differences(word: type[LanguageModel]) -> None:
    small = {
        Lstm: Lstm(hidden=(3, 2), features=4, tied=True),
        Gru: Gru(hidden=(3, 2), features=4, tied=True),
        Transformer: Transformer(
            d_model=4,
            num_heads=2,
            num_layers=2,
            dim_feedforward=3,
            context_length=2,
            features=3,
            tied=True,
        ),
    }[word]
    network, rows = built(small), rows_for(small)
    assert rows is not None
    names = [name for name, _ in network.named_parameters()]
    state = some_state(network, 2)

    def activation(table: Tensor, *values: Tensor) -> Tensor:
        arguments = (texts(4, 2), table, state)
        h: Tensor = torch.func.functional_call(
            network, dict(zip(names, values, strict=True)), arguments
        )[0]
        return h

    inputs = [rows, *network.parameters()]
    assert torch.autograd.gradcheck(activation, [i.detach().requires_grad_() for i in inputs])


@given(spec=SPECS, time=TIMES, batch=BATCHES, seed=st.integers(0, 99))
def test_masks_come_from_the_generator_alone(
    spec: LanguageModel, time: int, batch: int, seed: int
) -> None:
    network = built(spec, torch.float32, seed=1)
    before = torch.get_rng_state()
    once = network.masks(generator(seed), batch, time)
    network.initialise(generator(2))
    network.eval()
    assert _same(once, network.masks(generator(seed), batch, time))
    assert torch.equal(before, torch.get_rng_state())
    shares = {
        "words": spec.embedding_dropout,
        "input": spec.input_dropout,
        "hidden": spec.hidden_dropout,
        "output": spec.dropout,
        "weights": getattr(spec, "weight_drop", 0.0),
    }
    for name, share in shares.items():
        for factors in _tensors(getattr(once, name)):
            assert share > 0
            assert set(factors.unique().tolist()) <= {0.0, _single(1 / (1 - share))}


@given(spec=SPECS, time=TIMES, batch=BATCHES)
def test_locked_masks_do_not_change_with_time(spec: LanguageModel, time: int, batch: int) -> None:
    network = built(replace(spec, locked_dropout=True), torch.float32)
    masks = network.masks(generator(), batch, time)
    for name in ("input", "hidden", "output"):
        assert all(f.shape[:2] == (1, batch) for f in _tensors(getattr(masks, name)))
    loose = built(replace(spec, locked_dropout=False), torch.float32).masks(
        generator(), batch, time
    )
    for name in ("input", "hidden", "output"):
        assert all(f.shape[:2] == (time, batch) for f in _tensors(getattr(loose, name)))


@pytest.mark.parametrize("word", WORD_MODELS)
def test_masks_have_the_mean_one_and_the_share_of_zeros(word: type[LanguageModel]) -> None:
    spec = word(embedding_dropout=0.25, input_dropout=0.25, hidden_dropout=0.25, dropout=0.25)
    masks = spec.build(20_000).masks(generator(), 20, 35)
    for name in ("words", "input", "hidden", "output"):
        found = _tensors(getattr(masks, name))
        assert found
        for factors in found:
            assert float(factors.mean()) == pytest.approx(1, abs=0.02)
            assert float((factors == 0).float().mean()) == pytest.approx(0.25, abs=0.015)


@given(spec=SPECS, seed=st.integers(0, 9))
def test_a_dropped_word_is_dropped_wherever_it_stands(spec: LanguageModel, seed: int) -> None:
    """With the mask of words, the table of embeddings counts as multiplied by it."""
    network = built(replace(spec, tied=False))
    assert network.embedding is not None
    words = (torch.rand(WORDS, generator=generator(seed)) < 0.5).double() * 2
    tokens, start = texts(6, 2), some_state(network, 2)
    h, _ = network(tokens, None, start, Masks(words=words))
    with torch.no_grad():
        network.embedding.mul_(words[:, None])
    torch.testing.assert_close(h, network(tokens, None, start)[0], atol=1e-12, rtol=1e-12)


@given(spec=SPECS)
def test_rows_of_a_tied_embedding_learn_as_input_and_as_output(spec: LanguageModel) -> None:
    """Their gradient is the sum of what an untied copy and the output's own rows would get."""
    tied = replace(spec, embedding=None, tied=True)
    loose = replace(spec, embedding=tied.embedding_width, tied=False)
    network, apart, rows = built(tied), built(loose), rows_for(tied)
    assert rows is not None
    assert apart.embedding is not None
    apart.load_state_dict({**network.state_dict(), "embedding": rows.clone()})
    tokens, labels, start = texts(5, 2), texts(5, 2, 4), some_state(network, 2)

    def loss(h: Tensor, output: Tensor) -> Tensor:
        return torch.nn.functional.cross_entropy((h @ output.T).flatten(0, 1), labels.flatten())

    both = rows.clone().requires_grad_()
    loss(network(tokens, both, start)[0], both).backward()
    only = rows.clone().requires_grad_()
    loss(apart(tokens, None, start)[0], only).backward()
    assert both.grad is not None
    assert only.grad is not None
    assert apart.embedding.grad is not None
    torch.testing.assert_close(both.grad, only.grad + apart.embedding.grad, atol=1e-10, rtol=1e-9)


@given(spec=SPECS)
def test_the_gradient_of_embedded_words_is_that_of_the_rows(spec: LanguageModel) -> None:
    """Added row by row to a gradient that is there, it makes the gradient that autograd makes."""
    network, rows = built(replace(spec, embedding=None, tied=True)), None
    rows = rows_for(network.spec)
    assert rows is not None
    tokens, start = texts(5, 2), some_state(network, 2)
    masks = in_double(network.masks(generator(1), 2, 5))
    rows.requires_grad_()
    network(tokens, rows, start, masks)[0].square().sum().backward()
    x = network.look_up(tokens, rows).detach().requires_grad_()
    network.from_embedded(x, tokens, start, masks)[0].square().sum().backward()
    assert rows.grad is not None
    assert x.grad is not None
    sparse = torch.zeros_like(rows).index_add_(0, tokens.flatten(), x.grad.flatten(0, 1))
    torch.testing.assert_close(sparse, rows.grad, atol=1e-10, rtol=1e-9)


@given(spec=SPECS)
def test_initial_weights_come_from_the_generator_alone(spec: LanguageModel) -> None:
    before = torch.get_rng_state()
    one, same, other = (built(spec, torch.float32, seed) for seed in (0, 0, 1))
    assert torch.equal(before, torch.get_rng_state())
    for name, value in one.state_dict().items():
        assert torch.equal(value, same.state_dict()[name])
        assert torch.isfinite(value).all()
    drawn = [n for n, p in one.named_parameters() if p.dim() == 2]
    assert drawn
    for name in drawn:
        assert not torch.equal(one.state_dict()[name], other.state_dict()[name])


@given(spec=SPECS)
def test_initial_weights_fill_their_range(spec: LanguageModel) -> None:
    spec = replace(spec, tied=False, embedding_range=0.2, weight_range=0.05)
    network = spec.build(5_000)
    network.initialise(generator())
    assert network.embedding is not None
    assert 0.19 < float(network.embedding.detach().abs().max()) <= _single(0.2)
    matrices = [p for n, p in network.named_parameters() if p.dim() == 2 and n != "embedding"]
    for weights in matrices:
        assert 0 < float(weights.detach().abs().max()) <= _single(0.05)


@pytest.mark.parametrize("word", WORD_MODELS)
def test_bfloat16_autocast_trains_and_keeps_the_state_in_float32(word: type[LanguageModel]) -> None:
    spec = word(features=16, tied=False)
    network = built(spec, torch.float32)
    state = network.start(2, "cpu")
    exact, _ = network(texts(5, 2), None, state)
    for _ in range(2):
        with torch.autocast("cpu", torch.bfloat16):
            h, state = network(texts(5, 2), None, state)
        assert h.dtype == torch.bfloat16
        assert all(s.dtype == torch.float32 for s in state if s.is_floating_point())
        state = tuple(s.detach() for s in state)
    torch.testing.assert_close(
        network(texts(5, 2), None, network.start(2, "cpu"))[0], exact, atol=0, rtol=0
    )
    h.float().square().mean().backward()
    for parameter in network.parameters():
        assert parameter.grad is not None
        assert parameter.grad.dtype == torch.float32
        assert torch.isfinite(parameter.grad).all()


def test_all_fields_of_masks_are_compared_here() -> None:
    assert {f.name for f in fields(Masks)} == {"words", "input", "hidden", "weights", "output"}


def _tensors(factors: Tensor | tuple[Tensor, ...] | None) -> list[Tensor]:
    if factors is None:
        return []
    return [factors] if isinstance(factors, Tensor) else list(factors)


def _same(one: Masks, other: Masks) -> bool:
    pairs = [(getattr(one, f.name), getattr(other, f.name)) for f in fields(Masks)]
    mine = [t for a, _ in pairs for t in _tensors(a)]
    theirs = [t for _, b in pairs for t in _tensors(b)]
    return len(mine) == len(theirs) and all(map(torch.equal, mine, theirs))


def _single(number: float) -> float:
    """The nearest number of float32."""
    return float(torch.tensor(number, dtype=torch.float32))
