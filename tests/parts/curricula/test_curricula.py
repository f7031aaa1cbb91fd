"""Levels, and what data a curriculum can't be run on."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.expression.condition import Condition
from hebbdsl.expression.nodes import Compare, MetricOf, Number
from hebbdsl.parts.classification import ClassificationFacts
from hebbdsl.parts.curricula.fixed import Fixed, NothingNewest
from hebbdsl.parts.curricula.growing import (
    Growing,
    NewestShareTooLarge,
    NothingAdds,
    StartAboveClasses,
)
from hebbdsl.parts.exposure import Counts
from hebbdsl.parts.problems import BatchTooLarge

WHEN = Condition("test_accuracy >= 0.6", Compare(">=", MetricOf("test_accuracy"), Number(0.6)))


def facts(classes: int, train: Counts = 15) -> ClassificationFacts:
    return ClassificationFacts(2_000, classes, train, 5, (1, 28, 28))


@given(start=st.integers(1, 50), add=st.integers(1, 50), more=st.integers(0, 150))
@settings(max_examples=200)
def test_levels_rise_by_add_to_all_classes(start: int, add: int, more: int) -> None:
    levels = Growing(start=start, add=add, when=WHEN).levels(start + more)
    assert levels[0] == start
    assert levels[-1] == start + more
    additions = [after - before for before, after in pairwise(levels)]
    assert all(addition == add for addition in additions[:-1])
    assert all(0 < addition <= add for addition in additions)


def test_levels_of_the_paper() -> None:
    assert Growing(start=30, add=10, when=WHEN).levels(200) == tuple(range(30, 201, 10))
    assert Growing(start=30, add=10, when=WHEN).levels(45) == (30, 40, 45)
    assert Fixed().levels(200) == (200,)
    assert Growing(when=WHEN).passes == WHEN
    assert Fixed(until=WHEN).passes == WHEN
    assert Fixed().passes is None


def only(problems: list[Problem]) -> Problem:
    (problem,) = problems
    return problem


@pytest.mark.parametrize(("classes", "found"), [(29, True), (30, False), (31, False)])
def test_start_above_classes(classes: int, found: bool) -> None:
    problems = list(Growing(start=30, when=WHEN).data_problems(facts(classes), 64))
    assert bool(problems) == found
    if found:
        problem = only(problems)
        assert isinstance(problem, StartAboveClasses)
        assert problem.place == At(("curriculum", "start"))
        assert problem.related[0].place == At(("data", "classes"))


@pytest.mark.parametrize(("batch_size", "found"), [(450, False), (451, True)])
def test_batch_that_cannot_be_drawn(batch_size: int, found: bool) -> None:
    growing = list(Growing(start=30, when=WHEN).data_problems(facts(200), batch_size))
    fixed = list(Fixed().data_problems(facts(30), batch_size))
    for problems, start in ((growing, ("curriculum", "start")), (fixed, ("data", "classes"))):
        assert bool(problems) == found
        if found:
            problem = only(problems)
            assert isinstance(problem, BatchTooLarge)
            assert problem.place == At(("training", "batch_size"))
            assert problem.related[0].place == At(start)
            assert "450" in str(problem.hint)


@given(
    start=st.integers(1, 20),
    add=st.integers(1, 10),
    more=st.integers(0, 30),
    number=st.integers(1, 6),
    others=st.lists(st.integers(1, 6), max_size=60) | st.none(),
    share=st.floats(0, 1),
    batch_size=st.integers(1, 100),
)
@settings(max_examples=300)
def test_what_is_not_refused_can_be_drawn(
    start: int,
    add: int,
    more: int,
    number: int,
    others: list[int] | None,
    share: float,
    batch_size: int,
) -> None:
    """At every level, from the newest classes and from the older ones, without repeats, whichever
    classes they are."""
    train = number if others is None else tuple([number] * (start + more) + others)
    each = sorted([number] * (start + more) if others is None else train)
    curriculum = Growing(start=start, add=add, when=WHEN, newest_share=share)
    problems = list(curriculum.data_problems(facts(start + more, train), batch_size))
    new = curriculum.newest_drawn(batch_size)
    assert new is not None
    levels = curriculum.levels(start + more)
    possible = batch_size <= sum(each[:start]) and all(
        new <= sum(each[: after - before]) for before, after in pairwise(levels)
    )
    assert possible == (not problems)
    if possible:
        assert all(batch_size - new <= sum(each[:before]) for before in levels)


def test_newest_share_looks_at_the_smallest_addition() -> None:
    curriculum = Growing(start=30, add=10, when=WHEN, newest_share=0.5)
    assert not list(curriculum.data_problems(facts(200), 64))
    problem = only(list(curriculum.data_problems(facts(201), 64)))
    assert isinstance(problem, NewestShareTooLarge)
    assert problem.place == At(("curriculum", "newest_share"))
    assert "1 class " in problem.hint


def test_newest_share_needs_additions() -> None:
    problem = only(list(Fixed(newest_share=0.5).errors()))
    assert isinstance(problem, NothingNewest)
    assert problem.place == At(("newest_share",), key=True)
    assert not list(Fixed().errors())


def test_what_brings_in_the_next_classes() -> None:
    """The clock ends the last level only where no condition does."""
    assert Growing(when=WHEN).level_limits(3) == (None, None, None)
    assert Growing(when=WHEN, every=25).level_limits(3) == (25, 25, None)
    assert Growing(every=25).level_limits(3) == (25, 25, 25)
    assert Growing(every=25).level_limits(1) == (25,)
    assert Fixed(until=WHEN).level_limits(1) == (None,)


def test_a_clock_alone_finishes_nothing() -> None:
    assert Growing(every=25).provides() == {"levels"}
    assert Growing(when=WHEN, every=25).provides() == {"levels", "finish"}
    assert Growing(when=WHEN).provides() == {"levels", "finish"}


def test_a_condition_a_clock_or_both() -> None:
    (problem,) = Growing().errors()
    assert isinstance(problem, NothingAdds)
    for curriculum in (Growing(when=WHEN), Growing(every=1), Growing(when=WHEN, every=1)):
        assert not list(curriculum.errors())
