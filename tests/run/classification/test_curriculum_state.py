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
