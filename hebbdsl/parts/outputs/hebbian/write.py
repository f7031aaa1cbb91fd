"""The Hebbian write, as functions of tensors that change nothing."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor

from hebbdsl.parts.outputs.hebbian.spec import Hebbian

ROUNDING = 1e-6
"""A centred mean this small beside the uncentred one is rounding, and has no direction."""


class Written(NamedTuple):
    """What the rows of a batch's classes become, at each position of the batch.

    Positions with the same label hold the same numbers, bit for bit, so that storing them by
    label gives the same result in whatever order a device does it.
    """

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
    begun: Bool[Tensor, ""] | None = None,
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
        begun: whether rows are written yet; None: they are.

    Source:
        Rae et al. 2018, section 3. The rule as independent implementations have it; centring and
        `mean_row` are ours.
    """
    ordered, order = labels.sort(stable=True)
    first = torch.searchsorted(ordered, ordered)
    # A bag of activations begins at each position; of equal labels the last one holds them all,
    # and the others none. What is worked out for the others is not used.
    means = F.embedding_bag(order, h.float(), first, mode="mean")
    speaks = torch.searchsorted(ordered, labels, right=True) - 1

    old, counted = rows[ordered], counters[ordered]
    rate = counted
    if rule.counting == "after" or rule.rate == "running_mean":
        n = (torch.searchsorted(ordered, ordered, right=True) - first)[:, None]
        after = counted - 1 + n
        counted = after if rule.counting == "after" else counted
        rate = after / n if rule.rate == "running_mean" else counted
    rate = rate.reciprocal()
    if rule.gamma > 0:
        rate = rate.clamp(min=rule.gamma)
    if rule.strength < 1:
        rate = rule.strength * rate
    writes = counted < rule.T
    if begun is not None:
        writes = writes & begun

    target = means if mean is None else means - mean
    if rule.rescale != "none":
        target, has_direction = _rescale(rule, target, means, old, rows, in_play)
        writes = writes & has_direction
    # Rows that are not written are selected: 0 · h̄ + 1 · (−0.0) is not −0.0.
    new = torch.where(writes, old.lerp(target, rate), old)
    return Written(new[speaks], writes[speaks] if rule.moments == "clear" else None)


def _rescale(
    rule: Hebbian, target: Tensor, means: Tensor, old: Tensor, rows: Tensor, in_play: int
) -> tuple[Tensor, Tensor]:
    """`target` at the norm that the rule asks for, and where it has a direction at all."""
    norm = torch.linalg.vector_norm(target, dim=1, keepdim=True)
    if rule.rescale == "row":
        wanted = torch.linalg.vector_norm(old, dim=1, keepdim=True)
    else:
        wanted = torch.linalg.vector_norm(rows[:in_play], dim=1).mean()
    floor: Tensor | float = 0.0
    if target is not means:
        floor = ROUNDING * torch.linalg.vector_norm(means, dim=1, keepdim=True)
    # Where there is no direction the quotient is no number, and is not taken.
    return target * (wanted / norm), norm > floor


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
    rate = batches.reciprocal().clamp(min=floor)
    return mean.lerp(h.float().mean(dim=0), rate)
