"""`transformer`: positions, memory, and the whole against one written plainly."""

from __future__ import annotations

from dataclasses import replace
from math import cos, exp, sin, sqrt

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from word_specs import WORDS, built, generator, in_double, rows_for, texts

from hebbdsl.diagnostics.diagnostic import At
from hebbdsl.parts.models.language_network import Masks
from hebbdsl.parts.models.transformer.module import (
    Block,
    TransformerNetwork,
    attended,
    rotary_angles,
    turned,
)
from hebbdsl.parts.models.transformer.spec import OddHeads, Transformer, UnevenHeads

SMALL = Transformer(d_model=12, num_heads=3, num_layers=2, dim_feedforward=7, context_length=3)


def network_of(spec: Transformer) -> TransformerNetwork:
    network = built(spec)
    assert isinstance(network, TransformerNetwork)
    return network


@given(
    half=st.integers(1, 8),
    places=st.tuples(st.integers(0, 60), st.integers(0, 60)),
    shift=st.integers(0, 60),
)
def test_a_score_depends_on_the_distance_only(
    half: int, places: tuple[int, int], shift: int
) -> None:
    q, k = torch.randn(2, 2 * half, generator=generator(), dtype=torch.float64)

    def score(at: int, of: int) -> Tensor:
        cosine, sine = rotary_angles(200, 2 * half, q)
        return turned(q, cosine[at], sine[at]) @ turned(k, cosine[of], sine[of])

    here, there = places
    torch.testing.assert_close(score(here, there), score(here + shift, there + shift))
    torch.testing.assert_close(score(here, here), q @ k)


def test_a_score_does_depend_on_the_distance() -> None:
    q, k = torch.randn(2, 8, generator=generator(), dtype=torch.float64)
    cosine, sine = rotary_angles(5, 8, q)
    scores = {round(float(q @ turned(k, cosine[n], sine[n])), 6) for n in range(5)}
    assert len(scores) == 5


@given(remembered=st.integers(0, 6), context=st.integers(1, 6), time=st.integers(1, 9))
def test_a_word_attends_to_itself_and_to_the_context_before_it(
    remembered: int, context: int, time: int
) -> None:
    remembered = min(remembered, context)
    allowed = attended(torch.tensor(remembered), context, time)
    for t in range(time):
        words = {place - context for place in range(context + time) if allowed[t, place]}
        assert words == set(range(max(t - context, -remembered), t + 1))


def plainly(
    network: TransformerNetwork, tokens: list[int], table: Tensor, masks: Masks
) -> list[Tensor]:
    """The activations of a whole text, word by word, with all that came before at hand."""
    spec = network.spec
    size = spec.d_model // spec.num_heads
    xs = [table[token] * sqrt(spec.embedding_width) for token in tokens]
    if network.widening is not None:
        xs = [network.widening @ x for x in xs]

    def norm(x: Tensor, layer: nn.LayerNorm) -> Tensor:
        spread = sqrt(float(((x - x.mean()) ** 2).mean()) + layer.eps)
        return (x - x.mean()) / spread * layer.weight + layer.bias

    def turn(x: Tensor, place: int) -> Tensor:
        out, half = torch.zeros_like(x), size // 2
        for i in range(half):
            angle = place * 10_000 ** (-2 * i / size)
            a, b = float(x[i]), float(x[half + i])
            out[i] = a * cos(angle) - b * sin(angle)
            out[half + i] = a * sin(angle) + b * cos(angle)
        return out

    def masked(x: Tensor, place: int, time: int) -> Tensor:
        if not masks.hidden:
            return x
        factors = masks.hidden[place]
        return x * factors[0 if len(factors) == 1 else time, 0]

    for number, block in enumerate(network.blocks):
        assert isinstance(block, Block)
        read = [block.read @ norm(x, block.attention_norm) for x in xs]
        for t in range(len(xs)):
            joined = []
            for head in range(spec.num_heads):
                part = slice(head * size, (head + 1) * size)
                seen = range(max(0, t - spec.context_length), t + 1)
                query = turn(read[t][: spec.d_model][part], t)
                scores = [
                    float(query @ turn(read[s][spec.d_model : 2 * spec.d_model][part], s))
                    / sqrt(size)
                    for s in seen
                ]
                weights = [exp(score) for score in scores]
                total = sum(weights)
                values = [read[s][2 * spec.d_model :][part] for s in seen]
                joined.append(
                    sum(
                        (w / total * v for w, v in zip(weights, values, strict=True)),
                        torch.zeros(size, dtype=torch.float64),
                    )
                )
            xs[t] = xs[t] + masked(block.mix @ torch.cat(joined), 2 * number, t)
        for t, x in enumerate(xs):
            inner = nn.functional.gelu(block.up @ norm(x, block.feedforward_norm))
            xs[t] = x + masked(block.down @ inner, 2 * number + 1, t)
    last = [norm(x, network.norm) for x in xs]
    return last if network.projection is None else [network.projection @ x for x in last]


@pytest.mark.parametrize(
    "spec",
    [
        SMALL,
        replace(SMALL, features=5),
        replace(SMALL, embedding=4, tied=False),
        replace(SMALL, context_length=50, hidden_dropout=0.4),
        replace(SMALL, context_length=1, hidden_dropout=0.4, locked_dropout=True),
    ],
)
def test_it_is_the_transformer_written_plainly(spec: Transformer) -> None:
    network = network_of(spec)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "norm" in name:
                parameter.copy_(torch.randn(parameter.shape, generator=generator()))
    rows, tokens = rows_for(spec), texts(8, 1)
    table = network.embedding if rows is None else rows
    assert table is not None
    masks = in_double(network.masks(generator(4), 1, 8))
    with torch.no_grad():
        h, _ = network(tokens, rows, network.start(1, "cpu"), masks)
        expected = plainly(network, tokens[:, 0].tolist(), table, masks)
    torch.testing.assert_close(h[:, 0], torch.stack(expected), atol=1e-10, rtol=1e-9)


@given(context=st.integers(1, 4), blocks=st.integers(1, 3), cut=st.integers(1, 13))
def test_a_word_reaches_blocks_times_context_words_and_no_further(
    context: int, blocks: int, cut: int
) -> None:
    """Wherever the window is cut. Words at the reach itself do matter."""
    network = network_of(replace(SMALL, context_length=context, num_layers=blocks))
    rows, tokens = rows_for(network.spec), texts(14, 1)
    reach = context * blocks

    def last(tokens: Tensor) -> Tensor:
        _, state = network(tokens[:cut], rows, network.start(1, "cpu"))
        h: Tensor = network(tokens[cut:], rows, state)[0][-1]
        return h

    beyond, within = tokens.clone(), tokens.clone()
    beyond[: 13 - reach] = (beyond[: 13 - reach] + 1) % WORDS
    within[13 - reach] = (within[13 - reach] + 1) % WORDS
    with torch.no_grad():
        expected = last(tokens)
        torch.testing.assert_close(last(beyond), expected, atol=1e-12, rtol=0)
        assert float((last(within) - expected).abs().max()) > 1e-12


def test_a_long_text_ends_as_its_last_words_do() -> None:
    """No place grows large: after 5,000 words the state is that of the reach alone."""
    network = network_of(SMALL)
    rows, tokens = rows_for(SMALL), texts(5_000, 1)
    reach = SMALL.context_length * SMALL.num_layers
    with torch.no_grad():
        state = network.start(1, "cpu")
        for piece in tokens.split(700):
            h, state = network(piece, rows, state)
        late, _ = network(tokens[-reach - 1 :], rows, network.start(1, "cpu"))
    torch.testing.assert_close(h[-1], late[-1], atol=1e-10, rtol=1e-9)


def test_memory_is_of_the_size_of_the_context_whatever_the_window() -> None:
    """A slice of all keys would keep the whole window alive."""
    network = network_of(SMALL)
    _, state = network(texts(40, 2), rows_for(SMALL), network.start(2, "cpu"))
    assert int(state[0]) == SMALL.context_length
    for memory in state[1:]:
        assert memory.shape == (2, 3, 3, 4)
        assert memory.untyped_storage().nbytes() == 2 * 3 * 3 * 4 * 8


def test_maps_back_into_the_sum_start_smaller() -> None:
    spec = Transformer(d_model=32, num_heads=2, num_layers=8, weight_range=0.4)
    for block in network_of(spec).blocks:
        assert isinstance(block, Block)
        for weights in (block.mix, block.down):
            assert float(weights.detach().abs().max()) == pytest.approx(0.1, rel=0.02)
        for weights in (block.read, block.up):
            assert float(weights.detach().abs().max()) == pytest.approx(0.4, rel=0.02)


def test_heads_share_the_width_in_pairs() -> None:
    heads = At.field("num_heads")
    for spec, said in (
        (
            Transformer(d_model=256, num_heads=6),
            [UnevenHeads(place=heads, heads=6, width=256, better=4)],
        ),
        (
            Transformer(d_model=100, num_heads=4),
            [OddHeads(place=heads, heads=4, width=100, each=25)],
        ),
        (Transformer(d_model=96, num_heads=4), []),
    ):
        assert list(spec.errors()) == said


@given(width=st.integers(1, 400), heads=st.integers(2, 40))
def test_the_number_of_heads_that_is_advised_is_taken(width: int, heads: int) -> None:
    for problem in Transformer(d_model=width, num_heads=heads).errors():
        if isinstance(problem, UnevenHeads):
            assert (problem.better is None) == (width % 2 == 1)
            if problem.better is not None:
                assert problem.better <= heads
                assert f"use {problem.better}, " in (problem.hint or "")
                assert not list(Transformer(d_model=width, num_heads=problem.better).errors())
        else:
            assert isinstance(problem, OddHeads)
            assert f"a `d_model` that {2 * heads} divides" in (problem.hint or "")
            assert not list(Transformer(d_model=6 * heads, num_heads=heads).errors())


def test_turns_are_kept_while_windows_are_of_one_length_and_change_nothing() -> None:
    network = network_of(SMALL)
    state, rows = network.start(2, "cpu"), rows_for(SMALL, torch.float32)
    with torch.inference_mode():
        expected = [network_of(SMALL)(texts(n, 2), rows, state)[0] for n in (4, 4, 2, 4)]
        found = [network(texts(n, 2), rows, state)[0] for n in (4, 4, 2, 4)]
    assert all(map(torch.equal, found, expected))
    network(texts(4, 2), rows, state)[0].sum().backward()  # by what the evaluation left
    assert network.norm.weight.grad is not None


def test_a_device_without_float64_has_the_same_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host makes them."""
    expected = rotary_angles(300, 8, torch.zeros(()))
    monkeypatch.setattr("hebbdsl.parts.float64.WITH_FLOAT64", frozenset())
    assert all(map(torch.equal, rotary_angles(300, 8, torch.zeros(())), expected))
