"""Verdicts on claims: truth tables, strictness, censoring, missing runs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbdsl.comparison.claims import evaluate_claims
from hebbdsl.comparison.comparing import compare_records
from hebbdsl.comparison.comparison import ClaimResult, Verdict
from hebbdsl.comparison.paired import Bound
from hebbdsl.expression.claim import Claim
from hebbdsl.expression.metric import Scale
from hebbdsl.expression.nodes import Both, Compare, Either, Expression, Number
from hebbdsl.run.record import Value

from .records import censored, claim, metric, times

HOLDS, FAILS, UNDECIDED = Verdict.HOLDS, Verdict.FAILS, Verdict.UNDECIDED
Runs = dict[str, list[float | Value]]


def evaluated(said: Claim, runs: Runs, name: str = "steps_to_finish") -> ClaimResult:
    (found,) = evaluate_claims(
        [said],
        {
            variant: {
                seed: {name: v if isinstance(v, Value) else Value(value=v)}
                for seed, v in enumerate(values)
            }
            for variant, values in runs.items()
        },
    )
    return found


def verdict(sign: str, a: list[float | Value], b: list[float | Value]) -> Verdict:
    return evaluated(claim(sign, metric("a"), metric("b")), {"a": a, "b": b}).verdict


@pytest.mark.parametrize("n", [5, 6])
@pytest.mark.parametrize(
    ("sign", "faster", "slower"),
    [
        ("<", HOLDS, FAILS),
        ("<=", HOLDS, FAILS),
        (">", FAILS, HOLDS),
        (">=", FAILS, HOLDS),
        ("==", FAILS, FAILS),
        ("!=", HOLDS, HOLDS),
    ],
)
def test_verdict_of_each_comparison(sign: str, faster: Verdict, slower: Verdict, n: int) -> None:
    """No sign is shown by equal values: a test refutes equality, and shows none."""
    base: list[float | Value] = [600, 610, 620, 615, 605, 625][:n]
    assert verdict(sign, [300, 310, 320, 315, 300, 312][:n], base) is faster
    assert verdict(sign, list(base), base) is UNDECIDED
    assert verdict(sign, [900, 910, 920, 915, 900, 912][:n], base) is slower
    assert verdict(sign, [300, 610, 1200, 400, 800, 610][:n], base) is UNDECIDED


def test_the_estimate_is_the_geometric_mean_of_the_ratios() -> None:
    found = evaluated(
        claim("<", metric("a"), times(0.7, metric("b"))), {"a": [300, 320], "b": [600, 600]}
    )
    (one,) = found.comparisons
    assert one.text == "steps_to_finish(a) < 0.7 * steps_to_finish(b)"
    assert one.scale is Scale.RATIO
    assert one.estimate is not None
    assert one.estimate.value == pytest.approx((300 * 320) ** 0.5 / 600 / 0.7)
    assert one.seeds == (0, 1)
    assert found.reason == "left / right 0.738, 2 common seeds: a verdict needs 5"


@pytest.mark.parametrize("n", [2, 3, 4])
def test_fewer_than_five_seeds_decide_nothing(n: int) -> None:
    found = evaluated(
        claim("<", metric("a"), metric("b")), {"a": [300, 310, 305, 307][:n], "b": [900] * n}
    )
    assert (found.verdict, found.comparisons[0].estimate.interval) == (UNDECIDED, None)
    assert found.reason.endswith(f"{n} common seeds: a verdict needs 5")


def test_equal_differences_have_the_p_of_their_number_and_no_interval() -> None:
    """Coarse steps: without spread there is no error to divide by, and n alone speaks."""
    for n, expected in ((5, UNDECIDED), (6, HOLDS)):
        found = evaluated(
            claim("<", metric("a", "levels_passed"), metric("b", "levels_passed")),
            {"a": [3] * n, "b": [4] * n},
            "levels_passed",
        )
        (one,) = found.comparisons
        assert found.verdict is expected
        assert one.test is not None
        assert one.test.p == 2.0 ** (1 - n)
        assert one.estimate is not None
        assert one.estimate.interval is None
        assert "since all differences are the same" in found.reason


def test_a_constant_may_stand_on_one_side() -> None:
    said = claim(">=", metric("a", "newest_accuracy@10"), 0.30)
    found = evaluated(said, {"a": [0.40, 0.42, 0.41, 0.43, 0.40]}, "newest_accuracy@10")
    assert found.verdict is HOLDS
    assert found.comparisons[0].scale is Scale.DIFFERENCE
    low: Runs = {"a": [0.1, 0.12, 0.11, 0.09, 0.1]}
    assert evaluated(said, low, "newest_accuracy@10").verdict is FAILS
    steps = claim("<=", metric("a"), 500)
    assert evaluated(steps, {"a": [300, 310]}).comparisons[0].scale is Scale.RATIO


def test_rounding_decides_nothing() -> None:
    runs: Runs = {"a": [350] * 6, "b": [500] * 6}
    for sign in ("<", "<="):
        said = claim(sign, metric("a"), times(0.7, metric("b")))
        assert evaluated(said, runs).verdict is UNDECIDED


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
        found = evaluated(Claim("", expression), {})
        assert len(found.comparisons) == 2
        return found.verdict

    assert of(Both(a, b)) is min(left, right, key=RANK.__getitem__)
    assert of(Either(a, b)) is max(left, right, key=RANK.__getitem__)


EARLY, LATE = [300, 310, 320, 330, 340, 350], [5000, 5100, 5200, 5300, 5400, 5500]


@pytest.mark.parametrize(
    ("sign", "a", "b", "expected"),
    [
        # The baseline never finished: it could only be slower still.
        ("<", EARLY, [censored(2000)] * 6, HOLDS),
        (">", EARLY, [censored(2000)] * 6, FAILS),
        # Ours never finished: that it is slower is sure, that it is faster is not.
        ("<", [censored(2000)] * 6, EARLY, FAILS),
        (">", [censored(2000)] * 6, EARLY, HOLDS),
        ("<", [censored(2000)] * 6, LATE, UNDECIDED),
        (">", [censored(2000)] * 6, LATE, UNDECIDED),
        ("<", [censored(2000)] * 6, [censored(2000)] * 6, UNDECIDED),
        ("==", [censored(2000)] * 6, EARLY, FAILS),
        ("==", [censored(2000)] * 6, [2000] * 6, UNDECIDED),
        ("!=", [censored(2000)] * 6, EARLY, HOLDS),
        # Five pairs are too few for the exact test, one censored or all.
        ("<", EARLY[:5], [censored(2000)] * 5, UNDECIDED),
        ("<", EARLY[:5], [censored(2000), *LATE[:4]], UNDECIDED),
    ],
)
def test_censored_values_decide_only_what_they_could_only_strengthen(
    sign: str, a: list[float | Value], b: list[float | Value], expected: Verdict
) -> None:
    assert verdict(sign, a, b) is expected


def test_a_censored_estimate_is_marked_as_a_bound() -> None:
    runs: Runs = {"a": [*EARLY], "b": [censored(2000), *[600.0] * 5]}
    (one,) = evaluated(claim("<", metric("a"), metric("b")), runs).comparisons
    assert one.estimate is not None
    assert one.estimate.bound is Bound.UPPER
    assert "≤" in one.reason
    assert one.reason.endswith("6 seeds, exact sign flips, p ≤ 0.031")


A = [520, 600, 450, 640, 470, 560, 530, 480, 505]
B = [400, 430, 390, 450, 410, 420, 440, 400, 415, 405]


@pytest.mark.parametrize("last", [662, 700, 1_900, 19_000, 1e12])
def test_a_verdict_under_censoring_is_that_of_the_run_continued(last: float) -> None:
    """One run of ten is cut at 662; by a t interval its true 1,900 would take the verdict back."""
    said = claim(">", metric("a"), times(1.08, metric("b")))
    cut = evaluated(said, {"a": [*A, censored(662)], "b": [*B]})
    then = evaluated(said, {"a": [*A, last], "b": [*B]})
    assert (cut.verdict, then.verdict) == (HOLDS, HOLDS)


STEPS_LIKE = st.floats(50, 2000).map(lambda x: 10 * round(x / 10))
"""Values on a coarse grid, so that ties are common."""
CLAIMS = (
    "steps_to_finish(a) < steps_to_finish(b)",
    "steps_to_finish(a) >= 0.8 * steps_to_finish(b)",
    "steps_to_finish(b) <= 500 or steps_to_finish(a) != 900",
    "steps_to_finish(a) + steps_to_finish(b) > 1_000 and newest_accuracy@10(a) > 0.3",
    "steps_to_finish(a) - steps_to_finish(b) < 100",
    "3_000 - steps_to_finish(a) > steps_to_finish(b)",
    "steps_to_finish(a) / (steps_to_finish(a) + steps_to_finish(b)) < 0.5",
)


@given(
    st.lists(
        st.tuples(
            STEPS_LIKE,
            STEPS_LIKE,
            st.sampled_from([(False, False)] * 3 + [(True, False), (False, True), (True, True)]),
            st.floats(0.2, 0.6),
            st.tuples(*[st.sampled_from([1.0, 1.01, 1.5, 3.0, 20.0, 1e9])] * 2),
        ),
        min_size=5,
        max_size=11,
    ),
    st.floats(0.2, 5).map(lambda x: round(x, 1)),
    st.lists(st.sampled_from(CLAIMS), min_size=1, max_size=4, unique=True),
)
@settings(max_examples=300)
def test_no_later_data_overturns_a_verdict(
    seeds: list[tuple[float, float, tuple[bool, bool], float, tuple[float, float]]],
    slower: float,
    texts: list[str],
) -> None:
    """Whatever was decided while runs were cut is decided so when they are continued."""

    def runs(later: bool) -> dict[str, dict[int, dict[str, Value]]]:
        found: dict[str, dict[int, dict[str, Value]]] = {"a": {}, "b": {}}
        for seed, (a, b, cuts, accuracy, factors) in enumerate(seeds):
            for name, value, cut, factor in zip("ab", (slower * a, b), cuts, factors, strict=True):
                end = value * factor if later and cut else value
                found[name][seed] = {
                    "steps_to_finish": Value(value=end, censored=cut and not later),
                    "newest_accuracy@10": Value(value=accuracy),
                }
        return found

    said = [Claim.parse(text) for text in texts]
    for now, then in zip(
        evaluate_claims(said, runs(False)), evaluate_claims(said, runs(True)), strict=True
    ):
        assert now.verdict in (UNDECIDED, then.verdict)
        for one, other in zip(now.comparisons, then.comparisons, strict=True):
            assert one.verdict in (UNDECIDED, other.verdict)


def slow_verdicts(texts: list[str], values: dict[str, list[float]]) -> list[Verdict]:
    """Of claims `a < c * b` on uncensored perplexities: scipy's t test, Holm by its definition."""
    import numpy as np
    import scipy.stats

    ps, signs = [], []
    for text in texts:
        left, factor, right = text.split()
        logs = np.log(values[left]) - np.log(values[right]) - np.log(float(factor))
        ps.append(float(scipy.stats.ttest_1samp(logs, 0.0).pvalue))
        signs.append(logs.mean())
    verdicts = [UNDECIDED] * len(texts)
    for rank, index in enumerate(np.argsort(ps)):
        if ps[index] > 0.05 / (len(ps) - rank):
            break
        verdicts[index] = HOLDS if signs[index] < 0 else FAILS
    return verdicts


@given(st.integers(0, 10**6), st.integers(5, 12), st.integers(1, 5))
@settings(max_examples=60)
def test_uncensored_claims_are_judged_as_scipy_and_holm_would(key: int, n: int, m: int) -> None:
    import random

    draw = random.Random(key)
    values = {name: [100 * math.exp(draw.gauss(0, 0.1)) for _ in range(n)] for name in "abcd"}
    texts = []
    for _ in range(m):
        left, right = draw.sample("abcd", 2)
        texts.append(f"{left} {draw.choice([0.8, 0.9, 1.0, 1.1])} {right}")
    texts = list(dict.fromkeys(texts))
    pairs = {frozenset((t.split()[0], t.split()[2])) for t in texts if t.split()[1] == "1.0"}
    if len(pairs) != sum(t.split()[1] == "1.0" for t in texts):
        return  # `a < b` and `b < a` are one comparison
    said = [
        claim("<", metric(t.split()[0], P), times(float(t.split()[1]), metric(t.split()[2], P)))
        for t in texts
    ]
    runs = {
        name: {seed: {P: Value(value=v)} for seed, v in enumerate(found)}
        for name, found in values.items()
    }
    assert [found.verdict for found in evaluate_claims(said, runs)] == slow_verdicts(texts, values)


P = "test_perplexity"


def test_the_more_is_claimed_the_more_a_claim_needs() -> None:
    """p = 0.017: below 0.05 alone, not as one of four."""
    gaps = [0.08, 0.01, 0.05, 0.09, 0.02, 0.06, 0.0]
    values = {
        "a": {s: {P: Value(value=100.0)} for s in range(7)},
        "b": {s: {P: Value(value=100.0 * math.exp(g))} for s, g in enumerate(gaps)},
    }
    first = Claim.parse("test_perplexity(a) < test_perplexity(b)")
    others = [Claim.parse(f"test_perplexity(nobody) < {n}") for n in (1, 2, 3)]
    again = Claim.parse("test_perplexity(b) > test_perplexity(a)")
    (alone,) = evaluate_claims([first], values)
    assert alone.verdict is HOLDS
    assert "at 95 %, 7 seeds, paired t, p = 0.0" in alone.reason
    assert evaluate_claims([first, again], values)[0].verdict is HOLDS, (
        "one comparison, written twice"
    )
    among = evaluate_claims([first, *others], values)[0]
    assert among.verdict is UNDECIDED
    assert "at 98.75 %, which includes 1, 7 seeds, paired t, p = 0.0" in among.reason
    assert among.reason.endswith("corrected for 4 comparisons")


@given(
    st.lists(
        st.tuples(st.floats(100, 2000), st.floats(100, 2000), st.booleans(), st.booleans()),
        min_size=5,
        max_size=9,
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
    found = evaluated(said, {"a": [300, 310]})
    assert found.verdict is UNDECIDED
    assert found.reason == "no finished run has steps_to_finish(b)"
    alone = evaluated(said, {"a": [300], "b": [600]})
    assert alone.verdict is UNDECIDED
    assert "1 common seed: a verdict needs 5" in alone.reason


def test_only_common_seeds_are_judged_and_the_others_are_named() -> None:
    values = {
        "a": {s: {"steps_to_finish": Value(value=300 + s)} for s in (0, 1, 2, 3, 4, 6)},
        "b": {s: {"steps_to_finish": Value(value=600 + s)} for s in (1, 2, 3, 4, 5, 6)},
    }
    said = claim("<", metric("a"), metric("b"))
    (found,) = evaluate_claims([said], values)
    assert found.verdict is HOLDS
    assert found.comparisons[0].seeds == (1, 2, 3, 4, 6)
    assert "not on seeds 0, 5" in found.reason
    (apart,) = evaluate_claims([said], {"a": {0: values["a"][0]}, "b": {1: values["b"][1]}})
    assert apart.verdict is UNDECIDED
    assert apart.reason.startswith("no common seeds")


def test_a_division_by_what_may_be_zero_decides_nothing() -> None:
    from hebbdsl.expression.nodes import Arithmetic

    said = claim("<", Arithmetic("/", Number(1), metric("a", "final_test_accuracy")), 5)
    values: Runs = {"a": [0.0, 0.5, 0.5, 0.6, 0.5, 0.4]}
    found = evaluated(said, values, "final_test_accuracy")
    assert (found.verdict, found.reason) == (UNDECIDED, "a side may divide by zero")


def test_a_failing_claim_fails_the_comparison() -> None:
    from .records import steps

    records = [*steps("a", 300, 310, 320, 330, 340), *steps("b", 600, 610, 600, 640, 650)]
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
    (one,) = evaluated(said, {}).comparisons
    assert Claim.parse(one.text).expression == said.expression


@pytest.mark.parametrize(
    ("value", "text"), [(1e-7, "1e-7"), (2.5e30, "2.5e30"), (0.3, "0.3"), (5000.0, "5000")]
)
def test_numbers_are_written_as_the_language_does(value: float, text: str) -> None:
    (one,) = evaluated(claim("<", metric("a"), value), {}).comparisons
    assert one.text == f"steps_to_finish(a) < {text}"


def test_the_parts_of_a_claim_are_told_apart() -> None:
    said = Claim.parse("steps_to_finish(a) < 400 and steps_to_finish(a) > 500")
    found = evaluated(said, {"a": [300, 310, 305, 307, 302, 309, 308]})
    assert found.verdict is FAILS
    assert [one.verdict for one in found.comparisons] == [HOLDS, FAILS]
    assert found.reason.startswith("steps_to_finish(a) < 400: holds, left / right 0.76")


def test_a_division_by_zero_is_named_as_what_leaves_a_claim_open() -> None:
    found = evaluated(Claim.parse("steps_to_finish(a) / 0 > 1"), {"a": [5.0 + s for s in range(6)]})
    assert found.verdict is UNDECIDED
    assert found.reason == "a side may divide by zero"


def test_numbers_that_are_too_large_to_be_added_decide_nothing() -> None:
    """Of a product beyond a float it is known that it is large, and no more."""
    values = {"a": [*EARLY], "b": [2 * steps for steps in EARLY]}
    found = evaluated(
        Claim.parse("1e308 * steps_to_finish(a) < 1e308 * steps_to_finish(b)"), values
    )
    assert found.verdict is UNDECIDED
    assert evaluated(Claim.parse("1e308 * steps_to_finish(a) > 1"), values).verdict is HOLDS
