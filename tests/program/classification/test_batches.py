"""Batches are a function of (seed, step) and of what is in play, and of nothing else."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.program.classification.batches import InPlay, Sampler

CPU = torch.device("cpu")


def offsets(*counts: int) -> np.ndarray:
    return np.cumsum([0, *counts])


@given(
    seed=st.integers(0, 2**32 - 1),
    counts=st.lists(st.integers(1, 15), min_size=3, max_size=40),
    first=st.integers(0, 10_000),
)
def test_batches_hold_distinct_examples_of_classes_in_play(
    seed: int, counts: list[int], first: int
) -> None:
    classes = len(counts) - 1
    size, labels = min(16, sum(counts[:-1])), np.repeat(np.arange(classes + 1), counts)
    batches = Sampler(seed, size, offsets(*counts), None).draw(first, 3, InPlay(classes, 0), CPU)
    assert batches.labels.shape == batches.places.shape == (3, size)
    assert int(batches.labels.max()) < classes
    assert (labels[batches.places.numpy()] == batches.labels.numpy()).all()
    for row in batches.places.tolist():
        assert len(set(row)) == size
    assert (
        batches.exposures.tolist()
        == np.bincount(batches.labels.flatten().numpy(), minlength=classes).tolist()
    )


def test_a_step_has_the_same_batch_however_many_are_drawn_with_it() -> None:
    sampler, play = Sampler(3, 8, offsets(*[15] * 30), None), InPlay(30, 20)
    together = sampler.draw(5, 4, play, CPU)
    alone = [sampler.draw(step, 1, play, CPU) for step in range(5, 9)]
    assert torch.equal(together.labels, torch.cat([one.labels for one in alone]))
    assert torch.equal(together.places, torch.cat([one.places for one in alone]))
    assert not torch.equal(together.labels[0], together.labels[1])


@given(drawn=st.integers(0, 20), seed=st.integers(0, 1000))
def test_the_newest_classes_have_their_share_of_every_batch(drawn: int, seed: int) -> None:
    sampler = Sampler(seed, 20, offsets(*range(1, 31)), drawn)
    batches = sampler.draw(0, 5, InPlay(classes=30, newest=20), CPU)
    newest = (batches.labels >= 20).sum(dim=1)
    assert newest.tolist() == [drawn] * 5


def test_the_first_classes_are_all_newest_and_drawn_uniformly() -> None:
    play = InPlay(classes=30, newest=0)
    shared = Sampler(0, 20, offsets(*[15] * 30), 18).draw(0, 5, play, CPU)
    uniform = Sampler(0, 20, offsets(*[15] * 30), None).draw(0, 5, play, CPU)
    assert torch.equal(shared.labels, uniform.labels)


@pytest.mark.parametrize("counts", [[15] * 30, [*range(5, 35)]])
def test_sampling_is_uniform_over_examples(counts: list[int]) -> None:
    batches = Sampler(0, 60, offsets(*counts), None).draw(0, 2_000, InPlay(30, 0), CPU)
    expected = 60 * 2_000 * np.array(counts) / sum(counts)
    spread = np.abs(batches.exposures - expected) / np.sqrt(expected)
    assert spread.max() < 4.5
