"""Bounds on how often a class is seen, against batches as they are drawn."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbdsl.parts.exposure import Exposure, fewest
from hebbdsl.program.classification.batches import InPlay, Sampler
from tests.sampling import examples

CPU = torch.device("cpu")


@st.composite
def exposures(draw: st.DrawFn) -> Exposure:
    levels = tuple(np.cumsum(draw(st.lists(st.integers(1, 12), min_size=1, max_size=4))).tolist())
    number = st.integers(1, 10)
    each = st.lists(number, min_size=levels[-1], max_size=levels[-1] + 5).map(tuple)
    train = draw(number | each)
    batch = draw(st.integers(1, min(16, fewest(train, levels[0]))))
    smallest = min((b - a for a, b in pairwise(levels)), default=0)
    newest = st.integers(0, min(batch, fewest(train, smallest))) if smallest else st.none()
    return Exposure(
        steps=draw(st.integers(1, 60)),
        batch_size=batch,
        evaluate_every=draw(st.integers(1, 60)),
        levels=levels,
        train=train,
        newest_drawn=draw(st.none() | newest),
        examples_at_test=None,
        dropout=0.0,
        moments=2,
    )


def offsets(run: Exposure) -> np.ndarray:
    """Of the classes in play, where they are the first of those there are."""
    train = (run.train,) * run.levels[-1] if isinstance(run.train, int) else run.train
    return np.cumsum([0, *train[: run.levels[-1]]])


@given(run=exposures(), seed=st.integers(0, 2**32 - 1), data=st.data())
@settings(max_examples=examples(150))
def test_no_class_is_seen_more_often_than_the_most(
    run: Exposure, seed: int, data: st.DataObject
) -> None:
    """Whatever the steps at which levels are passed."""
    sampler = Sampler(seed, run.batch_size, offsets(run), run.newest_drawn)
    ends = sorted(data.draw(st.integers(0, run.steps)) for _ in run.levels[1:])
    seen, step = np.zeros(run.levels[-1], dtype=int), 0
    for level, end in enumerate([*ends, run.steps]):
        play = InPlay(run.levels[level], run.levels[level - 1] if level else 0)
        if end > step:
            found = sampler.draw(step, end - step, play, CPU).exposures
            seen[: play.classes] += found[: play.classes]
            step = end
    assert seen.sum() == run.examples
    assert seen.max() <= run.max_occurrences


@given(run=exposures(), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=examples(150))
def test_every_class_is_seen_as_often_as_the_least_before_it_is_looked_at(
    run: Exposure, seed: int
) -> None:
    sampler = Sampler(seed, run.batch_size, offsets(run), run.newest_drawn)
    interval = min(run.steps, run.evaluate_every)
    for level, classes in enumerate(run.levels):
        newest = run.levels[level - 1] if level else 0
        seen = sampler.draw(0, interval, InPlay(classes, newest), CPU).exposures
        assert seen[newest:classes].min() >= run.min_early_occurrences


def test_on_paper() -> None:
    run = Exposure(
        steps=2_000,
        batch_size=64,
        evaluate_every=100,
        levels=(32, 64),
        train=15,
        newest_drawn=None,
        examples_at_test=None,
        dropout=0.0,
        moments=2,
    )
    assert run.examples == 128_000
    assert run.max_occurrences == 4_000 + int(6 * 4_000**0.5 + 12)  # all steps at the first level
    assert run.min_early_occurrences == 100 - 60  # at the second


def test_a_large_class_is_seen_more_often_and_a_small_one_less() -> None:
    equal = Exposure(
        steps=2_000,
        batch_size=64,
        evaluate_every=100,
        levels=(10,),
        train=50,
        newest_drawn=None,
        examples_at_test=None,
        dropout=0.0,
        moments=2,
    )
    unequal = replace(equal, train=(230, *[30] * 9))  # 500 of them in both
    often, rare = 2_000 * 64 * 230 / 500, 100 * 64 * 30 / 500
    assert equal.max_occurrences < often < unequal.max_occurrences < often + 2_000
    assert rare - 150 < unequal.min_early_occurrences < rare < equal.min_early_occurrences
