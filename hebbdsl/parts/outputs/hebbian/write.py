"""The Hebbian write, as functions of tensors that change nothing."""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from hebbdsl.parts.outputs.hebbian.spec import Hebbian

SMALL = 128
"""Labels of a batch up to which the product costs about as little as scattered sums do; its order
of summation is fixed on every device."""
ROUNDING = 1e-6
"""A centred mean this small beside the uncentred one is rounding, and has no direction."""


class Written(NamedTuple):
    """What the classes of a batch become, at each position of the batch.

    Positions with the same label hold the same numbers, bit for bit, so that storing them by
    label gives the same result in whatever order a device does it.
    """

    rows: Float[Tensor, "batch hidden"]
    seen: Int[Tensor, " batch"]
    took: Bool[Tensor, "batch 1"] | None
    """Whether the row took in anything, where that is asked for: to clear moments."""


def write(
    rule: Hebbian,
    rows: Float[Tensor, "classes hidden"],
    seen: Int[Tensor, " classes"],
    h: Float[Tensor, "batch hidden"],
    labels: Int[Tensor, " batch"],
    in_play: int,
    mean: Float[Tensor, " hidden"] | None,
    begun: Bool[Tensor, ""] | None = None,
) -> Written:
    """New rows and counters of the classes in a batch.

    For the class i at each position, with n_i positions in the batch, s_i sightings before it,
    and θ̂ the rows after the optimizer's step:

        h̄_i = mean of the activations labelled i, less `mean`, rescaled
        c_i = s_i + 1, or s_i + n_i when counting after
        λ_i = strength · max(1/c_i, γ), or strength · max(n_i/(s_i + n_i), γ) for a running mean
        θ[i] = λ_i · h̄_i + (1 − λ_i) · θ̂[i] where c_i < T, else θ̂[i]
        s_i ← s_i + n_i

    Takes time in batch × hidden for large batches, in batch × (batch + hidden) for small ones; of
    what grows with the number of classes it makes one whole number each, unread but at the labels.
    Only `mean_row` reads the other rows in play, and it keeps one number of each.

    Args:
        rows: θ̂.
        seen: sightings s of every class.
        in_play: how many rows take part in the mean norm of `mean_row`.
        mean: what to subtract from the activations; None: nothing.
        begun: whether rows are written yet; None: they are.

    Source:
        Rae et al. 2018, section 3. The rule as independent implementations have it; centring and
        `mean_row` are ours.
    """
    many = len(labels) > SMALL
    n, means, position = _scattered(h, labels, len(rows)) if many else _by_product(h, labels)

    old = rows[labels]
    before = seen[labels]
    counted = before + (1 if rule.counting == "before" else n)
    share = n / (before + n) if rule.rate == "running_mean" else counted.reciprocal()
    rate = share.float().clamp(min=rule.gamma)[:, None]
    if rule.strength < 1:
        rate = rule.strength * rate
    writes = (counted < rule.T)[:, None]
    if begun is not None:
        writes = writes & begun

    target = means if mean is None else means - mean
    if rule.rescale != "none":
        target, has_direction = _rescale(rule, target, means, old, rows[:in_play])
        writes = writes & has_direction
    new = torch.where(writes, rate * target + (1 - rate) * old, old)

    # What was summed may be rounded differently at equal labels: one position speaks for all.
    took = writes[position] if rule.moments == "clear" else None
    return Written(new[position], before + n, took)


Grouped = tuple[Int[Tensor, " batch"], Float[Tensor, "batch hidden"], Int[Tensor, " batch"]]
"""For each position of a batch: how many have its label, their mean activation, and one of them,
the same for all."""


def _by_product(h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"]) -> Grouped:
    """A product with the matrix of equal labels, which sums in a fixed order on every device."""
    same = labels[:, None] == labels[None, :]
    n = same.sum(dim=1)
    return n, (same.float() @ h.float()) / n[:, None], same.int().argmax(dim=1)


def _scattered(
    h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], classes: int
) -> Grouped:
    """Sums over positions of one label at one of them, which the label's slot names.

    Nothing of a shape that depends on the labels, as `unique` would give, so the host waits for
    nothing. Additions come in a fixed order on a CPU, and on CUDA with deterministic algorithms.
    """
    slot = labels.new_empty(classes)
    slot[labels] = torch.arange(len(labels), device=labels.device)
    position = slot[labels]
    n = torch.zeros_like(labels).index_add_(0, position, torch.ones_like(labels))[position]
    sums = torch.zeros_like(h, dtype=torch.float32).index_add_(0, position, h.float())
    return n, sums[position] / n[:, None], position


def _rescale(
    rule: Hebbian, target: Tensor, means: Tensor, old: Tensor, in_play: Tensor
) -> tuple[Tensor, Tensor]:
    """`target` at the norm that the rule asks for, and where it has a direction at all."""
    norm = torch.linalg.vector_norm(target, dim=1, keepdim=True)
    floor = ROUNDING * torch.linalg.vector_norm(means, dim=1, keepdim=True)
    if rule.rescale == "row":
        wanted = torch.linalg.vector_norm(old, dim=1, keepdim=True)
    else:
        wanted = torch.linalg.vector_norm(in_play, dim=1).mean()
    has_direction = norm > floor
    scale = wanted / torch.where(has_direction, norm, torch.ones_like(norm))
    return target * scale, has_direction


def moved_mean(
    mean: Float[Tensor, " hidden"],
    batches: Int[Tensor, ""],
    h: Float[Tensor, "batch hidden"],
    floor: float,
) -> Float[Tensor, " hidden"]:
    """The running mean of activations after one more batch, its `batches`-th.

    μ ← μ + max(1/t, floor) · (mean of the batch − μ): the plain mean of all batches at first, an
    exponential average later.
    """
    rate = (1 / batches).float().clamp(min=floor)
    return mean + rate * (h.float().mean(dim=0) - mean)
