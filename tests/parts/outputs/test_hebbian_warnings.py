"""The Hebbian write warns of fields exactly where they make no difference."""

from __future__ import annotations

from dataclasses import replace

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbdsl.parts.exposure import Exposure
from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.outputs.hebbian.write import Bags, write

RUN = Exposure(
    steps=10_000,
    batch_size=64,
    evaluate_every=1,
    levels=(20,),
    train=15,
    newest_drawn=None,
    examples_at_test=None,
    dropout=0.1,
    moments=2,
)

RULES = st.builds(
    Hebbian,
    gamma=st.sampled_from([0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0]),
    T=st.integers(1, 30),
    count_timing=st.sampled_from(["before", "after"]),
    rate=st.sampled_from(["inverse", "running_mean"]),
    center=st.just("running"),
)


def test_what_is_never_reached_or_never_kept_gives_a_warning() -> None:
    assert "HEB721" in warnings_of(Hebbian(start=10_000))
    assert "HEB721" not in warnings_of(Hebbian(start=9_999))
    found = [
        problem.title
        for moments in (0, 2)
        for problem in Hebbian(moments="clear").warnings(replace(RUN, moments=moments))
        if "moments" in problem.title
    ]
    assert found == ["`moments` makes no difference: the optimizer keeps none"]


def warnings_of(rule: Hebbian, run: Exposure = RUN) -> set[str]:
    return {problem.code for problem in rule.warnings(run)}


def rows_after(rule: Hebbian, batches: list[int], seed: int) -> torch.Tensor:
    """The row of one class, seen so many times in each batch."""
    generator = torch.Generator().manual_seed(seed)
    row, counters = torch.randn(1, 4, generator=generator), torch.ones(1, 1, dtype=torch.int64)
    for count in batches:
        h = torch.randn(count, 4, generator=generator)
        labels = torch.zeros(count, dtype=torch.int64)
        written = write(rule, row, counters, h, labels, 1, None, Bags())
        row, counters = written.rows[:1], counters + count
    return row


@given(rule=RULES, batches=st.lists(st.integers(1, 3), max_size=40), seed=st.integers(0, 99))
@settings(max_examples=200)
def test_a_floor_with_a_warning_changes_no_bit(
    rule: Hebbian, batches: list[int], seed: int
) -> None:
    if "HEB720" in warnings_of(rule):
        without = replace(rule, gamma=0.0)
        assert torch.equal(rows_after(rule, batches, seed), rows_after(without, batches, seed))


@given(rule=RULES.filter(lambda rule: rule.T > 1 and rule.rate == "inverse"))
@settings(max_examples=200)
def test_a_floor_without_a_warning_changes_a_row(rule: Hebbian) -> None:
    if "HEB720" not in warnings_of(rule):
        without = replace(rule, gamma=0.0)
        one_by_one = [1] * rule.T
        assert not torch.equal(rows_after(rule, one_by_one, 0), rows_after(without, one_by_one, 0))


@given(count_timing=st.sampled_from(["before", "after"]), batches=st.lists(st.integers(1, 3)))
def test_one_writes_nothing(count_timing: str, batches: list[int]) -> None:
    rule = Hebbian(T=1, count_timing=count_timing, center="running")  # type: ignore[arg-type]
    assert warnings_of(rule) == {"HEB723"}
    assert torch.equal(rows_after(rule, batches, 0), rows_after(rule, [], 0))
    assert warnings_of(replace(rule, T=2, gamma=0.0)) == set()
    two = replace(rule, T=2, count_timing="before")
    assert not torch.equal(rows_after(two, [1], 0), rows_after(two, [], 0))


@given(steps=st.integers(1, 500), T=st.integers(2, 3_000))
def test_a_threshold_gives_a_warning_where_no_class_comes_so_far(steps: int, T: int) -> None:
    run = replace(RUN, steps=steps)
    rule = Hebbian(T=T, gamma=0.0, center="running")
    assert warnings_of(rule, run) == ({"HEB721"} if run.max_occurrences < T else set())


@given(every=st.integers(1, 500), T=st.integers(2, 500))
def test_a_threshold_gives_a_warning_where_it_passes_unseen(every: int, T: int) -> None:
    run = replace(RUN, evaluate_every=every)
    rule = Hebbian(T=T, gamma=0.0, center="running")
    assert warnings_of(rule, run) == ({"HEB722"} if run.min_early_occurrences >= T else set())
