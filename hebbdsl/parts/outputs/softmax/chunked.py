"""The loss over many classes without all logits at once: cross-entropy chunk by chunk.

The three matrix products of a softmax layer (logits, gradient of activations, gradient of rows) are
made for some activations at a time, in one buffer that is used again: what is made of one chunk is
used up while it is near. Gradients are computed with the loss, so that nothing is made twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.autograd import Function

from hebbdsl.parts.outputs.softmax.products import product_into

MANY = 4_096
"""Classes from which on chunks are worth their trouble."""

CPU_LOGITS = 1 << 24
"""Logits at once on a CPU: 64 MB."""

GPU_LOGITS = 1 << 28
"""The same on a GPU, whose kernels want more to do: 1 GB."""

BLOCK = 1_024
"""Rows that a CPU multiplies at once: as many as its cache holds beside the activations. On two
CPUs that were tried the product over all rows at once took half as long again."""


Weigh = Callable[[int, int, Tensor], Tensor]
"""How much the losses of activations `start .. end - 1` count in the sum that is pulled back, given
these losses: a number for each."""


class Loss(NamedTuple):
    """Negative log-likelihoods, and gradients of a sum of them where they were asked for."""

    nll: Float[Tensor, " batch"]
    h: Float[Tensor, "batch hidden"] | None
    rows: Float[Tensor, "classes hidden"] | None
    bias: Float[Tensor, " classes"] | None


def mean_loss(
    h: Float[Tensor, "batch hidden"],
    rows: Float[Tensor, "classes hidden"],
    bias: Float[Tensor, " classes"] | None,
    labels: Int[Tensor, " batch"],
    dtype: torch.dtype = torch.float32,
) -> Float[Tensor, ""]:
    """Mean cross-entropy of softmax(h rowsᵀ + bias), differentiable once.

    Args:
        dtype: of what is multiplied; sums over classes, the loss and gradients are in float32.
    """
    if not torch.is_grad_enabled():
        return label_nll(h, rows, bias, labels, dtype).mean()
    return _MeanLoss.apply(h, rows, bias, labels, dtype)  # type: ignore[no-any-return, no-untyped-call]


def label_nll(
    h: Float[Tensor, "batch hidden"],
    rows: Float[Tensor, "classes hidden"],
    bias: Float[Tensor, " classes"] | None,
    labels: Int[Tensor, " batch"],
    dtype: torch.dtype = torch.float32,
) -> Float[Tensor, " batch"]:
    """The negative log-likelihood of each label, differentiable once.

    Unlike `mean_loss` it can't know what it will be asked to pull back: all products are made again
    for the gradients.
    """
    return _LabelNll.apply(h, rows, bias, labels, dtype)  # type: ignore[no-any-return, no-untyped-call]


class _MeanLoss(Function):
    @staticmethod
    def forward(
        ctx: Any,
        h: Tensor,
        rows: Tensor,
        bias: Tensor | None,
        labels: Tensor,
        dtype: torch.dtype,
    ) -> Tensor:
        weights = h.new_full((len(h),), 1 / len(h), dtype=torch.float32)
        found = compute(h, rows, bias, labels, dtype, lambda start, end, _: weights[start:end])
        ctx.found = found[1:]
        return found.nll.mean()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        return *used_up(ctx, gradient), None, None


class _LabelNll(Function):
    @staticmethod
    def forward(
        ctx: Any,
        h: Tensor,
        rows: Tensor,
        bias: Tensor | None,
        labels: Tensor,
        dtype: torch.dtype,
    ) -> Tensor:
        ctx.save_for_backward(h, rows, bias, labels)
        ctx.dtype = dtype
        return compute(h, rows, bias, labels, dtype, None).nll

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        h, rows, bias, labels = ctx.saved_tensors
        weights = gradient.float()
        found = compute(h, rows, bias, labels, ctx.dtype, lambda start, end, _: weights[start:end])
        return *found[1:], None, None


def used_up(ctx: Any, gradient: Tensor) -> list[Tensor | None]:
    """The gradients that a forward pass kept, times what is pulled back."""
    kept = ctx.found
    if kept is None:
        raise RuntimeError("the gradients of this loss were used up by its first backward pass")
    ctx.found = None
    return [None if one is None else one.mul_(gradient) for one in kept]


def compute(
    h: Float[Tensor, "batch hidden"],
    rows: Float[Tensor, "classes hidden"],
    bias: Float[Tensor, " classes"] | None,
    labels: Int[Tensor, " batch"],
    dtype: torch.dtype,
    weigh: Weigh | None,
    together: int = 1,
) -> Loss:
    """The likelihoods, and in the same pass the gradients of their weighted sum.

    Args:
        weigh: None: no gradients.
        together: so many activations in a row are in one chunk, whatever it holds.
    """
    with torch.autocast(h.device.type, enabled=False):
        h = h.float()
        work = _Work(h, rows, bias, labels, dtype, weigh, together)
        for start in range(0, len(h), work.chunk):
            work.add(start, min(start + work.chunk, len(h)))
    return Loss(work.nll, work.h_gradient, work.rows_gradient, work.bias_gradient)


def logits_into(
    out: Float[Tensor, "batch classes"],
    h: Float[Tensor, "batch hidden"],
    rows: Float[Tensor, "classes hidden"],
    bias: Float[Tensor, " classes"] | None,
    dtype: torch.dtype = torch.float32,
) -> None:
    """out ← h rowsᵀ + bias. No gradient passes.

    Args:
        dtype: of what is multiplied.
    """
    h = h.to(dtype)
    for first, last in _blocks(rows):
        some = None if bias is None else bias[first:last]
        product_into(out[:, first:last], h, rows[first:last].to(dtype), some)


def _blocks(rows: Tensor) -> Iterator[tuple[int, int]]:
    """First and last rows, one beyond, of what is multiplied at once."""
    block = BLOCK if rows.device.type == "cpu" else len(rows)
    for first in range(0, len(rows), block):
        yield first, min(first + block, len(rows))


class _Kept(threading.local):
    logits: Tensor | None = None


_KEPT = _Kept()


def _room(h: Tensor, chunk: int, classes: int) -> Float[Tensor, "chunk classes"]:
    """Memory for a chunk's logits. On a CPU it is kept, as a GPU's allocator would: the system
    clears what it gives anew, a page at a time."""
    if h.device.type != "cpu":
        return h.new_empty(chunk, classes)
    if _KEPT.logits is None or _KEPT.logits.numel() < chunk * classes:
        with torch.inference_mode(False):
            _KEPT.logits = torch.empty(chunk * classes)
    return _KEPT.logits[: chunk * classes].view(chunk, classes)


class _Work:
    """A loss under way: the buffers of a chunk, and the sums over chunks."""

    def __init__(
        self,
        h: Tensor,
        rows: Tensor,
        bias: Tensor | None,
        labels: Tensor,
        dtype: torch.dtype,
        weigh: Weigh | None,
        together: int,
    ) -> None:
        self._h, self._rows, self._bias, self._labels = h, rows, bias, labels
        self._weigh = weigh
        self._dtype = dtype
        batch, classes, on_cpu = len(h), len(rows), h.device.type == "cpu"
        most = max(1, (CPU_LOGITS if on_cpu else GPU_LOGITS) // (classes * together))
        groups = batch // together
        chunks = -(-groups // most)
        self.chunk = -(-groups // chunks) * together
        self._logits = _room(h, self.chunk, classes)
        self.nll = h.new_empty(batch)
        self.h_gradient = self.rows_gradient = self.bias_gradient = None
        if weigh is not None:
            self.h_gradient, self.rows_gradient = torch.empty_like(h), torch.empty_like(rows)
            self.bias_gradient = None if bias is None else torch.empty_like(bias)

    def add(self, start: int, end: int) -> None:
        """The activations `start .. end - 1`."""
        h, labels = self._h[start:end], self._labels[start:end, None]
        logits = self._logits[: end - start]
        logits_into(logits, h, self._rows, self._bias, self._dtype)
        of_label = logits.gather(1, labels)
        largest = logits.amax(1, keepdim=True)
        torch.softmax(logits, 1, out=logits)
        # The largest probability is exp(largest - log-sum-exp), and at least 1/classes.
        log_sum = largest - logits.amax(1, keepdim=True).log()
        torch.sub(log_sum, of_label, out=self.nll[start:end, None])
        if self._weigh is not None:
            weights = self._weigh(start, end, self.nll[start:end])
            logits.scatter_add_(1, labels, logits.new_full((1, 1), -1.0).expand_as(labels))
            self._pull_back(h, logits, weights[:, None], start)

    def _pull_back(self, h: Tensor, errors: Tensor, weights: Tensor, start: int) -> None:
        """Gradients of a chunk. `errors`: probabilities less the labels' ones."""
        assert self.rows_gradient is not None
        assert self.h_gradient is not None
        is_first, h, h_gradient = start == 0, h * weights, self.h_gradient[start : start + len(h)]
        if self.bias_gradient is not None:
            if is_first:
                torch.mv(errors.t(), weights[:, 0], out=self.bias_gradient)
            else:
                self.bias_gradient.addmv_(errors.t(), weights[:, 0])
        h = h.to(self._dtype)
        for first, last in _blocks(self._rows):
            # A copy, since it is multiplied twice: without gaps, and near.
            part = errors[:, first:last].to(self._dtype).contiguous()
            rows = self._rows[first:last].to(self._dtype)
            product_into(self.rows_gradient[first:last], part.t(), h.t(), add=not is_first)
            product_into(h_gradient, part, rows.t(), add=first > 0)
        h_gradient.mul_(weights)
