"""When levels begin and end: by a condition, by a clock, and by either, as planned and as run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.pipeline import check_spec, make_plan, parse_tree
from hebbdsl.plan.plan import VariantPlan
from hebbdsl.source import Source
from tests.specs import with_sections


def plan_of(curriculum: str, steps: int, every: int) -> VariantPlan:
    fragment = (
        f"curriculum: {curriculum}\n"
        f"training: {{optimizer: adam, batch_size: 8, steps: {steps}, evaluate_every: {every}}}\n"
    )
    spec = Source("s.yaml", with_sections(fragment))
    return make_plan(check_spec(parse_tree(spec))).variants["main"]


def said(curriculum: str, steps: int = 1_000, every: int = 10) -> list[str]:
    rows = list(plan_of(curriculum, steps, every).summary())
    start = next(index for index, (name, _) in enumerate(rows) if name == "curriculum")
    return [text for _, text in rows[start:]]


def test_the_plan_says_when_levels_begin() -> None:
    levels = "growing: 9 levels: 20, 30, … 100 classes"
    assert said("{growing: {start: 20, when: test_accuracy > 0.5}}") == [
        levels,
        "passed when test_accuracy > 0.5",
        "cannot finish before step 90",
        "at most 1,000 steps of 8 examples, at most 100 evaluations",
    ]
    assert said("{growing: {start: 20, every: 25}}") == [
        levels,
        "the next classes after 25 steps of a level, the last after 200",
        "225 steps of 8 examples, 27 evaluations",
    ]
    assert said("{growing: {start: 20, every: 25, when: test_accuracy > 0.5}}") == [
        levels,
        "passed when test_accuracy > 0.5",
        "the next classes after 25 steps of a level at the latest, the last after 200",
        "cannot finish before step 90",
        "at most 1,000 steps of 8 examples, at most 104 evaluations",
    ]
    assert said("{growing: {start: 20, every: 25}}", steps=60)[1:] == [
        "the next classes after 25 steps of a level, the last after 200; a run has only 60",
        "60 steps of 8 examples, 7 evaluations",
    ]
    assert said("fixed") == [
        "fixed: 1 level of 100 classes",
        "at most 1,000 steps of 8 examples, at most 100 evaluations",
    ]


def test_a_run_whose_only_level_has_a_clock_is_one_level_long() -> None:
    assert said("{growing: {start: 100, every: 25}}") == [
        "growing: 1 level of 100 classes",
        "25 steps of 8 examples, 3 evaluations",
    ]


@given(
    start=st.integers(8, 100),
    add=st.integers(1, 60),
    clock=st.none() | st.integers(1, 40),
    condition=st.booleans(),
    steps=st.integers(1, 300),
    every=st.integers(1, 60),
    passes=st.randoms(use_true_random=False),
)
def test_no_run_leaves_its_timeline(
    start: int, add: int, clock: int | None, condition: bool, steps: int, every: int, passes: object
) -> None:
    """Levels are passed at random, as whatever is learnt may have it."""
    pytest.importorskip("torch")
    from random import Random

    from hebbdsl.run.classification.curriculum_state import CurriculumState

    assert isinstance(passes, Random)
    condition = condition or clock is None
    when = ", when: test_accuracy > 0" if condition else ""
    planned = plan_of(
        f"{{growing: {{start: {start}, add: {add}, every: {clock or 'null'}{when}}}}}", steps, every
    )
    assert planned.steps is not None
    assert planned.evaluate_every is not None
    assert planned.evaluations is not None
    curriculum, step, evaluations = (
        CurriculumState(planned.levels, planned.level_limits),
        0,
        0,
    )
    while step < planned.steps and not curriculum.ended:
        step = min(curriculum.next_evaluation(step, planned.evaluate_every), planned.steps)
        evaluations += 1
        if condition and passes.random() < 0.4:
            curriculum.pass_level(step)
        else:
            curriculum.check_clock(step)
    levels = curriculum.history()
    assert evaluations <= planned.evaluations
    if not condition:
        assert (step, evaluations) == (planned.steps, planned.evaluations)
    for number, level in enumerate(levels):
        earliest, latest = planned.earliest(number), planned.latest(number)
        assert earliest is not None
        assert earliest <= level.began or level.began == planned.steps
        assert latest is None or level.began <= latest
    if curriculum.finished:
        assert planned.cannot_finish_before is not None
        assert step >= planned.cannot_finish_before
    if not condition:
        assert planned.cannot_finish_before is None
