"""The laws of the write, against a slow loop over classes in plain Python."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor

from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.outputs.hebbian.write import Bags, Written, move_mean, write

RULES = st.builds(
    Hebbian,
    gamma=st.sampled_from([0.0, 0.01, 0.05, 0.5, 1.0]),
    T=st.integers(0, 6),
    count_timing=st.sampled_from(["before", "after"]),
    rate=st.sampled_from(["inverse", "running_mean"]),
    rescale=st.sampled_from(["none", "row", "mean_row"]),
    center=st.sampled_from(["none", "running"]),
    strength=st.sampled_from([1.0, 1.0, 0.5, 0.01]),
)


BAGS = Bags()
"""For batches of all sizes, one after the other, as a layer has it."""


@dataclass
class Case:
    rule: Hebbian
    rows: Tensor
    seen: Tensor
    h: Tensor
    labels: Tensor
    in_play: int
    mean: Tensor | None

    def written(self) -> Written:
        counters = 1 + self.seen[:, None]
        given = self.rows, counters, self.h, self.labels, self.in_play, self.mean
        return write(self.rule, *given, BAGS)

    def stored(self) -> tuple[Tensor, Tensor]:
        """All rows once the write has been stored, and sightings."""
        written = self.written()
        rows, seen = self.rows.clone(), self.seen.clone()
        rows[written.labels] = written.rows
        return rows, seen + torch.bincount(self.labels, minlength=len(seen))


@st.composite
def cases(draw: st.DrawFn, dtype: torch.dtype = torch.float32) -> Case:
    rule = draw(RULES)
    classes = draw(st.integers(1, 7))
    in_play = draw(st.integers(1, classes))
    hidden = draw(st.integers(1, 6))
    labels = draw(st.lists(st.integers(0, in_play - 1), min_size=1, max_size=9))
    seen = draw(st.lists(st.integers(0, rule.T + 2), min_size=classes, max_size=classes))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**32 - 1)))
    return Case(
        rule=rule,
        rows=torch.randn(classes, hidden, generator=generator),
        seen=torch.tensor(seen),
        h=torch.randn(len(labels), hidden, generator=generator).to(dtype),
        labels=torch.tensor(labels),
        in_play=in_play,
        mean=torch.randn(hidden, generator=generator) if rule.center == "running" else None,
    )


def norm(vector: list[float]) -> float:
    return sqrt(sum(x * x for x in vector))


def slow_write(case: Case) -> tuple[list[list[float]], list[int]]:
    """Section 1 of the method, read aloud; every number a Python float."""
    rule = case.rule
    rows, seen = case.rows.tolist(), case.seen.tolist()
    h, labels = case.h.float().tolist(), case.labels.tolist()
    old = [list(row) for row in rows]
    for i in set(labels):
        mine = [h[position] for position, label in enumerate(labels) if label == i]
        target = [sum(column) / len(mine) for column in zip(*mine, strict=True)]
        if case.mean is not None:
            target = [x - m for x, m in zip(target, case.mean.tolist(), strict=True)]
        if rule.rescale == "row":
            target = [x * norm(old[i]) / norm(target) for x in target]
        elif rule.rescale == "mean_row":
            wanted = sum(norm(row) for row in old[: case.in_play]) / case.in_play
            target = [x * wanted / norm(target) for x in target]
        c = seen[i] + 1 if rule.count_timing == "before" else seen[i] + len(mine)
        rate = 1 / c if rule.rate == "inverse" else len(mine) / (seen[i] + len(mine))
        rate = max(rate, rule.gamma) * rule.strength
        if c < rule.T:
            rows[i] = [rate * x + (1 - rate) * y for x, y in zip(target, old[i], strict=True)]
        seen[i] += len(mine)
    return rows, seen


def bits(rows: Tensor) -> Tensor:
    return rows.view(torch.int32)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@given(data=st.data())
@settings(max_examples=150)
def test_write_is_the_slow_loop(dtype: torch.dtype, data: st.DataObject) -> None:
    case = data.draw(cases(dtype))
    rows, seen = case.stored()
    expected, counted = slow_write(case)
    assert rows.dtype == torch.float32
    torch.testing.assert_close(rows, torch.tensor(expected), atol=2e-5, rtol=2e-5)
    assert seen.tolist() == counted


@given(case=cases())
@settings(max_examples=80)
def test_rows_absent_keep_every_bit_and_those_past_the_threshold_their_values(case: Case) -> None:
    """Past the threshold a zero may lose its sign, which no product shows."""
    case.rows[:, 0] = -0.0
    rows, _ = case.stored()
    counts = torch.bincount(case.labels, minlength=len(rows))
    c = case.seen + (1 if case.rule.count_timing == "before" else counts)
    absent, past = counts == 0, c >= case.rule.T
    assert torch.equal(bits(rows[absent]), bits(case.rows[absent]))
    assert torch.equal(rows[past], case.rows[past])
    assert torch.equal(bits(rows[past, 1:]), bits(case.rows[past, 1:]))


@given(case=cases())
@settings(max_examples=50)
def test_positions_of_a_label_agree_bit_for_bit(case: Case) -> None:
    written = case.written()
    for label in case.labels.unique():
        rows = bits(written.rows[written.labels == label])
        assert torch.equal(rows, rows[:1].expand_as(rows))


@given(case=cases(), cut=st.integers(1, 8))
@settings(max_examples=80)
def test_order_and_sharding_of_a_batch_do_not_matter(case: Case, cut: int) -> None:
    """Workers gather activations and labels: the joined batch, in whatever order they come."""
    rows, seen = case.stored()
    order = torch.cat([torch.arange(len(case.labels))[cut:], torch.arange(len(case.labels))[:cut]])
    other = replace_batch(case, case.h[order], case.labels[order])
    rows_too, seen_too = other.stored()
    torch.testing.assert_close(rows, rows_too, atol=1e-6, rtol=1e-5)
    assert torch.equal(seen, seen_too)


def replace_batch(case: Case, h: Tensor, labels: Tensor) -> Case:
    return Case(case.rule, case.rows, case.seen, h, labels, case.in_play, case.mean)


@pytest.mark.parametrize("counted", [0, 1, 2, 3, 4, 5])
def test_gate_is_c_below_the_threshold(counted: int) -> None:
    """With T = 4 and counting before, c = 1 + counted: 3 still writes, 4 and 5 do not."""
    case = single(Hebbian(T=4), counted)
    rows, seen = case.stored()
    assert (not torch.equal(rows[1], case.rows[1])) == (counted + 1 < 4)
    assert seen[1] == counted + 1


def single(rule: Hebbian, counted: int = 0, scale: float = 1.0) -> Case:
    """Class 1 of 3, seen once in this batch."""
    generator = torch.Generator().manual_seed(7)
    seen = torch.tensor([0, counted, 0])
    rows = torch.randn(3, 4, generator=generator)
    h = scale * torch.randn(1, 4, generator=generator)
    return Case(rule, rows, seen, h, torch.tensor([1]), 3, None)


def test_first_sight_makes_the_row_the_activation() -> None:
    case = single(Hebbian())
    rows, _ = case.stored()
    assert torch.equal(rows[1], case.h[0])


def test_counting_after_keeps_part_of_the_random_row() -> None:
    case = single(Hebbian(count_timing="after"))
    case.h, case.labels = case.h.repeat(4, 1), case.labels.repeat(4)
    rows, seen = case.stored()
    torch.testing.assert_close(rows[1], 0.25 * case.h[0] + 0.75 * case.rows[1])
    assert seen[1] == 4


@given(
    k=st.integers(1, 12), T=st.integers(0, 15), count_timing=st.sampled_from(["before", "after"])
)
@settings(max_examples=60)
def test_single_sights_give_the_running_mean_until_the_threshold(
    k: int, T: int, count_timing: str
) -> None:
    rule = Hebbian(gamma=0.0, T=T, count_timing=count_timing)  # type: ignore[arg-type]
    case = single(rule)
    activations = torch.randn(k, 4, generator=torch.Generator().manual_seed(k))
    for h in activations:
        case.h = h[None]
        case.rows, case.seen = case.stored()
    written = activations[: max(T - 1, 0)]
    expected = written.mean(0) if len(written) else single(rule).rows[1]
    torch.testing.assert_close(case.rows[1], expected)
    assert case.seen[1] == k


@given(counts=st.lists(st.integers(1, 5), min_size=1, max_size=6))
@settings(max_examples=50)
def test_rate_running_mean_gives_the_mean_of_all_activations(counts: list[int]) -> None:
    """Also where a class stands several times in a batch, which `inverse` weighs differently."""
    case = single(Hebbian(gamma=0.0, rate="running_mean"))
    every = torch.randn(sum(counts), 4, generator=torch.Generator().manual_seed(1))
    for h in every.split(counts):
        case.h, case.labels = h, torch.ones(len(h), dtype=torch.int64)
        case.rows, case.seen = case.stored()
    torch.testing.assert_close(case.rows[1], every.mean(0), atol=1e-5, rtol=1e-5)


def test_rate_never_falls_below_gamma() -> None:
    case = single(Hebbian(gamma=0.25), counted=99)
    rows, _ = case.stored()
    torch.testing.assert_close(rows[1], 0.25 * case.h[0] + 0.75 * case.rows[1])


@pytest.mark.parametrize("rescale", ["row", "mean_row"])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_rescaled_first_sight_has_the_norm_asked_for(rescale: str, scale: float) -> None:
    case = single(Hebbian(rescale=rescale), scale=scale)  # type: ignore[arg-type]
    rows, _ = case.stored()
    norms = case.rows.norm(dim=1)
    torch.testing.assert_close(rows[1].norm(), norms[1] if rescale == "row" else norms.mean())
    torch.testing.assert_close(rows[1] / rows[1].norm(), case.h[0] / case.h[0].norm())


def test_mean_row_asks_only_the_rows_in_play() -> None:
    case = single(Hebbian(rescale="mean_row"))
    case.in_play = 2
    case.rows[2] = torch.nan
    rows, _ = case.stored()
    torch.testing.assert_close(rows[1].norm(), case.rows[:2].norm(dim=1).mean())


@pytest.mark.parametrize("rescale", ["row", "mean_row"])
def test_zero_norm_is_not_written_but_counted(rescale: str) -> None:
    case = single(Hebbian(rescale=rescale), scale=0.0)  # type: ignore[arg-type]
    rows, seen = case.stored()
    assert torch.equal(bits(rows), bits(case.rows))
    assert seen.tolist() == [0, 1, 0]


def test_zero_norm_is_written_when_not_rescaled() -> None:
    case = single(Hebbian(), scale=0.0)
    rows, _ = case.stored()
    assert torch.equal(rows[1], torch.zeros(4))


def test_centre_that_leaves_only_rounding_is_not_blown_up() -> None:
    case = single(Hebbian(center="running", rescale="row"), scale=1000.0)
    case.mean = case.h[0] * (1 + 1e-7)
    rows, _ = case.stored()
    assert torch.equal(bits(rows), bits(case.rows))


def test_centring_comes_before_rescaling() -> None:
    case = single(Hebbian(center="running", rescale="row"))
    case.mean = torch.tensor([1.0, -2.0, 0.5, 3.0])
    rows, _ = case.stored()
    target = case.h[0] - case.mean
    torch.testing.assert_close(rows[1], target * case.rows[1].norm() / target.norm())


@given(batches=st.lists(st.integers(1, 4), min_size=1, max_size=9), floor=st.floats(0, 1))
@settings(max_examples=50)
def test_running_mean_of_activations(batches: list[int], floor: float) -> None:
    generator = torch.Generator().manual_seed(3)
    mean, expected = torch.zeros(2), [0.0, 0.0]
    for t, size in enumerate(batches, start=1):
        h = torch.randn(size, 2, generator=generator)
        move_mean(mean, torch.tensor(t), h, floor)
        for column in range(2):
            average = sum(h[:, column].tolist()) / size
            expected[column] += max(1 / t, floor) * (average - expected[column])
    torch.testing.assert_close(mean, torch.tensor(expected), atol=1e-5, rtol=1e-5)


def test_bfloat16_sums_are_made_in_float32() -> None:
    """256 activations of 1.0078125: a sum kept in bfloat16 would stand still at 256."""
    case = single(Hebbian())
    case.h = torch.full((300, 4), 1.0078125).bfloat16()
    case.labels = torch.ones(300, dtype=torch.int64)
    rows, _ = case.stored()
    torch.testing.assert_close(rows[1], torch.full((4,), 1.0078125), atol=1e-5, rtol=0)


@given(case=cases())
@settings(max_examples=30)
def test_write_changes_none_of_its_arguments(case: Case) -> None:
    assume(case.mean is not None)
    assert case.mean is not None
    before = [t.clone() for t in (case.rows, case.seen, case.h, case.labels, case.mean)]
    case.written()
    after = (case.rows, case.seen, case.h, case.labels, case.mean)
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


def test_rule_is_the_default_of_the_paper() -> None:
    assert replace(Hebbian(), gamma=0.01, T=500) == Hebbian(
        count_timing="before", rate="inverse", rescale="none", center="none", activations="clean"
    )
