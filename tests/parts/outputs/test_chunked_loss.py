"""The chunked loss beside the plain one, and what it holds in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.outputs.softmax import chunked
from hebbdsl.parts.outputs.softmax.chunked import MANY, label_nll, mean_loss
from hebbdsl.parts.outputs.softmax.spec import Softmax


def problem(
    batch: int, classes: int, hidden: int, bias: bool, seed: int = 0
) -> tuple[Tensor, Tensor, Tensor | None, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(batch, hidden, generator=generator)
    rows = torch.randn(classes, hidden, generator=generator)
    offsets = torch.randn(classes, generator=generator) if bias else None
    return h, rows, offsets, torch.randint(classes, (batch,), generator=generator)


@given(
    batch=st.integers(1, 40),
    classes=st.integers(1, 50),
    hidden=st.integers(1, 9),
    bias=st.booleans(),
    logits=st.integers(1, 400),
    block=st.integers(1, 60),
    upstream=st.sampled_from([1.0, -2.5]),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=150)
def test_any_chunks_give_the_plain_loss_and_its_gradients(
    batch: int,
    classes: int,
    hidden: int,
    bias: bool,
    logits: int,
    block: int,
    upstream: float,
    seed: int,
) -> None:
    given_ = problem(batch, classes, hidden, bias, seed)
    leaves: list[list[Tensor]] = []
    losses = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunked, "CPU_LOGITS", logits)
        patch.setattr(chunked, "BLOCK", block)
        for plain in (True, False):
            h, rows, offsets, labels = given_
            mine = [t.double() if plain else t.clone() for t in (h, rows, offsets) if t is not None]
            for leaf in mine:
                leaf.requires_grad_()
            if plain:
                loss = F.cross_entropy(F.linear(*mine[:2], mine[2] if bias else None), labels)
            else:
                loss = mean_loss(*mine[:2], mine[2] if bias else None, labels)
            (upstream * loss).backward()  # type: ignore[no-untyped-call]
            leaves.append(mine)
            losses.append(loss.detach())
        nll = label_nll(given_[0], given_[1], given_[2], given_[3])
    torch.testing.assert_close(losses[1].double(), losses[0], rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(nll.mean(), losses[1], rtol=1e-5, atol=1e-6)
    for exact, found in zip(*leaves, strict=True):
        assert exact.grad is not None
        assert found.grad is not None
        torch.testing.assert_close(found.grad.double(), exact.grad, rtol=1e-4, atol=2e-6)


def test_without_gradients_none_are_prepared() -> None:
    """In training the backward pass is done forward, into copies of `h` and of the rows."""
    h, rows, bias, labels = problem(6, 200, 4, True)
    with Largest() as trained:
        kept = mean_loss(h.requires_grad_(), rows.requires_grad_(), bias, labels)
    with torch.no_grad(), Largest() as read:
        loss = mean_loss(h, rows, bias, labels)
    torch.testing.assert_close(loss, kept.detach())
    assert read.calls < trained.calls


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_each_label_pulls_back_what_it_is_given(dtype: torch.dtype) -> None:
    h, rows, bias, labels = problem(6, 20, 4, True)
    upstream = torch.randn(6)
    leaves = []
    for plain in (True, False):
        mine = [t.double() if plain else t.clone() for t in (h, rows, bias) if t is not None]
        for leaf in mine:
            leaf.requires_grad_()
        if plain:
            nll = F.cross_entropy(F.linear(*mine), labels, reduction="none")
        else:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(chunked, "CPU_LOGITS", 40)
                nll = label_nll(*mine, labels, dtype)
                (upstream * nll).sum().backward()  # type: ignore[no-untyped-call]
        if plain:
            (upstream * nll).sum().backward()
        leaves.append([leaf.grad for leaf in mine])
    bound = 1e-5 if dtype is torch.float32 else 0.03
    for exact, found in zip(*leaves, strict=True):
        assert exact is not None
        assert found is not None
        torch.testing.assert_close(found.double(), exact, rtol=bound, atol=bound)


@pytest.mark.parametrize("scale", [1.0, 80.0])
def test_large_logits_overflow_nowhere(scale: float) -> None:
    h, rows, bias, labels = problem(6, 20, 4, True)
    found = label_nll(h * scale, rows * scale, bias, labels)
    plain = F.cross_entropy(
        F.linear(h.double() * scale, rows.double() * scale, bias.double()),  # type: ignore[union-attr]
        labels,
        reduction="none",
    )
    torch.testing.assert_close(found.double(), plain, rtol=1e-5, atol=1e-4)


def test_a_second_backward_is_refused_with_a_sentence() -> None:
    h, rows, bias, labels = problem(6, 20, 4, True)
    loss = mean_loss(h.requires_grad_(), rows, bias, labels)
    loss.backward(retain_graph=True)  # type: ignore[no-untyped-call]
    with pytest.raises(RuntimeError, match="used up"):
        loss.backward()  # type: ignore[no-untyped-call]


class Largest(TorchDispatchMode):
    """The most elements that any operation gives, and how many operations there were."""

    def __init__(self) -> None:
        super().__init__()
        self.most, self.calls, self.waits = 0, 0, list[str]()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        self.calls += 1
        if "_local_scalar_dense" in str(func) or "nonzero" in str(func):
            self.waits.append(str(func))
        for one in result if isinstance(result, (tuple, list)) else (result,):
            if isinstance(one, Tensor):
                self.most = max(self.most, one.numel())
        return result


@pytest.mark.parametrize("function", [mean_loss, label_nll])
def test_never_more_logits_at_once_than_a_chunk_and_the_host_never_waits(
    function: Callable[..., Tensor],
) -> None:
    batch, classes, hidden = 64, MANY, 8
    h, rows, bias, labels = problem(batch, classes, hidden, True)
    with pytest.MonkeyPatch.context() as patch, Largest() as seen:
        patch.setattr(chunked, "CPU_LOGITS", 16 * classes)
        found = function(h.requires_grad_(), rows.requires_grad_(), bias, labels)
        found.sum().backward()  # type: ignore[no-untyped-call]
    assert seen.most == 16 * classes < batch * classes
    assert not seen.waits


@pytest.mark.parametrize("spec", [Softmax(), Hebbian(), Softmax(bias=False)])
@pytest.mark.parametrize("in_play", [MANY, MANY + 100])
def test_layers_of_many_classes_say_the_same_by_either_way(spec: Softmax, in_play: int) -> None:
    layer = spec.build(6, MANY + 100)
    layer.initialise(torch.Generator().manual_seed(0))
    h, _, _, labels = problem(10, in_play, 6, False)
    with torch.no_grad():
        chunks = layer.label_log_probabilities(h, labels, in_play)
        loss = layer.loss(h, labels, in_play)
        whole = layer.log_probabilities(h, in_play).gather(1, labels[:, None])[:, 0]
    plain = layer.label_log_probabilities(h.requires_grad_(), labels, in_play)
    torch.testing.assert_close(chunks, whole)
    torch.testing.assert_close(chunks, plain)
    torch.testing.assert_close(loss, -chunks.mean())


def test_products_in_bfloat16_are_near_and_sums_stay_in_float32() -> None:
    h, rows, bias, labels = problem(50, 300, 16, True)
    h, rows = h.requires_grad_(), (rows / 4).requires_grad_()
    low = mean_loss(h, rows, bias, labels, torch.bfloat16)
    low.backward()  # type: ignore[no-untyped-call]
    assert low.dtype is torch.float32
    assert rows.grad is not None
    assert rows.grad.dtype is torch.float32
    near = rows.grad.clone()
    rows.grad = None
    exact = mean_loss(h, rows, bias, labels)
    exact.backward()  # type: ignore[no-untyped-call]
    torch.testing.assert_close(low, exact, rtol=5e-3, atol=0)
    assert (near - rows.grad).norm() < 0.02 * rows.grad.norm()
    assert not torch.equal(near, rows.grad), "nothing was rounded"


def test_autocast_around_does_not_reach_the_sums() -> None:
    h, rows, bias, labels = problem(9, 40, 5, True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = label_nll(h, rows, bias, labels)
    assert torch.equal(inside, label_nll(h, rows, bias, labels))
