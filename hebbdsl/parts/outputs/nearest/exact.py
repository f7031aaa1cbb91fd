"""Exact search for nearest neighbours: all products, a block at a time."""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

SCORES = 1 << 24
"""Numbers held at once: 64 MB."""

FEWEST = 64
"""Queries at once, below which products are slow: keys come in blocks instead."""


class Found(NamedTuple):
    """Neighbours of each query, in no order.

    Attributes:
        scores: how near they are; −∞: there is no such neighbour.
        places: where the pairs stand in the memory; of no neighbour, any.
    """

    scores: Float[Tensor, "streams queries found"]
    places: Int[Tensor, "streams queries found"]


class Centred(NamedTuple):
    """What squared distances are made of, beside products.

    Attributes:
        centre: what is subtracted from keys, and was from queries.
        norms: squared, of what is left of each key.
    """

    centre: Float[Tensor, "streams 1 width"]
    norms: Float[Tensor, "streams keys"]


def queries_at_once(streams: int, keys: int, neighbours: int) -> int:
    """How many queries there may be, for their scores and neighbours not to take too much."""
    most = SCORES // (streams * max(1, 2 * min(keys, neighbours)))
    return max(1, min(most, max(FEWEST, SCORES // (streams * max(1, keys)))))


def search_all(
    query: Float[Tensor, "streams queries width"],
    keys: Float[Tensor, "streams keys width"],
    neighbours: int,
    ahead: int = 0,
    allowed: Bool[Tensor, "streams keys"] | None = None,
    centred: Centred | None = None,
) -> Found:
    """The keys with the largest products; all there are, where there are no more.

    Args:
        query: with `centred`: less the centre.
        ahead: so many of the last keys came with the queries, one after the other: query q sees
            those before its own alone. 0: all queries see all keys.
        allowed: keys that may be found; None: all.
        centred: the nearest are those of the smallest squared distances, which scores are the
            negatives of; None: of the largest products.
    """
    streams, queries, width = query.shape
    widest = queries if centred is None else max(queries, width)
    block = max(1, SCORES // (streams * widest))
    best: Found | None = None
    for start in range(0, keys.shape[1], block):
        stop = min(keys.shape[1], start + block)
        scores = _scores(query, keys, start, stop, centred)
        first = max(0, keys.shape[1] - ahead - start)
        if first < stop - start:
            own = torch.arange(queries, device=query.device)[:, None] + keys.shape[1] - ahead
            place = torch.arange(start + first, stop, device=query.device)
            scores[:, :, first:].masked_fill_(place >= own, -torch.inf)
        if allowed is not None:
            scores.masked_fill_(~allowed[:, None, start:stop], -torch.inf)
        place = torch.arange(start, stop, device=query.device).expand_as(scores)
        found = nearest_of(Found(scores, place), neighbours)
        best = found if best is None else nearest_of(joined(best, found), neighbours)
    return best or Found(query.new_empty(streams, queries, 0), _no_places(query))


def _scores(
    query: Tensor, keys: Tensor, start: int, stop: int, centred: Centred | None
) -> Float[Tensor, "streams queries some"]:
    some = keys[:, start:stop]
    if centred is None:
        return query @ some.transpose(1, 2)
    products = query @ (some - centred.centre).transpose(1, 2)
    products.mul_(2).sub_(centred.norms[:, None, start:stop])
    return products.sub_(query.square().sum(dim=-1, keepdim=True))


def nearest_of(found: Found, neighbours: int) -> Found:
    """The nearest of what was found."""
    if found.scores.shape[-1] <= neighbours:
        return found
    scores, order = found.scores.topk(neighbours, dim=-1, sorted=False)
    return Found(scores, found.places.gather(-1, order))


def joined(one: Found, other: Found) -> Found:
    """What was found in two parts of a memory."""
    return Found(
        torch.cat([one.scores, other.scores], dim=-1),
        torch.cat([one.places, other.places], dim=-1),
    )


def _no_places(query: Tensor) -> Tensor:
    return torch.empty(*query.shape[:2], 0, dtype=torch.int64, device=query.device)
