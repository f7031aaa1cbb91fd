"""Verdicts on claims: truth tables, strictness, censoring, missing runs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbdsl.comparison.claims import Values, judge
from hebbdsl.comparison.comparing import compare_records
from hebbdsl.comparison.comparison import JudgedClaim, Verdict
from hebbdsl.comparison.paired import Bound
from hebbdsl.expression.claim import Claim
from hebbdsl.expression.metrics import Scale
from hebbdsl.expression.tree import Both, Compare, Either, Expression, Number
from hebbdsl.run.record import Value

from .records import censored, claim, metric, times

HOLDS, FAILS, UNDECIDED = Verdict.HOLDS, Verdict.FAILS, Verdict.UNDECIDED
Runs = dict[str, list[float | Value]]


def judged(said: Claim, runs: Runs, name: str = "steps_to_finish") -> JudgedClaim:
    return judge(
        said,
        {
            variant: {
                seed: {name: v if isinstance(v, Value) else Value(value=v)}
                for seed, v in enumerate(values)
            }
            for variant, values in runs.items()
        },
    )


def verdict(sign: str, a: list[float | Value], b: list[float | Value]) -> Verdict:
    return judged(claim(sign, metric("a"), metric("b")), {"a": a, "b": b}).verdict


@pytest.mark.parametrize(
    ("sign", "faster", "same", "slower", "mixed"),
    [
        ("<", HOLDS, FAILS, FAILS, UNDECIDED),
        ("<=", HOLDS, HOLDS, FAILS, UNDECIDED),
        (">", FAILS, FAILS, HOLDS, UNDECIDED),
        (">=", FAILS, HOLDS, HOLDS, UNDECIDED),
        ("==", FAILS, HOLDS, FAILS, UNDECIDED),
        ("!=", HOLDS, FAILS, HOLDS, UNDECIDED),
    ],
)
def test_verdict_of_each_comparison(
    sign: str, faster: Verdict, same: Verdict, slower: Verdict, mixed: Verdict
) -> None:
    base: list[float | Value] = [600, 610, 620]
    assert verdict(sign, [300, 310, 320], base) is faster
    assert verdict(sign, list(base), base) is same
    assert verdict(sign, [900, 910, 920], base) is slower
    assert verdict(sign, [300, 610, 1200], base) is mixed


def test_the_estimate_is_the_geometric_mean_of_the_ratios() -> None:
    found = judged(
        claim("<", metric("a"), times(0.7, metric("b"))), {"a": [300, 320], "b": [600, 600]}
    )
    (one,) = found.judgements
    assert one.text == "steps_to_finish(a) < 0.7 * steps_to_finish(b)"
    assert one.scale is Scale.RATIO
    assert one.estimate is not None
    assert one.estimate.value == pytest.approx((300 * 320) ** 0.5 / 600 / 0.7)
    assert one.seeds == (0, 1)
    assert "n = 2" in found.reason


def test_a_constant_may_stand_on_one_side() -> None:
    said = claim(">=", metric("a", "newest_accuracy@10"), 0.30)
    found = judged(said, {"a": [0.40, 0.42, 0.41]}, "newest_accuracy@10")
    assert found.verdict is HOLDS
    assert found.judgements[0].scale is Scale.DIFFERENCE
    assert judged(said, {"a": [0.1, 0.12, 0.11]}, "newest_accuracy@10").verdict is FAILS
    steps = claim("<=", metric("a"), 500)
    assert judged(steps, {"a": [300, 310]}).judgements[0].scale is Scale.RATIO


def test_rounding_does_not_decide_a_strict_claim() -> None:
    runs: Runs = {"a": [350, 350], "b": [500, 500]}
    assert judged(claim("<", metric("a"), times(0.7, metric("b"))), runs).verdict is FAILS
    assert judged(claim("<=", metric("a"), times(0.7, metric("b"))), runs).verdict is HOLDS


ATOMS = {
    HOLDS: Compare("<", Number(1), Number(2)),
    FAILS: Compare("<", Number(2), Number(1)),
    UNDECIDED: Compare("<", metric("nobody"), Number(1)),
}
RANK = {FAILS: 0, UNDECIDED: 1, HOLDS: 2}


@pytest.mark.parametrize("left", list(Verdict))
@pytest.mark.parametrize("right", list(Verdict))
def test_and_and_or_are_three_valued(left: Verdict, right: Verdict) -> None:
    a, b = ATOMS[left], ATOMS[right]

    def of(expression: Expression) -> Verdict:
        found = judged(Claim("", expression), {})
        assert len(found.judgements) == 2
        return found.verdict

    assert of(Both(a, b)) is min(left, right, key=RANK.__getitem__)
    assert of(Either(a, b)) is max(left, right, key=RANK.__getitem__)


@pytest.mark.parametrize(
    ("sign", "a", "b", "expected"),
    [
        # The baseline never finished: it could only be slower still.
        ("<", [300, 310, 320], [censored(2000)] * 3, HOLDS),
        (">", [300, 310, 320], [censored(2000)] * 3, FAILS),
        # Ours never finished: that it is slower is sure, that it is faster is not.
        ("<", [censored(2000)] * 3, [600, 610, 620], FAILS),
        (">", [censored(2000)] * 3, [600, 610, 620], HOLDS),
        ("<", [censored(2000)] * 3, [5000, 5100, 5200], UNDECIDED),
        (">", [censored(2000)] * 3, [5000, 5100, 5200], UNDECIDED),
        ("<", [censored(2000)] * 3, [censored(2000)] * 3, UNDECIDED),
        ("==", [censored(2000)] * 3, [600, 610, 620], FAILS),
        ("==", [censored(2000)] * 3, [2000, 2000, 2000], UNDECIDED),
        ("!=", [censored(2000)] * 3, [600, 610, 620], HOLDS),
    ],
)
def test_censored_values_decide_only_what_they_could_only_strengthen(
    sign: str, a: list[float | Value], b: list[float | Value], expected: Verdict
) -> None:
    assert verdict(sign, a, b) is expected


def test_a_censored_estimate_is_marked_as_a_bound() -> None:
    runs: Runs = {"a": [300, 310], "b": [censored(2000), 600]}
    (one,) = judged(claim("<", metric("a"), metric("b")), runs).judgements
    assert one.estimate is not None
    assert one.estimate.bound is Bound.UPPER
    assert "≤" in one.reason


@given(
    st.lists(
        st.tuples(st.floats(100, 2000), st.floats(100, 2000), st.booleans(), st.booleans()),
        min_size=2,
        max_size=6,
    ),
    st.sampled_from(["<", "<=", ">", ">="]),
)
@settings(max_examples=100)
def test_opposite_claims_never_both_hold(
    seeds: list[tuple[float, float, bool, bool]], sign: str
) -> None:
    a: list[float | Value] = [Value(value=x, censored=cut) for x, _, cut, _ in seeds]
    b: list[float | Value] = [Value(value=y, censored=cut) for _, y, _, cut in seeds]
    opposite = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}[sign]
    pair = {verdict(sign, a, b), verdict(opposite, a, b)}
    assert pair in ({HOLDS, FAILS}, {UNDECIDED})
    assert verdict(sign, a, b) is verdict({"<": ">", ">": "<"}[sign[0]] + sign[1:], b, a)


def test_missing_runs_leave_a_claim_undecided_with_a_reason() -> None:
    said = claim("<", metric("a"), metric("b"))
    found = judged(said, {"a": [300, 310]})
    assert found.verdict is UNDECIDED
    assert found.reason == "no finished run has steps_to_finish(b)"
    alone = judged(said, {"a": [300], "b": [600]})
    assert alone.verdict is UNDECIDED
    assert "one common seed (0)" in alone.reason


def test_only_common_seeds_are_judged_and_the_others_are_named() -> None:
    values = {
        "a": {s: {"steps_to_finish": Value(value=300 + s)} for s in (0, 1, 2)},
        "b": {s: {"steps_to_finish": Value(value=600 + s)} for s in (1, 2, 5)},
    }
    found = judge(claim("<", metric("a"), metric("b")), values)
    assert found.verdict is HOLDS
    assert found.judgements[0].seeds == (1, 2)
    assert "not on seeds 0, 5" in found.reason
    apart = judge(
        claim("<", metric("a"), metric("b")), {"a": {0: values["a"][0]}, "b": {1: values["b"][1]}}
    )
    assert apart.verdict is UNDECIDED
    assert apart.reason.startswith("no common seeds")


def test_a_division_by_what_may_be_zero_decides_nothing() -> None:
    from hebbdsl.expression.tree import Arithmetic

    said = claim("<", Arithmetic("/", Number(1), metric("a", "final_test_accuracy")), 5)
    assert judged(said, {"a": [0.0, 0.5]}, "final_test_accuracy").verdict is UNDECIDED


def test_a_failing_claim_fails_the_comparison() -> None:
    from .records import steps

    records = [*steps("a", 300, 310, 320), *steps("b", 600, 610, 620)]
    good, bad = claim("<", metric("a"), metric("b")), claim(">", metric("a"), metric("b"))
    open_one = claim("<", metric("nobody"), 3)
    assert not compare_records(records, claims=[good]).failed
    assert compare_records(records, claims=[good, bad]).failed
    undecided = compare_records(records, claims=[good, open_one])
    assert (undecided.failed, undecided.undecided) == (False, True)


@pytest.mark.parametrize(
    "text",
    [
        "steps_to_finish(a) < 0.7 * steps_to_finish(b)",
        "newest_accuracy@10(a) >= 0.3",
        "-final_test_accuracy(a) + 1 <= 2 * (final_test_accuracy(b) - 0.25) / 3",
        "1 - (2 - (3 - steps_to_finish(a))) != 500",
    ],
)
def test_a_comparison_is_written_as_it_is_read(text: str) -> None:
    said = Claim.parse(text)
    (one,) = judged(said, {}).judgements
    assert Claim.parse(one.text).expression == said.expression


@pytest.mark.parametrize(
    ("value", "text"), [(1e-7, "1e-7"), (2.5e30, "2.5e30"), (0.3, "0.3"), (5000.0, "5000")]
)
def test_numbers_are_written_as_the_language_does(value: float, text: str) -> None:
    (one,) = judged(claim("<", metric("a"), value), {}).judgements
    assert one.text == f"steps_to_finish(a) < {text}"


def test_the_parts_of_a_claim_are_told_apart() -> None:
    said = Claim.parse("steps_to_finish(a) < 400 and steps_to_finish(a) > 500")
    found = judged(said, {"a": [300, 310, 305]})
    assert found.verdict is FAILS
    assert [one.verdict for one in found.judgements] == [HOLDS, FAILS]
    assert found.reason.startswith("steps_to_finish(a) < 400: holds, left / right 0.76")


def test_a_division_by_zero_is_named_as_what_leaves_a_claim_open() -> None:
    values: Values = {"a": {seed: {"steps_to_finish": Value(value=5.0 + seed)} for seed in (0, 1)}}
    judged = judge(Claim.parse("steps_to_finish(a) / 0 > 1"), values)
    assert judged.verdict is Verdict.UNDECIDED
    assert judged.reason == "a side may divide by zero"
