"""Approximate search: how much of exact search it finds, and where it is exact."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from hebbdsl.parts.outputs.nearest import datastore, index
from hebbdsl.parts.outputs.nearest.datastore import Datastore
from hebbdsl.parts.outputs.nearest.spec import Kernel, Nearest, Search
from tests.parts.outputs.test_cache_on_text import WORDS, in_stretches, text
from tests.parts.outputs.test_nearest import HIDDEN
from tests.parts.outputs.test_nearest_on_text import literal

pytest.importorskip("faiss")

KERNELS: tuple[Kernel, ...] = ("squared_distance", "dot")


def activations(count: int, hidden: int, seed: int) -> Tensor:
    """Of some kinds, the likelier the lower, as those of words are."""
    centres = torch.randn(500, hidden, generator=torch.Generator().manual_seed(99))
    generator = torch.Generator().manual_seed(seed)
    kinds = (500 ** torch.rand(count, generator=generator)).long() - 1
    return torch.tanh(centres[kinds] + 0.5 * torch.randn(count, hidden, generator=generator))


def filled(search: Search, kernel: Kernel, keys: Tensor, neighbours: int) -> Datastore:
    made = Datastore(Nearest(search=search, kernel=kernel, neighbours=neighbours), 1, keys.shape[1])
    for part in torch.split(keys, 1_000):
        made.remember(part[None], torch.zeros(1, len(part), dtype=torch.int64), 1)
        made.index()
    return made


def recall(kernel: Kernel, keys: Tensor, queries: Tensor, neighbours: int) -> float:
    """Share of the true neighbours that faiss finds."""
    exact, approximate = (filled(search, kernel, keys, neighbours) for search in ("exact", "faiss"))
    assert approximate.searched < len(keys) == exact.searched
    true = exact.nearest(queries[None], 0, 1)
    found = approximate.nearest(queries[None], 0, 1)
    assert found.scores.shape == true.scores.shape
    known = [set(row.tolist()) for row in true.places[0]]
    shared = [len(own & set(row.tolist())) for own, row in zip(known, found.places[0], strict=True)]
    return sum(shared) / true.places.numel()


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("neighbours", [16, 256])
def test_most_neighbours_are_found(kernel: Kernel, neighbours: int) -> None:
    keys, queries = activations(20_000, 32, 0), activations(200, 32, 1)
    assert recall(kernel, keys, queries, neighbours) > 0.9


@pytest.mark.parametrize("kernel", KERNELS)
def test_where_all_cells_are_looked_at_it_is_exact(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "FEWEST_CELLS", 10**6)
    keys, queries = activations(9_000, 16, 0), activations(50, 16, 1)
    exact, approximate = (filled(search, kernel, keys, 100) for search in ("exact", "faiss"))
    assert 0 < approximate.searched < len(keys)
    true, found = (one.nearest(queries[None], 0, 1) for one in (exact, approximate))
    pairs = zip(true, found, strict=True)
    (scores, others), (places, elsewhere) = pairs
    torch.testing.assert_close(
        others.sort(dim=-1).values, scores.sort(dim=-1).values, atol=1e-4, rtol=1e-5
    )
    assert float((places.sort().values == elsewhere.sort().values).float().mean()) > 0.99


@given(
    kernel=st.sampled_from(KERNELS),
    neighbours=st.integers(1, 30),
    time=st.integers(30, 90),
    streams=st.integers(1, 3),
    cuts=st.lists(st.integers(1, 30), max_size=6),
    stretch=st.integers(1, 30),
)
@settings(max_examples=40, deadline=None)
def test_a_text_of_which_the_older_part_is_indexed_is_the_literal_loop(
    kernel: Kernel, neighbours: int, time: int, streams: int, cuts: list[int], stretch: int
) -> None:
    """All cells being looked at: nothing but causality and the two parts can go wrong."""
    spec = Nearest(kernel=kernel, neighbours=neighbours, theta=0.5, search="faiss")
    layer = spec.build(HIDDEN, WORDS)
    h, labels = text(time, streams)
    h = h / 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "FEWEST_CELLS", 10**6)
        patch.setattr(datastore, "FEWEST_INDEXED", stretch)
        patch.setattr(datastore, "STRETCH", stretch)
        found = in_stretches(layer, h, labels, cuts)
    for number in range(streams):
        expected = literal(spec, h[:, number].tolist(), labels[:, number].tolist())
        torch.testing.assert_close(
            found[:, number].double(), torch.tensor(expected).double(), rtol=3e-6, atol=3e-6
        )


def test_auto_is_exact_up_to_a_size_and_where_faiss_is_not_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(datastore, "INDEXED", 9_000)
    keys = activations(10_000, 8, 0)
    assert filled("auto", "dot", keys[:8_500], 5).searched == 8_500
    assert filled("auto", "dot", keys, 5).searched < 10_000
    monkeypatch.setattr(datastore, "faiss_is_here", lambda: False)
    assert filled("auto", "dot", keys, 5).searched == 10_000


def test_a_state_that_comes_back_is_indexed_anew_and_a_class_out_of_play_is_not_found() -> None:
    keys = activations(9_000, 8, 0)
    first = filled("faiss", "squared_distance", keys, 5)
    second = filled("faiss", "squared_distance", keys[:5_000] + 1, 5)
    second.load_state_dict(first.state_dict())
    queries = activations(20, 8, 1)
    found = second.nearest(queries[None], 0, 1)
    assert second.searched == 0
    true = first.nearest(queries[None], 0, 1)
    assert float((true.scores.sort().values - found.scores.sort().values).abs().mean()) < 0.1
    first.remember(activations(3, 8, 2)[None], torch.ones(1, 3, dtype=torch.int64), 2)
    torch.testing.assert_close(
        first.nearest(queries[None], 0, 1).scores.max(dim=-1).values,
        filled("exact", "squared_distance", keys, 5)
        .nearest(queries[None], 0, 1)
        .scores.max(dim=-1)
        .values,
    )
