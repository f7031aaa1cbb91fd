"""The numbers of a comparison against direct computation, and the family of its tests."""

from __future__ import annotations

import json
import math
import random

import jsonschema
import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbdsl.comparison.comparing import compare_records
from hebbdsl.comparison.comparison import Comparison, Row, Verdict
from hebbdsl.comparison.document_schema import COMPARISON_SCHEMA
from hebbdsl.comparison.export import as_json
from hebbdsl.comparison.formats import as_csv, as_latex, as_markdown
from hebbdsl.comparison.inference import Method, PairedTest
from hebbdsl.comparison.paired import Bound
from hebbdsl.comparison.statistics import holm
from hebbdsl.expression.metric import Scale
from hebbdsl.run.record import Value

from .records import accuracies, censored, claim, experiment, metric, run, steps, times

HEBBIAN, SOFTMAX = (350, 290, 330, 280, 320), (560, 550, 700, 550, 580)


def rows(comparison: Comparison) -> dict[str, Row]:
    return {row.variant: row for row in comparison.rows}


def test_times_have_an_arithmetic_mean_and_the_interval_of_the_geometric_one() -> None:
    summary = rows(compare_records(steps("softmax", *SOFTMAX)))["softmax"].summaries[
        "steps_to_finish"
    ]
    logs = np.log(SOFTMAX)
    expected = np.exp(scipy.stats.t.interval(0.95, 4, logs.mean(), scipy.stats.sem(logs)))
    assert summary.mean.value == pytest.approx(np.mean(SOFTMAX))
    assert summary.geometric == pytest.approx(scipy.stats.gmean(SOFTMAX))
    assert summary.mean.interval is not None
    assert (summary.mean.interval.low, summary.mean.interval.high) == pytest.approx(tuple(expected))


def test_shares_have_the_interval_of_their_mean_on_the_scale_of_log_odds() -> None:
    values = (0.41, 0.44, 0.39)
    summary = rows(compare_records(accuracies("a", *values)))["a"].summaries["final_test_accuracy"]
    centre = np.mean(values)
    error = scipy.stats.sem(values) / (centre * (1 - centre))
    ends = scipy.stats.t.interval(0.95, 2, scipy.special.logit(centre), error)
    assert summary.geometric is None
    assert summary.mean.interval is not None
    found = (summary.mean.interval.low, summary.mean.interval.high)
    assert found == pytest.approx(tuple(scipy.special.expit(ends)))


@pytest.mark.parametrize(
    "values", [(0.055, 0.099), (0.0, 0.1), (1.0, 0.98), (0.0, 1.0), (0.0, 0.0, 0.0, 0.0, 0.5)]
)
def test_no_interval_of_a_share_leaves_it(values: tuple[float, ...]) -> None:
    """Student's on the plain scale is [−0.203, 0.357] for the first two."""
    summary = rows(compare_records(accuracies("a", *values)))["a"].summaries["final_test_accuracy"]
    interval = summary.mean.interval
    assert interval is not None
    assert 0 <= interval.low < summary.mean.value < interval.high <= 1


def test_values_that_are_all_the_same_have_no_interval() -> None:
    for records in (accuracies("a", 1.0, 1.0, 1.0), steps("a", 500, 500, 500, 500, 500, 500)):
        (summary,) = rows(compare_records(records))["a"].summaries.values()
        assert summary.mean.interval is None


def test_ratios_and_tests_are_paired_by_seed() -> None:
    records = [*steps("hebbian", *HEBBIAN), *steps("softmax", *SOFTMAX)]
    contrast = rows(compare_records(records, baseline="softmax"))["hebbian"].contrasts[
        "steps_to_finish"
    ]
    logs = np.log(np.array(HEBBIAN) / np.array(SOFTMAX))
    assert contrast.scale is Scale.RATIO
    assert contrast.estimate is not None
    assert contrast.estimate.value == pytest.approx(math.exp(logs.mean()))
    assert contrast.test is not None
    assert contrast.test.p == pytest.approx(scipy.stats.ttest_1samp(logs, 0).pvalue)
    assert (
        "steps_to_finish"
        not in rows(compare_records(records, baseline="softmax"))["softmax"].contrasts
    )


def test_only_seeds_on_both_sides_are_paired() -> None:
    records = [*steps("a", 1, 2, 3), *[run("b", s, {"steps_to_finish": 4}) for s in (1, 2, 9)]]
    contrast = rows(compare_records(records, baseline="a"))["b"].contrasts["steps_to_finish"]
    assert contrast.seeds == (1, 2)


def family(comparison: Comparison, metric: str = "steps_to_finish") -> list[PairedTest]:
    found = [row.contrasts[metric].test for row in comparison.rows if metric in row.contrasts]
    return [test for test in found if test]


def test_the_family_is_every_variant_for_each_tested_metric() -> None:
    found = compare_records(experiment(10, limit=1800), baseline="softmax")
    families = [family(found, column.name) for column in found.columns if column.tested]
    assert found.tests == sum(len(tests) for tests in families) == 5 * 3
    for tests in families:
        ps = [1.0 if test.p is None else test.p for test in tests]
        assert [test.corrected for test in tests] == list(holm(ps))
        assert all(test.decidable for test in tests)
    assert min(test.corrected for test in families[0]) == pytest.approx(5 * 2.0**-9)
    assert {test.method for test in families[0]} == {Method.SIGN_FLIPS}
    assert {test.method for tests in families[1:] for test in tests} == {Method.T}


def test_the_accuracy_that_ends_runs_is_shown_and_not_tested() -> None:
    stopped = compare_records(experiment(4), baseline="softmax").columns
    assert {c.name: c.tested for c in stopped}["final_test_accuracy"] is False
    free = [run(v, s, {"final_test_accuracy": s / 10}) for v in "ab" for s in (1, 2, 3)]
    assert compare_records(free).columns[0].tested


@pytest.mark.parametrize(
    ("n", "method"), [(5, Method.T), (6, Method.SIGN_FLIPS), (4, None), (3, None)]
)
def test_few_seeds_cannot_tell_anything_apart(n: int, method: Method | None) -> None:
    records = [*steps("a", *SOFTMAX, 600), *steps("b", *HEBBIAN, 300)]
    found = compare_records([r for r in records if r.seed < n])
    (test,) = family(found)
    assert (test.method, test.decidable) == (method, method is not None)
    estimate = rows(found)["b"].contrasts["steps_to_finish"].estimate
    assert estimate is not None
    assert (estimate.interval is None) is (method is None)


def test_five_seeds_of_which_one_is_censored_tell_nothing_apart() -> None:
    records = [*steps("a", *SOFTMAX), *steps("b", censored(2000), *HEBBIAN[1:])]
    (test,) = family(compare_records(records))
    assert (test.method, test.p, test.decidable) == (None, None, False)


def test_a_censored_mean_is_a_bound_with_an_open_interval() -> None:
    slow = (800, censored(2000), 900, 850, 880, 910)
    records = [*steps("a", 500, 510, 520, 530, 540, 550), *steps("b", *slow)]
    row = rows(compare_records(records))["b"]
    summary = row.summaries["steps_to_finish"]
    assert (summary.mean.value, summary.mean.bound) == (pytest.approx(6340 / 6), Bound.LOWER)
    assert (summary.censored, summary.n) == (1, 6)
    assert summary.mean.interval is not None
    assert summary.mean.interval.low == pytest.approx(800)
    assert summary.mean.interval.high == math.inf
    few = rows(compare_records([r for r in records if r.seed < 3]))["b"]
    assert few.summaries["steps_to_finish"].mean.interval is None
    contrast = row.contrasts["steps_to_finish"]
    assert contrast.estimate is not None
    assert contrast.estimate.bound is Bound.LOWER
    assert contrast.test is not None
    assert contrast.test.bound


def test_a_test_left_open_counts_in_the_family() -> None:
    both = [*steps("a", *[censored(2000)] * 7), *steps("b", *[censored(2000)] * 7)]
    others = steps("c", 100, 110, 120, 130, 140, 150, 160)
    found = compare_records([*both, *others], baseline="a")
    left_open, made = family(found)
    assert (left_open.p, left_open.corrected) == (None, 1.0)
    assert rows(found)["b"].contrasts["steps_to_finish"].estimate is None
    assert made.corrected == 2 * 2.0**-6
    assert found.tests == 2


def test_differences_without_spread_have_no_interval_and_the_p_of_their_number() -> None:
    found = compare_records([*steps("a", *[500] * 6), *steps("b", *[250] * 6)])
    contrast = rows(found)["b"].contrasts["steps_to_finish"]
    assert contrast.estimate is not None
    assert contrast.estimate.value == pytest.approx(0.5)
    assert contrast.estimate.interval is None
    assert contrast.test is not None
    assert contrast.test.p == 2.0**-5


@pytest.mark.parametrize("seeds", [3, 5, 6, 7, 8, 10])
@pytest.mark.parametrize("metric_name", ["steps_to_finish", "newest_accuracy@10"])
def test_the_table_tells_nothing_apart_that_the_claims_deny(seeds: int, metric_name: str) -> None:
    """Over drawn data: where a claim is undecided, its row is neither coloured nor clear of it."""
    draw = random.Random(f"{seeds} {metric_name}")
    told = 0
    for _ in range(60):
        shift = draw.choice([0.0, 0.05, 0.1, 0.15])
        values = {
            name: [0.3 * math.exp(draw.gauss(shift * (name != "a"), 0.1)) for _ in range(seeds)]
            for name in "abc"
        }
        if metric_name == "steps_to_finish":
            values = {name: [round(1000 * v) for v in found] for name, found in values.items()}
        records = [
            run(name, seed, {metric_name: v})
            for name, found in values.items()
            for seed, v in enumerate(found)
        ]
        claims = [claim(">", metric(v, metric_name), metric("a", metric_name)) for v in "bc"]
        claims += [claim("<", metric("c", metric_name), 0.31 if "@" in metric_name else 310)]
        found_all = compare_records(records, baseline="a", claims=claims)
        for row, judged in zip(found_all.rows[1:], found_all.claims, strict=False):
            contrast = row.contrasts[metric_name]
            assert contrast.test is not None
            assert contrast.estimate is not None
            told += contrast.test.rejects
            if judged.verdict is Verdict.UNDECIDED:
                assert not contrast.test.rejects
            interval = contrast.estimate.interval
            if interval is not None:
                equal = 1 if contrast.scale is Scale.RATIO else 0
                clear = not interval.low <= equal <= interval.high
                assert clear is contrast.test.rejects
    assert told or seeds < 5


def test_one_seed_has_no_interval() -> None:
    found = compare_records([*steps("a", 500), *steps("b", 250)])
    assert all(row.summaries["steps_to_finish"].mean.interval is None for row in found.rows)


def names(comparison: Comparison) -> list[str]:
    return [column.name for column in comparison.columns]


def test_metrics_shown_without_being_asked_for() -> None:
    finished = experiment(3, ("softmax", "hebbian"))
    assert names(compare_records(finished)) == [
        "steps_to_finish",
        "newest_accuracy@10",
        "newest_accuracy@20",
        "final_test_accuracy",
        "steps_per_second",
        "peak_memory",
    ]


def test_final_accuracies_stand_beside_each_other_and_are_tested_alike() -> None:
    both = {"final_test_accuracy": 0.5, "final_validation_accuracy": 0.6}
    free = [run(v, seed, both) for v in "ab" for seed in (1, 2)]
    stopped = [run(v, seed, {**both, "steps_to_finish": 9}) for v in "ab" for seed in (1, 2)]
    assert names(compare_records(free)) == list(both)
    assert names(compare_records(stopped)) == ["steps_to_finish", *both]
    for records, tested in ((free, True), (stopped, False)):
        columns = compare_records(records).columns
        assert {c.tested for c in columns if c.name in both} == {tested}


def test_levels_are_shown_where_somebody_did_not_finish_and_claimed_ages_always() -> None:
    cut = experiment(3, ("softmax", "hebbian"), limit=500)
    said = claim(">", metric("hebbian", "newest_accuracy@50"), 0.1)
    found = names(compare_records(cut, claims=[said]))
    assert "levels_passed" in found
    assert "newest_accuracy@50" in found


def test_other_ages_are_shown_where_the_usual_ones_were_not_recorded() -> None:
    records = [run("a", 0, {"newest_accuracy@5": 0.1, "newest_accuracy@7": 0.2})]
    assert names(compare_records(records)) == ["newest_accuracy@5", "newest_accuracy@7"]


def test_cohorts_are_reported() -> None:
    records = [
        run("a", seed, {"newest_accuracy@10": Value(value=0.3, cohorts=cohorts)})
        for seed, cohorts in enumerate((17, 12, 17))
    ]
    assert rows(compare_records(records))["a"].summaries["newest_accuracy@10"].cohorts == (12, 17)


def test_a_value_that_is_no_number_is_no_value() -> None:
    records = [run("a", 0, {"newest_accuracy@10": math.nan}), *accuracies("b", 0.5)]
    found = compare_records([*records, run("a", 1, {"newest_accuracy@10": 0.5})])
    assert rows(found)["a"].summaries["newest_accuracy@10"].n == 1


def test_a_baseline_that_never_finished_leaves_no_contrasts() -> None:
    found = compare_records(steps("a", 500, 510), baseline="b", order=["a", "b"])
    assert found.baseline == "b"
    assert found.rows[0].contrasts == {}
    assert found.tests == 0


def test_zero_times_are_compared_by_difference() -> None:
    found = compare_records([*steps("a", 0, 10), *steps("b", 5, 5)])
    contrast = rows(found)["b"].contrasts["steps_to_finish"]
    assert contrast.scale is Scale.DIFFERENCE
    assert contrast.estimate is not None
    assert contrast.estimate.value == 0


def test_substituted_data_is_remembered() -> None:
    found = compare_records([run("a", word="glyphs", substituted_for="omniglot")])
    assert (found.data, found.substituted_for) == ("glyphs", "omniglot")


@given(
    st.lists(
        st.lists(
            st.one_of(
                st.floats(0, 1.7e308),
                st.sampled_from([0.0, 5e-324, 1e-160, 1.0, 1e300, 1.7e308]),
            ),
            min_size=1,
            max_size=8,
        ),
        min_size=2,
        max_size=3,
    ),
    st.sampled_from(["steps_to_finish", "levels_passed", "newest_accuracy@10", "test_perplexity"]),
    st.booleans(),
)
@settings(max_examples=150)
def test_no_number_that_a_record_can_hold_breaks_a_table(
    values: list[list[float]], name: str, cut: bool
) -> None:
    records = [
        run(variant, seed, {name: Value(value=v, censored=cut and name == "steps_to_finish")})
        for variant, found in zip("abc", values, strict=False)
        for seed, v in enumerate(found)
    ]
    said = [claim("<", metric("a", name), times(0.7, metric("b", name)))]
    found = compare_records(records, claims=said)
    jsonschema.validate(json.loads(as_json(found)), COMPARISON_SCHEMA)
    for form in (as_markdown, as_csv, as_latex):
        assert form(found)
