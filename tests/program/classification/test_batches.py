"""Batches are a function of (seed, step) and of what is in play, and of nothing else."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.program.classification.batches import InPlay, Sampler

CPU = torch.device("cpu")


@given(
    seed=st.integers(0, 2**32 - 1),
    classes=st.integers(2, 40),
    drawings=st.integers(1, 15),
    first=st.integers(0, 10_000),
)
def test_batches_hold_distinct_images_of_classes_in_play(
    seed: int, classes: int, drawings: int, first: int
) -> None:
    size = min(16, classes * drawings)
    batches = Sampler(seed, size, drawings, None).draw(first, 3, InPlay(classes, 0), CPU)
    assert batches.labels.shape == batches.drawings.shape == (3, size)
    assert int(batches.labels.min()) >= 0
    assert int(batches.labels.max()) < classes
    assert int(batches.drawings.max()) < drawings
    for row in (batches.labels * drawings + batches.drawings).tolist():
        assert len(set(row)) == size
    assert (
        batches.exposures.tolist()
        == np.bincount(batches.labels.flatten().numpy(), minlength=classes).tolist()
    )


def test_a_step_has_the_same_batch_however_many_are_drawn_with_it() -> None:
    sampler, play = Sampler(3, 8, 15, None), InPlay(30, 20)
    together = sampler.draw(5, 4, play, CPU)
    alone = [sampler.draw(step, 1, play, CPU) for step in range(5, 9)]
    assert torch.equal(together.labels, torch.cat([one.labels for one in alone]))
    assert torch.equal(together.drawings, torch.cat([one.drawings for one in alone]))
    assert not torch.equal(together.labels[0], together.labels[1])


@given(drawn=st.integers(0, 20), seed=st.integers(0, 1000))
def test_the_newest_classes_have_their_share_of_every_batch(drawn: int, seed: int) -> None:
    batches = Sampler(seed, 20, 15, drawn).draw(0, 5, InPlay(classes=30, newest=20), CPU)
    newest = (batches.labels >= 20).sum(dim=1)
    assert newest.tolist() == [drawn] * 5


def test_the_first_classes_are_all_newest_and_drawn_uniformly() -> None:
    play = InPlay(classes=30, newest=0)
    shared = Sampler(0, 20, 15, 18).draw(0, 5, play, CPU)
    uniform = Sampler(0, 20, 15, None).draw(0, 5, play, CPU)
    assert torch.equal(shared.labels, uniform.labels)


def test_sampling_is_uniform_over_classes() -> None:
    batches = Sampler(0, 60, 15, None).draw(0, 2_000, InPlay(30, 0), CPU)
    expected = 60 * 2_000 / 30
    spread = np.abs(batches.exposures - expected) / np.sqrt(expected)
    assert spread.max() < 4.5
