"""A schedule warns exactly where it does not do what its fields say."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from hebbdsl.parts.exposure import Exposure
from hebbdsl.parts.part import Schedule
from hebbdsl.parts.schedules.cosine import Cosine
from hebbdsl.parts.schedules.step import Step
from hebbdsl.parts.schedules.warmup import Warmup


def warnings_of(schedule: Schedule, steps: int) -> list[str]:
    run = Exposure(
        steps=steps,
        batch_size=64,
        evaluate_every=10,
        levels=(20,),
        train=15,
        newest_drawn=None,
        examples_at_test=None,
        dropout=0.0,
        moments=2,
    )
    return [problem.code for problem in schedule.warnings(run)]


def factors(schedule: Schedule, steps: int) -> list[float]:
    return [schedule.factor(step, steps) for step in range(steps)]


@given(warmup=st.integers(1, 60), steps=st.integers(1, 60))
@settings(max_examples=200)
def test_a_warmup_that_never_ends(warmup: int, steps: int) -> None:
    never = max(factors(Warmup(steps=warmup), steps)) < 1
    assert warnings_of(Warmup(steps=warmup), steps) == (["HEB721"] if never else [])


@given(warmup=st.integers(1, 60), steps=st.integers(2, 60))
@settings(max_examples=200)
def test_a_cosine_that_never_falls(warmup: int, steps: int) -> None:
    found = factors(Cosine(warmup_steps=warmup), steps)
    never = all(a <= b for a, b in pairwise(found))
    assert warnings_of(Cosine(warmup_steps=warmup), steps) == (["HEB721"] if never else [])


@given(every=st.integers(1, 60), decay=st.sampled_from([0.5, 1.0]), steps=st.integers(1, 60))
@settings(max_examples=200)
def test_steps_that_change_nothing(every: int, decay: float, steps: int) -> None:
    schedule = Step(step_size=every, gamma=decay)
    constant = len(set(factors(schedule, steps))) == 1
    assert bool(warnings_of(schedule, steps)) == constant
