"""The loss of several softmaxes over the same rows, mixed, without all their logits at once."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.autograd import Function

from hebbdsl.parts.outputs.softmax.chunked import compute, label_nll, used_up


def mixed_loss(
    h: Float[Tensor, "batch components width"],
    log_shares: Float[Tensor, "batch components"],
    rows: Float[Tensor, "classes width"],
    bias: Float[Tensor, " classes"] | None,
    labels: Int[Tensor, " batch"],
    dtype: torch.dtype = torch.float32,
) -> Float[Tensor, ""]:
    """The mean of −log Σ_k exp(log_shares_k) softmax(h_k rowsᵀ + bias)[label], differentiable once.

    A label needs no more than its own probability in each component, so that components are more
    activations to the loss over chunks. All of a position are in one chunk: what each of them is
    responsible for is known while its errors are at hand, and nothing is made twice.

    Args:
        dtype: of what is multiplied; sums over classes, the loss and gradients are in float32.
    """
    if not torch.is_grad_enabled():
        return mixed_nll(h, log_shares, rows, bias, labels, dtype).mean()
    return _MixedLoss.apply(h, log_shares, rows, bias, labels, dtype)  # type: ignore[no-any-return, no-untyped-call]


def mixed_nll(
    h: Float[Tensor, "batch components width"],
    log_shares: Float[Tensor, "batch components"],
    rows: Float[Tensor, "classes width"],
    bias: Float[Tensor, " classes"] | None,
    labels: Int[Tensor, " batch"],
    dtype: torch.dtype = torch.float32,
) -> Float[Tensor, " batch"]:
    """The negative log-likelihood of each label; products are made again for the gradients."""
    repeated = labels.repeat_interleave(h.shape[1])
    found = label_nll(h.flatten(0, 1), rows, bias, repeated, dtype)
    return -(log_shares - found.view_as(log_shares)).logsumexp(dim=1)


class _MixedLoss(Function):
    @staticmethod
    def forward(
        ctx: Any,
        h: Tensor,
        log_shares: Tensor,
        rows: Tensor,
        bias: Tensor | None,
        labels: Tensor,
        dtype: torch.dtype,
    ) -> Tensor:
        batch, components = log_shares.shape

        def weigh(start: int, end: int, nll: Tensor) -> Tensor:
            mine = log_shares[start // components : end // components]
            return (mine - nll.view_as(mine)).softmax(dim=1).div_(batch).flatten()

        repeated = labels.repeat_interleave(components)
        found = compute(h.flatten(0, 1), rows, bias, repeated, dtype, weigh, components)
        assert found.h is not None, "gradients were asked for"
        likely = log_shares - found.nll.view_as(log_shares)
        of_shares = likely.softmax(dim=1).div_(-batch)
        ctx.found = found.h.view(h.shape), of_shares, found.rows, found.bias
        return -likely.logsumexp(dim=1).mean()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        return *used_up(ctx, gradient), None, None
