"""Records that may not stand in one table, each refused with its code; what is only listed."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

import pytest

from hebbdsl.comparison.comparing import compare_records
from hebbdsl.comparison.comparison import Mixture, Unfinished
from hebbdsl.comparison.record_selection import (
    MixedData,
    MixedSetups,
    NothingToCompare,
    RunTwice,
    UnknownBaseline,
)
from hebbdsl.diagnostics.catalogue import problems
from hebbdsl.diagnostics.codes import stage_of
from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.run.record import Record

from .records import run, setup, steps


def refused(records: Sequence[Record], baseline: str | None = None) -> tuple[Problem, ...]:
    with pytest.raises(Rejected) as caught:
        compare_records(records, baseline=baseline)
    assert caught.value.exit_code == 1
    return caught.value.problems


def test_records_of_different_contents_are_refused_naming_both_groups() -> None:
    first = run("hebbian", 0, folder="runs/a/hebbian")
    other = run("softmax", 0, folder="runs/b/softmax", fingerprint="0dd" * 16)
    (problem,) = refused([first, other])
    assert isinstance(problem, MixedData)
    assert problem.code == "HEB601"
    for said in ("runs/a/hebbian", "runs/b/softmax", "5eed5eed", "0dd0dd"):
        assert said in problem.title


def test_records_of_different_data_words_are_refused() -> None:
    (problem,) = refused([run("a"), run("b", word="glyphs", substituted_for="omniglot")])
    assert isinstance(problem, MixedData)
    assert "omniglot" in problem.title
    assert "glyphs" in problem.title


def test_runs_of_one_variant_with_different_setups_are_refused() -> None:
    changed = dict(setup("softmax"))
    changed["training"] = {**changed["training"], "steps": 500}
    (problem,) = refused([run("softmax", 0), run("softmax", 1, given=changed)])
    assert isinstance(problem, MixedSetups)
    assert problem.code == "HEB602"
    assert problem.paths == ("training.steps",)


def test_a_seed_that_was_finished_twice_is_refused() -> None:
    (problem,) = refused([run(folder="runs/x"), run(folder="copies/x")])
    assert isinstance(problem, RunTwice)
    assert problem.code == "HEB603"
    assert "runs/x and copies/x" in problem.title


def test_records_without_a_folder_are_not_taken_for_the_same() -> None:
    (problem,) = refused([run(), run()])
    assert isinstance(problem, RunTwice)


def test_the_same_folder_named_twice_counts_once() -> None:
    record = run("softmax", 0, {"steps_to_finish": 500}, folder="runs/x")
    (row,) = compare_records([record, record]).rows
    assert row.summaries["steps_to_finish"].n == 1


@pytest.mark.parametrize("records", [[], [run(status="failed")]])
def test_no_finished_run_is_refused(records: list[Record]) -> None:
    (problem,) = refused(records)
    assert isinstance(problem, NothingToCompare)
    assert problem.code == "HEB604"


def test_an_unknown_baseline_is_refused_with_a_suggestion() -> None:
    (problem,) = refused([run("softmax"), run("hebbian")], baseline="sofmax")
    assert isinstance(problem, UnknownBaseline)
    assert problem.code == "HEB605"
    assert "did you mean `softmax`?" in (problem.hint or "")


def test_all_that_is_wrong_is_said_at_once() -> None:
    records = [run(folder="a"), run(folder="b"), run("hebbian", fingerprint="0dd" * 16)]
    assert {problem.code for problem in refused(records)} == {"HEB601", "HEB603"}


@pytest.mark.parametrize("status", ["failed", "interrupted"])
def test_an_unfinished_run_is_listed_and_not_averaged(status: str) -> None:
    records = [
        *steps("softmax", 500, 600),
        run("softmax", 2, {"steps_to_finish": 1}, status=status),
    ]
    found = compare_records(records)
    assert found.unfinished == (Unfinished("softmax", 2, status),)
    assert found.rows[0].summaries["steps_to_finish"].mean.value == 550
    assert found.rows[0].summaries["steps_to_finish"].n == 2


def test_a_finished_run_takes_the_place_of_an_interrupted_one() -> None:
    records = [run("softmax", 0, status="interrupted"), *steps("softmax", 500)]
    found = compare_records(records)
    assert found.unfinished == ()
    assert found.rows[0].seeds == (0,)


def test_mixed_environments_are_marked() -> None:
    records = [run("a"), run("a", 1, environment={"torch": "2.12.0"}), run("b")]
    assert compare_records(records).mixtures == (
        Mixture("torch", {"2.13.0": ("a", "b"), "2.12.0": ("a",)}),
    )
    assert compare_records([run("a"), run("b")]).mixtures == ()
    exact, indexed = {"neighbours": "exact search"}, {"neighbours": "faiss 1.15.1"}
    alone = [run("a"), run("b", environment=exact)]
    assert compare_records(alone).mixtures == (), "one that seeks none does not depend on it"
    assert compare_records([*alone, run("c", environment=indexed)]).mixtures == (
        Mixture("neighbours", {"exact search": ("b",), "faiss 1.15.1": ("c",)}),
    )


def test_rows_stand_in_the_order_asked_for_and_missing_variants_are_named() -> None:
    records = [run(name) for name in ("cache", "softmax", "hebbian")]
    found = compare_records(records, order=["hebbian", "mixture", "softmax"])
    assert [row.variant for row in found.rows] == ["hebbian", "softmax", "cache"]
    assert found.missing == ("mixture",)
    assert found.baseline == "hebbian"


def test_variants_of_several_experiments_keep_apart() -> None:
    records = [run("softmax", experiment="one"), run("softmax", experiment="two")]
    found = compare_records(records)
    assert [row.variant for row in found.rows] == ["one/softmax", "two/softmax"]
    assert found.experiment == "one and two"


PROBLEMS = [problem for problem in problems() if stage_of(problem.code) == "6"]


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.code)
def test_every_page_says_what_to_do_and_shows_both_ways(problem: type[Problem]) -> None:
    page = inspect.getdoc(problem) or ""
    first, *rest = page.split("\n\n")
    assert first.endswith(".")
    shown = [head for block in rest if (head := block.partition("\n")[0]) in ("Wrong:", "Right:")]
    assert shown == ["Wrong:", "Right:"]
    assert page.count("    hebbdsl compare ") == 2
