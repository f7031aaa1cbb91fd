"""`mixture_of_softmaxes` beside a slow reference in float64, and what it holds in memory."""

from __future__ import annotations

from math import exp, tanh

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from hebbdsl.parts.outputs.mixture_of_softmaxes.mixed import mixed_loss, mixed_nll
from hebbdsl.parts.outputs.mixture_of_softmaxes.module import MixtureOfSoftmaxesLayer
from hebbdsl.parts.outputs.mixture_of_softmaxes.spec import MixtureOfSoftmaxes
from hebbdsl.parts.outputs.softmax import chunked
from hebbdsl.parts.outputs.softmax.chunked import MANY
from hebbdsl.parts.outputs.softmax.spec import Softmax
from tests.parts.outputs.test_chunked_loss import Largest

HIDDEN = 5


def built(spec: MixtureOfSoftmaxes, classes: int, hidden: int = HIDDEN) -> MixtureOfSoftmaxesLayer:
    layer = spec.build(hidden, classes)
    assert isinstance(layer, MixtureOfSoftmaxesLayer)
    layer.initialise(torch.Generator().manual_seed(3))
    with torch.no_grad():
        for weights in layer.parameters():
            weights.mul_(3)
    return layer


def batch(count: int, in_play: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(count, HIDDEN, generator=generator)
    return h, torch.randint(0, in_play, (count,), generator=generator)


def by_hand(layer: MixtureOfSoftmaxesLayer, h: list[float], in_play: int) -> list[float]:
    """The probabilities of one activation, number by number."""

    def linear(rows: list[list[float]], x: list[float], more: list[float]) -> list[float]:
        sums = (sum(a * b for a, b in zip(row, x, strict=True)) for row in rows)
        return [one + plus for one, plus in zip(sums, more, strict=True)]

    def softmax(logits: list[float]) -> list[float]:
        powers = [exp(one - max(logits)) for one in logits]
        return [power / sum(powers) for power in powers]

    rows = layer.softmax.rows.tolist()[:in_play]
    bias = [0.0] * in_play if layer.softmax.bias is None else layer.softmax.bias.tolist()[:in_play]
    shares = [1.0]
    if layer.shares is not None:
        shares = softmax(linear(layer.shares.tolist(), h, [0.0] * len(layer.shares)))
    found = [0.0] * in_play
    for share, weights, offsets in zip(
        shares, layer.weights.tolist(), layer.offsets.tolist(), strict=True
    ):
        made = [tanh(one) for one in linear(weights, h, offsets)]
        for number, p in enumerate(softmax(linear(rows, made, bias))):
            found[number] += share * p
    return found


@given(
    components=st.integers(1, 5),
    width=st.one_of(st.none(), st.integers(1, 7)),
    bias=st.booleans(),
    classes=st.integers(1, 12),
    many=st.sampled_from([1, MANY]),
    data=st.data(),
)
@settings(max_examples=60)
def test_probabilities_are_those_of_the_rule_and_sum_to_one(
    components: int, width: int | None, bias: bool, classes: int, many: int, data: st.DataObject
) -> None:
    in_play = data.draw(st.integers(1, classes))
    layer = built(MixtureOfSoftmaxes(components=components, width=width, bias=bias), classes)
    h, labels = batch(4, in_play)
    expected = torch.tensor([by_hand(layer, one, in_play) for one in h.tolist()])
    with torch.no_grad(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("hebbdsl.parts.outputs.mixture_of_softmaxes.module.MANY", many)
        every = layer.log_probabilities(h, in_play)
        one = layer.label_log_probabilities(h, labels, in_play)
        loss = layer.loss(h, labels, in_play)
    assert every.shape == (4, in_play)
    torch.testing.assert_close(every.exp().sum(1), torch.ones(4))
    torch.testing.assert_close(every.exp(), expected, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(one, every.gather(1, labels[:, None])[:, 0], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(loss, -one.mean())


def exactly(layer: MixtureOfSoftmaxesLayer, h: Tensor, labels: Tensor, in_play: int) -> Tensor:
    """The mean loss in float64, all probabilities of all components at once."""
    rows, bias = layer.in_play(in_play)
    made = torch.einsum("kwd,nd->nkw", layer.weights, h) + layer.offsets
    logits = made.tanh() @ rows.T + (0 if bias is None else bias)
    shares = torch.ones(len(h), 1, dtype=h.dtype)
    if layer.shares is not None:
        shares = (h @ layer.shares.T).softmax(1)
    p = (shares[:, :, None] * logits.softmax(2)).sum(1)
    return -p.gather(1, labels[:, None]).log().mean()


@given(
    components=st.integers(1, 5),
    width=st.one_of(st.none(), st.integers(1, 7)),
    bias=st.booleans(),
    count=st.integers(1, 20),
    logits=st.integers(1, 400),
    block=st.integers(1, 20),
    many=st.sampled_from([1, MANY]),
    each=st.booleans(),
)
@settings(max_examples=60)
def test_loss_and_gradients_are_those_of_a_reference_in_float64(
    components: int,
    width: int | None,
    bias: bool,
    count: int,
    logits: int,
    block: int,
    many: int,
    each: bool,
) -> None:
    """By one chunk or several, in the loss or by label, and with all logits at once."""
    classes, in_play = 14, 11
    spec = MixtureOfSoftmaxes(components=components, width=width, bias=bias)
    layer, exact = built(spec, classes), built(spec, classes).double()
    h, labels = batch(count, in_play)
    seen, high = h.clone().requires_grad_(), h.double().requires_grad_()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunked, "CPU_LOGITS", logits)
        patch.setattr(chunked, "BLOCK", block)
        for module in ("softmax", "mixture_of_softmaxes"):
            patch.setattr(f"hebbdsl.parts.outputs.{module}.module.MANY", many)
        if each:
            loss = -layer.label_log_probabilities(seen, labels, in_play).mean()
        else:
            loss = layer.loss(seen, labels, in_play)
        (2 * loss).backward()
    expected = exactly(exact, high, labels, in_play)
    (2 * expected).backward()
    torch.testing.assert_close(loss.double(), expected, rtol=1e-5, atol=1e-6)
    pairs = [(seen, high), *zip(layer.parameters(), exact.parameters(), strict=True)]
    for found, other in pairs:
        assert found.grad is not None
        assert other.grad is not None
        torch.testing.assert_close(found.grad.double(), other.grad, rtol=1e-4, atol=2e-6)
    assert layer.softmax.rows.grad is not None
    assert not layer.softmax.rows.grad[in_play:].any()


def test_one_component_is_a_softmax_of_one_more_layer() -> None:
    layer, plain = built(MixtureOfSoftmaxes(components=1), 9), Softmax().build(HIDDEN, 9)
    plain.load_state_dict(layer.softmax.state_dict())
    with torch.no_grad():
        layer.weights.copy_(torch.eye(HIDDEN)[None])
        layer.offsets.zero_()
    h, labels = batch(6, 9)
    assert layer.shares is None
    assert torch.equal(layer.log_probabilities(h, 7), plain.log_probabilities(h.tanh(), 7))
    assert torch.equal(layer.loss(h, labels, 9), plain.loss(h.tanh(), labels, 9))


def test_rows_start_as_those_of_a_softmax() -> None:
    """Variants that differ in this begin with the same rows, where they are as wide."""
    layer, plain = (spec.build(HIDDEN, 9) for spec in (MixtureOfSoftmaxes(), Softmax()))
    for one in (layer, plain):
        one.initialise(torch.Generator().manual_seed(0))
    rows = layer.class_rows()
    assert rows is not None
    assert torch.equal(rows, plain.get_parameter("rows"))
    assert all(weights.abs().min() > 0 for weights in layer.parameters())


@pytest.mark.parametrize("function", [mixed_loss, mixed_nll])
def test_never_more_logits_at_once_than_a_chunk_and_the_host_never_waits(function: object) -> None:
    count, components, classes = 64, 4, MANY
    layer = built(MixtureOfSoftmaxes(components=components), classes)
    h, labels = batch(count, classes)
    h.requires_grad_()
    with pytest.MonkeyPatch.context() as patch, Largest() as seen:
        patch.setattr(chunked, "CPU_LOGITS", 16 * classes)
        if function is mixed_loss:
            layer.loss(h, labels, classes).backward()
        else:
            layer.label_log_probabilities(h, labels, classes).sum().backward()
    assert seen.most == 16 * classes < count * classes
    assert not seen.waits


def test_components_of_a_position_are_in_one_chunk_whatever_it_holds() -> None:
    layer = built(MixtureOfSoftmaxes(components=6), MANY)
    h, labels = batch(5, MANY)
    with pytest.MonkeyPatch.context() as patch, Largest() as seen:
        patch.setattr(chunked, "CPU_LOGITS", 1)
        layer.loss(h.requires_grad_(), labels, MANY)
    assert seen.most == 6 * MANY > layer.softmax.rows.numel()


def test_a_second_backward_is_refused_with_a_sentence() -> None:
    layer = built(MixtureOfSoftmaxes(), MANY)
    loss = layer.loss(*batch(3, MANY), MANY)
    loss.backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="used up"):
        loss.backward()


@pytest.mark.parametrize("classes", [40, MANY])
@pytest.mark.parametrize("products", ["float32", "bfloat16"])
def test_in_bfloat16_loss_and_gradients_are_near_and_in_float32(
    classes: int, products: str
) -> None:
    spec = MixtureOfSoftmaxes(components=3, products=products)  # type: ignore[arg-type]
    layer, exact = built(spec, classes), built(MixtureOfSoftmaxes(components=3), classes)
    h, labels = batch(50, classes)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        low = layer.loss(h.bfloat16(), labels, classes)
        every = layer.log_probabilities(h.bfloat16(), classes)
    assert low.dtype is every.dtype is torch.float32
    torch.testing.assert_close(every.exp().sum(1), torch.ones(50))
    low.backward()
    high = exact.loss(h, labels, classes)
    high.backward()
    torch.testing.assert_close(low, high, rtol=2e-2, atol=0)
    for found, other in zip(layer.parameters(), exact.parameters(), strict=True):
        assert found.grad is not None
        assert other.grad is not None
        assert found.grad.dtype is torch.float32
        assert (found.grad - other.grad).norm() < 0.05 * other.grad.norm()


def test_log_probabilities_have_a_higher_rank_than_the_rows_allow_one_softmax() -> None:
    """What the mixture is for: of one component with rows of width w it is w + 1 at most."""
    h, _ = batch(40, 20)
    ranks = []
    for components in (1, 3):
        layer = built(MixtureOfSoftmaxes(components=components, width=2, bias=False), 20)
        with torch.no_grad():
            found = layer.log_probabilities(h, 20)
        ranks.append(int(torch.linalg.matrix_rank(found, rtol=1e-4)))
    assert ranks[0] == 3 < ranks[1]
