"""Levels, conditions and evaluations at their boundaries."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.lint.curriculum_rules import CannotFinish, ClassesNeverCome, cannot_finish
from hebbdsl.pipeline import check_spec, make_plan, parse_tree
from hebbdsl.source import Source
from tests.specs import codes_of, problems_of, with_sections


@given(
    start=st.integers(5, 100),
    add=st.integers(1, 60),
    steps=st.integers(1, 300),
    every=st.integers(1, 60),
)
def test_cannot_finish_is_said_exactly_of_a_course_that_never_does(
    start: int, add: int, steps: int, every: int
) -> None:
    """A curriculum that passes a level at every evaluation, which is all that any run can do."""
    pytest.importorskip("torch")
    from hebbdsl.run.classification.curriculum_state import CurriculumState

    fragment = (
        f"curriculum: {{growing: {{start: {start}, add: {add}, when: test_accuracy > 0}}}}\n"
        f"training: {{optimizer: adam, steps: {steps}, evaluate_every: {every}}}\n"
    )
    plan = make_plan(check_spec(parse_tree(Source("s.yaml", with_sections(fragment)))))
    curriculum, step = CurriculumState(plan.variants["main"].levels), 0
    while step < steps and not curriculum.finished:
        step = min(steps, step - step % every + every)
        curriculum.pass_level(step)
    assert [p.code for p in cannot_finish(plan)] == ([] if curriculum.finished else ["HEB710"])


def test_cannot_finish_names_the_variant_and_both_places(tmp_path: Path) -> None:
    fragment = """\
training: {optimizer: adam, steps: 100, evaluate_every: 10}
variants:
  coarse: {curriculum.add: 20}
  fine: {curriculum.add: 1}
"""
    (problem,) = problems_of(with_sections(fragment), tmp_path)
    assert isinstance(problem, CannotFinish)
    assert (problem.variant, problem.levels, problem.evaluations) == ("fine", 81, 10)
    assert [related.label for related in problem.elsewhere] == [
        "steps from one evaluation to the next"
    ]


def test_a_run_that_no_condition_ends_need_not_finish(tmp_path: Path) -> None:
    fragment = "curriculum: fixed\ntraining: {optimizer: adam, steps: 1}\n"
    assert codes_of(with_sections(fragment), tmp_path) == []


@pytest.mark.parametrize(
    ("condition", "codes"),
    [
        ("test_accuracy > 1", ["HEB711"]),
        ("test_accuracy >= 1", []),
        ("test_accuracy >= 0", ["HEB711"]),
        ("test_accuracy > 0", []),
        ("test_accuracy >= 0.6 and newest_accuracy >= 1.5", ["HEB711"]),
        ("test_accuracy >= 0.6 or newest_accuracy >= 1.5", []),
        ("train_loss < 0", ["HEB711"]),
        ("train_loss < 1e-9", []),
        ("train_loss / test_accuracy > -1", []),
        ("test_accuracy == test_accuracy", ["HEB711"]),
    ],
)
def test_conditions(condition: str, codes: list[str], tmp_path: Path) -> None:
    fragment = f"curriculum: {{growing: {{start: 20, when: '{condition}'}}}}\n"
    assert codes_of(with_sections(fragment), tmp_path) == codes


@pytest.mark.parametrize(
    ("training", "curriculum", "codes"),
    [
        ("evaluate_every: 100", None, []),
        ("evaluate_every: 101", None, ["HEB712"]),
        ("evaluate_every: 30, binding_steps: 30", None, []),
        ("evaluate_every: 31, binding_steps: 30", None, ["HEB712"]),
        ("binding_steps: 9", None, []),  # `evaluate_every` was not written: nothing is said of it
        ("evaluate_every: 101", "fixed", []),
        ("evaluation_classes: 99", None, []),
        ("evaluation_classes: 100", None, ["HEB720"]),
    ],
)
def test_evaluations(
    training: str, curriculum: str | None, codes: list[str], tmp_path: Path
) -> None:
    fragment = f"training: {{optimizer: adam, steps: 5_000, {training}}}\n"
    fragment += f"curriculum: {curriculum}\n" if curriculum else ""
    assert codes_of(with_sections(fragment), tmp_path) == codes


@pytest.mark.parametrize(
    ("condition", "codes"),
    [
        ("test_accuracy >= 0.5", ["HEB714"]),
        ("newest_accuracy >= 0.5", ["HEB714"]),
        ("validation_accuracy >= 0.5", []),
        ("validation_accuracy >= 0.5 and test_accuracy >= 0.5", []),
        ("train_loss < 0.5", []),
    ],
)
def test_what_is_held_out_is_read(condition: str, codes: list[str], tmp_path: Path) -> None:
    fragment = f"curriculum: {{growing: {{start: 20, when: '{condition}'}}}}\n"
    data = "data: {omniglot: {classes: 100, validation_drawings: 5}}\n"
    assert codes_of(with_sections(fragment + data), tmp_path) == codes
    if "validation" not in condition:
        assert codes_of(with_sections(fragment), tmp_path) == []


CLOCK = "curriculum: {growing: {start: 20, add: 10, every: 25}}\n"  # 100 classes: nine levels
BOTH = "curriculum: {growing: {start: 20, add: 10, every: 25, when: test_accuracy > 0.5}}\n"


@pytest.mark.parametrize(
    ("curriculum", "steps", "codes"),
    [
        (CLOCK, 200, ["HEB760"]),
        (CLOCK, 201, []),
        (BOTH, 80, ["HEB710"]),
        (BOTH, 200, []),
    ],
)
def test_steps_that_a_clock_needs(
    curriculum: str, steps: int, codes: list[str], tmp_path: Path
) -> None:
    training = f"training: {{optimizer: adam, steps: {steps}}}\n"
    assert codes_of(with_sections(curriculum + training), tmp_path) == codes


def test_the_classes_that_never_come_are_counted(tmp_path: Path) -> None:
    training = "training: {optimizer: adam, steps: 60}\n"
    (problem,) = problems_of(with_sections(CLOCK + training), tmp_path)
    assert isinstance(problem, ClassesNeverCome)
    assert (problem.reached, problem.classes, problem.begins) == (40, 100, 200)
    assert [related.label for related in problem.elsewhere] == ["steps of a level"]


@pytest.mark.parametrize(("every", "codes"), [(9, []), (25, ["HEB762"]), (30, ["HEB762"])])
def test_a_clock_that_ends_each_level_at_its_first_evaluation(
    every: int, codes: list[str], tmp_path: Path
) -> None:
    training = f"training: {{optimizer: adam, steps: 1_000, evaluate_every: {every}}}\n"
    assert codes_of(with_sections(BOTH + training), tmp_path) == codes
