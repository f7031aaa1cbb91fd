"""The Hebbian write, as functions of tensors."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor

from hebbdsl.parts.outputs.hebbian.spec import Hebbian

ROUNDING = 1e-6
"""A centred mean this small beside what was subtracted is rounding, and has no direction."""


SMALLEST = 1e-30
"""What a norm is divided by at least: zeros must give numbers, which are then not written."""


class Bags:
    """Room for where the activations of equal labels end among those of a batch in order.

    Kept from batch to batch: nothing is allotted or sliced while batches are of one size.
    """

    def __init__(self) -> None:
        self._offsets = torch.zeros(1, dtype=torch.int64)
        self._ends = self._offsets[1:]

    def of(
        self, labels: Int[Tensor, " batch"]
    ) -> tuple[Int[Tensor, " batch+1"], Int[Tensor, " batch"]]:
        """A zero and room for the ends behind it, and the latter alone: the same memory."""
        if self._ends.shape != labels.shape or self._ends.device != labels.device:
            self._offsets = labels.new_zeros(len(labels) + 1)
            self._ends = self._offsets[1:]
        return self._offsets, self._ends


class Written(NamedTuple):
    """What the rows of a batch's classes become, a row for each position, in the labels' order.

    Positions with the same label hold the same numbers, bit for bit, so that storing them by
    label gives the same result in whatever order a device does it.
    """

    labels: Int[Tensor, " batch"]
    rows: Float[Tensor, "batch hidden"]
    took: Bool[Tensor, "batch 1"] | None
    """Whether the row took in anything, where that is asked for: to clear moments."""


def write(
    rule: Hebbian,
    rows: Float[Tensor, "classes hidden"],
    counters: Int[Tensor, "classes 1"],
    h: Float[Tensor, "batch hidden"],
    labels: Int[Tensor, " batch"],
    in_play: int,
    mean: Float[Tensor, " hidden"] | None,
    bags: Bags,
    started: Bool[Tensor, ""] | None = None,
) -> Written:
    """New rows of the classes in a batch.

    For the class i at each position, with n_i positions in the batch, a counter k_i that began at 1
    and has grown by every sighting before this batch, and θ̂ the rows after the optimizer's step:

        h̄_i = mean of the activations labelled i, less `mean`, rescaled
        c_i = k_i, or k_i − 1 + n_i when counting after
        λ_i = strength · max(1/c_i, γ), or strength · max(n_i/(k_i − 1 + n_i), γ) for a running mean
        θ[i] = λ_i · h̄_i + (1 − λ_i) · θ̂[i] where c_i < T, else θ̂[i]

    Equal labels are brought together by sorting, and their activations summed in the order of the
    batch, one after the other, so that no two additions race. Nothing has a shape that
    depends on the labels, so that the host waits for nothing, and nothing is made of the size of
    all rows. Only `mean_row` reads the other rows in play, and it keeps one number of each.

    Args:
        rows: θ̂.
        counters: k of every class.
        in_play: how many rows take part in the mean norm of `mean_row`.
        mean: what to subtract from the activations; None: nothing.
        bags: memory that is used again.
        started: whether rows are written yet; None: they are.

    Source:
        Rae et al. 2018, section 3. The rule as independent implementations have it; centring and
        `mean_row` are ours.
    """
    ordered, order = labels.sort(stable=True)
    # A bag of activations begins where the one before ends: of equal labels the first one holds
    # them all, and the others none. What is worked out for the others is not used.
    offsets, ends = bags.of(labels)
    torch.searchsorted(ordered, ordered, right=True, out=ends)
    means = F.embedding_bag(order, h.float(), offsets, mode="mean", include_last_offset=True)
    speaks = torch.searchsorted(ordered, ordered)

    old, counted = rows.index_select(0, ordered), counters.index_select(0, ordered)
    rate = counted
    if rule.count_timing == "after" or rule.rate == "running_mean":
        n = offsets.diff()[:, None]
        after = counted - 1 + n
        counted = after if rule.count_timing == "after" else counted
        rate = after / n if rule.rate == "running_mean" else counted
    rate = rate.reciprocal()
    if rule.gamma > 0:
        rate = rate.clamp(min=rule.gamma)
    if rule.strength < 1:
        rate = rule.strength * rate
    writes = counted < rule.T
    if started is not None:
        writes = writes & started

    target = means if mean is None else means.sub_(mean)
    if rule.rescale != "none":
        has_direction = _rescale(rule, target, old, rows, in_play, mean)
        writes = writes & has_direction
    # A row that is not written takes in none of a number, and stays what it was.
    new = old.lerp_(target, rate * writes)
    took = writes.index_select(0, speaks) if rule.moments == "clear" else None
    return Written(ordered, new.index_select(0, speaks), took)


def _rescale(
    rule: Hebbian, target: Tensor, old: Tensor, rows: Tensor, in_play: int, mean: Tensor | None
) -> Tensor:
    """Give `target`, in place, the norm that the rule asks for; zeros stay what they are.

    Returns:
        where it has a direction.
    """
    norm = torch.linalg.vector_norm(target, dim=1, keepdim=True)
    if rule.rescale == "row":
        wanted = torch.linalg.vector_norm(old, dim=1, keepdim=True)
    else:
        wanted = torch.linalg.vector_norm(rows[:in_play], dim=1).mean()
    # A mean that centring leaves all but nothing of was as long as what was subtracted.
    floor = 0.0 if mean is None else ROUNDING * torch.linalg.vector_norm(mean)
    has_direction: Tensor = norm > floor
    target.mul_(wanted / norm.clamp_(min=SMALLEST))
    return has_direction


def move_mean(
    mean: Float[Tensor, " hidden"],
    batches: Int[Tensor, ""],
    h: Float[Tensor, "batch hidden"],
    floor: float,
) -> None:
    """Move the running mean of activations, in place, by one more batch, its `batches`-th.

    μ ← μ + max(1/t, floor) · (mean of the batch − μ): the plain mean of all batches at first, an
    exponential average later.
    """
    rate = batches.reciprocal().clamp(min=floor)
    mean.lerp_(h.float().mean(dim=0), rate)
