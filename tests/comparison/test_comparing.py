"""The numbers of a comparison against direct computation, and the family of its tests."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats

from hebbdsl.comparison.comparing import compare_records
from hebbdsl.comparison.comparison import Comparison, PairedTest, Row
from hebbdsl.comparison.paired import Bound
from hebbdsl.comparison.statistics import holm, sign_flip_test
from hebbdsl.expression.metrics import Scale
from hebbdsl.run.record import Value

from .records import accuracies, censored, claim, experiment, metric, run, steps

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


def test_shares_have_the_interval_of_their_mean() -> None:
    values = (0.41, 0.44, 0.39)
    summary = rows(compare_records(accuracies("a", *values)))["a"].summaries["final_test_accuracy"]
    expected = scipy.stats.t.interval(0.95, 2, np.mean(values), scipy.stats.sem(values))
    assert summary.geometric is None
    assert summary.mean.interval is not None
    assert (summary.mean.interval.low, summary.mean.interval.high) == pytest.approx(expected)


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
    assert contrast.test.p == sign_flip_test(list(logs)).p == 2.0**-4
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
    smallest = min(test.corrected for tests in families for test in tests)
    assert smallest == pytest.approx(5 * 2.0**-9)


def test_the_accuracy_that_ends_runs_is_shown_and_not_tested() -> None:
    stopped = compare_records(experiment(4), baseline="softmax").columns
    assert {c.name: c.tested for c in stopped}["final_test_accuracy"] is False
    free = [run(v, s, {"final_test_accuracy": s / 10}) for v in "ab" for s in (1, 2, 3)]
    assert compare_records(free).columns[0].tested


@pytest.mark.parametrize(("n", "decidable"), [(5, False), (6, True), (3, False)])
def test_few_seeds_cannot_tell_anything_apart(n: int, decidable: bool) -> None:
    records = [*steps("a", *SOFTMAX, 600), *steps("b", *HEBBIAN, 300)]
    (test,) = family(compare_records([r for r in records if r.seed < n]))
    assert test.decidable is decidable
    assert test.corrected == 2.0 ** (1 - n)


def test_a_censored_mean_is_a_bound_with_an_open_interval() -> None:
    records = [*steps("a", 500, 510, 520), *steps("b", 800, censored(2000), 900)]
    row = rows(compare_records(records))["b"]
    summary = row.summaries["steps_to_finish"]
    assert (summary.mean.value, summary.mean.bound) == (pytest.approx(3700 / 3), Bound.LOWER)
    assert (summary.censored, summary.n) == (1, 3)
    assert summary.mean.interval is not None
    assert summary.mean.interval.high == math.inf
    contrast = row.contrasts["steps_to_finish"]
    assert contrast.estimate is not None
    assert contrast.estimate.bound is Bound.LOWER
    assert contrast.test is not None
    assert contrast.test.bound


def test_a_test_left_open_counts_in_the_family() -> None:
    both = [*steps("a", *[censored(2000)] * 6), *steps("b", *[censored(2000)] * 6)]
    others = steps("c", 100, 110, 120, 130, 140, 150)
    found = compare_records([*both, *others], baseline="a")
    left_open, made = family(found)
    assert (left_open.p, left_open.corrected) == (None, 1.0)
    assert rows(found)["b"].contrasts["steps_to_finish"].estimate is None
    assert made.corrected == 2 * 2.0**-5
    assert found.tests == 2


def test_a_degenerate_spread_is_an_interval_of_no_width() -> None:
    found = compare_records([*steps("a", 500, 500), *steps("b", 250, 250)])
    contrast = rows(found)["b"].contrasts["steps_to_finish"]
    assert contrast.estimate is not None
    assert contrast.estimate.interval is not None
    interval = contrast.estimate.interval
    assert interval.low == interval.high == pytest.approx(0.5)


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
