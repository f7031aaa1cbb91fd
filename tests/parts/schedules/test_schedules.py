"""Schedules at their ends, and what holds of them everywhere."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbdsl.parts.part import Schedule
from hebbdsl.parts.schedules.constant import Constant
from hebbdsl.parts.schedules.cosine import Cosine
from hebbdsl.parts.schedules.step import Step
from hebbdsl.parts.schedules.warmup import Warmup

SCHEDULES = st.one_of(
    st.builds(Constant),
    st.builds(Warmup, steps=st.integers(1, 50)),
    st.builds(Cosine, warmup_steps=st.integers(0, 50), floor=st.floats(0, 1)),
    st.builds(Step, step_size=st.integers(1, 50), gamma=st.floats(0.01, 1)),
)


@given(schedule=SCHEDULES, steps=st.integers(1, 60))
@settings(max_examples=200)
def test_factors_lie_between_0_and_1(schedule: Schedule, steps: int) -> None:
    factors = [schedule.factor(step, steps) for step in range(steps)]
    assert all(0 <= factor <= 1 for factor in factors)
    assert all(factor > 0 for factor in factors[:-1])


@given(schedule=st.builds(Cosine, warmup_steps=st.integers(0, 20), floor=st.floats(0, 1)))
def test_cosine_rises_then_falls(schedule: Cosine) -> None:
    factors = [schedule.factor(step, 60) for step in range(60)]
    rise, fall = factors[: schedule.warmup_steps], factors[schedule.warmup_steps :]
    assert all(a < b for a, b in pairwise(rise))
    assert all(a >= b for a, b in pairwise(fall))
    assert fall[0] == 1
    assert fall[-1] == pytest.approx(schedule.floor)


def test_cosine_halfway() -> None:
    schedule = Cosine(warmup_steps=10, floor=0.2)
    assert schedule.factor(0, 111) == pytest.approx(0.1)
    assert schedule.factor(9, 111) == 1
    assert schedule.factor(10, 111) == 1
    assert schedule.factor(60, 111) == pytest.approx(0.6)
    assert schedule.factor(110, 111) == pytest.approx(0.2)


@pytest.mark.parametrize("warmup", [0, 1, 2, 5])
def test_cosine_with_no_room_to_fall(warmup: int) -> None:
    schedule = Cosine(warmup_steps=warmup)
    assert schedule.factor(warmup, warmup + 1) == 1


def test_warmup() -> None:
    schedule = Warmup(steps=4)
    assert [schedule.factor(step, 6) for step in range(6)] == [0.25, 0.5, 0.75, 1, 1, 1]


def test_step() -> None:
    schedule = Step(step_size=2, gamma=0.1)
    factors = [schedule.factor(step, 6) for step in range(6)]
    assert factors == pytest.approx([1, 1, 0.1, 0.1, 0.01, 0.01])


def test_constant() -> None:
    assert {Constant().factor(step, 9) for step in range(9)} == {1.0}
