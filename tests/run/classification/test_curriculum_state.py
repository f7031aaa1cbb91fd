"""Cohorts, levels, and what is followed."""

from __future__ import annotations

from hebbdsl.program.classification.batches import InPlay
from hebbdsl.run.classification.curriculum_state import CurriculumState
from hebbdsl.run.record import Level


def test_a_course_brings_in_cohorts_and_ends_with_the_last_level() -> None:
    curriculum = CurriculumState((30, 40, 45))
    assert curriculum.in_play == InPlay(classes=30, newest=0)
    curriculum.pass_level(20)
    assert curriculum.in_play == InPlay(classes=40, newest=30)
    curriculum.pass_level(50)
    assert (curriculum.level, list(curriculum.cohort(2))) == (2, list(range(40, 45)))
    assert not curriculum.finished
    curriculum.pass_level(60)
    assert curriculum.finished
    assert curriculum.level == 2
    assert curriculum.history() == (
        Level(classes=30, began=0, passed=20),
        Level(classes=40, began=20, passed=50),
        Level(classes=45, began=50, passed=60),
    )


def test_only_added_cohorts_are_followed_and_only_for_a_while() -> None:
    curriculum = CurriculumState((2, 4, 6))
    assert curriculum.followed(10, 100) == []
    curriculum.pass_level(10)
    assert curriculum.followed(10, 100) == []
    assert curriculum.followed(20, 100) == [1]
    curriculum.pass_level(20)
    assert curriculum.followed(30, 100) == [1, 2]
    assert curriculum.followed(110, 100) == [1, 2]
    assert curriculum.followed(120, 100) == [2]


def test_a_level_not_passed_says_so() -> None:
    curriculum = CurriculumState((2, 4))
    curriculum.pass_level(10)
    assert curriculum.history() == (
        Level(classes=2, began=0, passed=10),
        Level(classes=4, began=10, passed=None),
    )


def test_a_clock_ends_a_level_that_was_not_passed() -> None:
    curriculum = CurriculumState((30, 40, 45), (25, 25, None))
    assert [curriculum.next_evaluation(step, 10) for step in (0, 9, 10, 20, 24)] == [
        10,
        10,
        20,
        25,
        25,
    ]
    curriculum.check_clock(24)
    assert curriculum.level == 0
    curriculum.check_clock(25)
    assert (curriculum.level, curriculum.appeared(1)) == (1, 25)
    assert [curriculum.next_evaluation(step, 10) for step in (25, 35, 45)] == [35, 45, 50]
    curriculum.pass_level(45)
    # The last level has no clock here, and its evaluations are counted from where it began.
    assert curriculum.next_evaluation(90, 10) == 95
    curriculum.check_clock(500)
    assert not curriculum.ended
    curriculum.pass_level(505)
    assert curriculum.ended
    assert curriculum.finished
    assert curriculum.history() == (
        Level(classes=30, began=0, passed=None, timed_out=25),
        Level(classes=40, began=25, passed=45),
        Level(classes=45, began=45, passed=505),
    )
    assert [level.ended for level in curriculum.history()] == [25, 45, 505]


def test_by_the_clock_alone_a_run_ends_and_is_not_finished() -> None:
    curriculum = CurriculumState((2, 4), (10, 10))
    curriculum.check_clock(10)
    assert curriculum.history()[1] == Level(classes=4, began=10, passed=None)
    assert curriculum.history()[1].ended is None
    curriculum.check_clock(20)
    assert curriculum.ended
    assert not curriculum.finished
    assert curriculum.history()[1] == Level(classes=4, began=10, passed=None, timed_out=20)
