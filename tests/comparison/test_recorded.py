"""Runs that are there, compared as their spec said: one experiment, several, old ones, parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hebbdsl.comparison.comparison import Comparison, Verdict
from hebbdsl.comparison.plots import _looks
from hebbdsl.comparison.recorded import compare_recorded
from hebbdsl.run.experiment_file import ExperimentFile, write_experiment_file
from hebbdsl.run.record import Record

from .records import run


def runs(
    out: Path, *variants: str, experiment: str = "letters", seeds: range = range(7)
) -> list[Record]:
    """Each variant takes half of the steps of the one before it."""
    found = []
    for place, variant in enumerate(variants):
        for seed in seeds:
            folder = out / experiment / variant / f"seed-{seed}"
            folder.mkdir(parents=True, exist_ok=True)
            steps = (1000 + 37 * seed * seed % 101) / 2**place
            found.append(
                run(
                    variant,
                    seed,
                    {"steps_to_finish": steps + seed},
                    experiment=experiment,
                    folder=str(folder),
                )
            )
    return found


def stated(out: Path, baseline: str, *variants: str, experiment: str = "letters") -> None:
    claims = (f"steps_to_finish({variants[0]}) > steps_to_finish({variants[1]})",)
    said = ExperimentFile(
        experiment=experiment, baseline=baseline, variants=variants, claims=claims
    )
    assert write_experiment_file(said, out) is None


def said(comparison: Comparison) -> str:
    return " ".join(comparison.remarks)


def test_what_is_kept_is_followed_and_variants_of_later_come_after(tmp_path: Path) -> None:
    records = runs(tmp_path, "c", "a", "b")
    stated(tmp_path, "b", "c", "b")
    found = compare_recorded(sorted(records, key=lambda record: record.variant))
    assert [row.variant for row in found.rows] == ["c", "b", "a"]
    assert found.baseline == "b"
    assert [claim.verdict for claim in found.claims] == [Verdict.HOLDS]
    assert str(tmp_path / "letters" / "experiment.json") in said(found)


def test_without_it_the_first_is_the_baseline_and_the_table_says_so(tmp_path: Path) -> None:
    found = compare_recorded(runs(tmp_path, "c", "b"))
    assert (found.baseline, found.claims) == ("c", ())
    assert "No spec is kept with these runs: c is the baseline" in said(found)
    assert compare_recorded(runs(tmp_path, "c", "b"), "b").remarks == ()


def test_a_part_of_the_runs_has_another_baseline_and_the_same_colours(tmp_path: Path) -> None:
    records = runs(tmp_path, "c", "a", "b")
    stated(tmp_path, "b", "c", "b", "a")
    part = compare_recorded([record for record in records if record.variant != "b"])
    assert part.baseline == "c"
    assert "Its baseline b is not among these runs: c is used." in said(part)
    assert part.claims[0].verdict is Verdict.UNDECIDED
    looks, whole = _looks(part), _looks(compare_recorded(records))
    assert {name: looks[name] for name in "ac"} == {name: whole[name] for name in "ac"}
    chosen = _looks(compare_recorded(records, "a"))
    assert chosen == whole, "another baseline changes no colour"


def test_of_two_folders_of_one_experiment_the_first_is_followed(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    first, second = runs(one, "c"), runs(two, "b")
    stated(one, "c", "c", "b")
    stated(two, "b", "b", "c")
    found = compare_recorded([*first, *second])
    assert found.baseline == "c"
    assert len(found.claims) == 1
    path, other = (out / "letters" / "experiment.json" for out in (one, two))
    assert f"{other} says otherwise than {path}, which is followed." in said(found)


def test_several_experiments_keep_their_orders_and_judge_no_claim(tmp_path: Path) -> None:
    first, second = runs(tmp_path, "c", "b"), runs(tmp_path, "c", "b", experiment="digits")
    stated(tmp_path, "b", "c", "b")
    stated(tmp_path, "c", "b", "c", experiment="digits")
    found = compare_recorded([*first, *second])
    names = ["letters/c", "letters/b", "digits/b", "digits/c"]
    assert [row.variant for row in found.rows] == names
    assert (found.baseline, found.claims) == ("letters/b", ())
    assert "Claims are judged where the runs of one experiment are compared." in said(found)


def test_a_statement_of_another_experiment_is_none_of_these(tmp_path: Path) -> None:
    records = runs(tmp_path, "c", "b")
    stated(tmp_path, "b", "c", "b")
    renamed = [replace(record, experiment="copied") for record in records]
    assert compare_recorded(renamed).baseline == "c"


def test_nothing_is_kept_where_there_are_no_runs(tmp_path: Path) -> None:
    stated(tmp_path, "b", "c", "b")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_kept_through_a_link(tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "runs", tmp_path / "elsewhere"
    elsewhere.mkdir()
    out.mkdir()
    (out / "letters").symlink_to(elsewhere)
    problem = write_experiment_file(
        ExperimentFile(experiment="letters", baseline="a", variants=("a",), claims=()), out
    )
    assert problem is not None
    assert problem.code == "HEB607"
    assert [*elsewhere.iterdir()] == []
