"""Metrics that a curriculum never gives, in claims and in conditions."""

from __future__ import annotations

import pytest

from hebbdsl.expression.condition import Condition
from hebbdsl.source import Source, Span
from hebbdsl.spec.checker import examine
from hebbdsl.spec.metric_checks import NothingHeldOut, NotProduced, conditions_of
from hebbdsl.syntax.yaml import parse_yaml
from tests.specs import with_sections


def said(fragment: str) -> list[tuple[str, str]]:
    problems = examine(parse_yaml(Source("s.yaml", with_sections(fragment)))).problems
    return [(p.code, p.place.text) for p in problems if isinstance(p.place, Span)]


FIXED = "curriculum: fixed\n"
UNTIL = "curriculum: {fixed: {until: test_accuracy > 0.9}}\n"


@pytest.mark.parametrize(
    ("curriculum", "claim", "refused"),
    [
        (FIXED, "steps_to_finish(main) > 1", True),
        (FIXED, "levels_passed(main) > 1", True),
        (FIXED, "newest_accuracy@10(main) > 1", True),
        (FIXED, "final_test_accuracy(main) > 1", False),
        (UNTIL, "steps_to_finish(main) > 1", False),
        (UNTIL, "levels_passed(main) > 1", False),
        (UNTIL, "newest_accuracy@10(main) > 1", True),
        ("", "steps_to_finish(main) > 1", False),
        ("", "newest_accuracy@10(main) > 1", False),
    ],
)
def test_claims_against_curricula(curriculum: str, claim: str, refused: bool) -> None:
    metric = claim.partition("(")[0]
    expected = [("HEB227", metric)] if refused else []
    assert said(f"{curriculum}claims:\n  - {claim}\n") == expected


def test_the_curriculum_is_that_of_the_variant() -> None:
    fragment = (
        "variants:\n  grows: {}\n  stays: {curriculum: fixed}\n"
        "claims:\n  - steps_to_finish(grows) > 1\n  - steps_to_finish(stays) > 1\n"
    )
    problems = list(examine(parse_yaml(Source("s.yaml", with_sections(fragment)))).problems)
    assert [getattr(problem, "variant", None) for problem in problems] == ["stays"]


@pytest.mark.parametrize(
    ("age", "fine"), [(0, False), (5, False), (10, True), (15, False), (100, True), (110, False)]
)
def test_ages(age: int, fine: bool) -> None:
    found = said(f"claims:\n  - newest_accuracy@{age}(main) > 0.1\n")
    assert found == ([] if fine else [("HEB228", f"newest_accuracy@{age}")])


def test_ages_follow_the_training_of_the_variant() -> None:
    fragment = (
        "variants: {a: {}, b: {training.evaluate_every: 7, training.binding_steps: 14}}\n"
        "claims:\n  - newest_accuracy@14(a) > newest_accuracy@14(b)\n"
    )
    assert said(fragment) == [("HEB228", "newest_accuracy@14")]


def test_unknown_variants_are_found_in_claims_that_are_wrong_otherwise() -> None:
    fragment = "claims:\n  - final_test_accuracy(mian) + 1\n"
    assert said(fragment) == [
        ("HEB133", "final_test_accuracy(mian) + 1"),
        ("HEB226", "mian"),
    ]


def test_conditions_against_curricula() -> None:
    until = "curriculum: {fixed: {until: newest_accuracy > 0.9}}\n"
    assert said(until) == [(NotProduced.code, "newest_accuracy > 0.9")]
    assert said("curriculum: {growing: {when: newest_accuracy > 0.9}}\n") == []


HELD_OUT = "data: {omniglot: {classes: 100, validation_drawings: 5}}\n"
BY_VALIDATION = "curriculum: {growing: {when: validation_accuracy > 0.9}}\n"


@pytest.mark.parametrize("metric", ["validation_accuracy", "newest_validation_accuracy"])
def test_conditions_on_drawings_that_no_data_holds_out(metric: str) -> None:
    condition = f"curriculum: {{growing: {{when: {metric} > 0.9}}}}\n"
    assert said(condition) == [("HEB229", f"{metric} > 0.9")]
    assert said(HELD_OUT + condition) == []
    text = with_sections(condition)
    (problem,) = examine(parse_yaml(Source("s.yaml", text))).problems
    (other,) = problem.elsewhere
    assert isinstance(other.place, Span)
    assert other.place.text == "omniglot"


def test_the_field_that_says_that_none_is_held_out_is_the_second_place() -> None:
    none = "data: {omniglot: {classes: 100, validation_drawings: 0}}\n"
    (problem,) = examine(parse_yaml(Source("s.yaml", with_sections(none + BY_VALIDATION)))).problems
    (other,) = problem.elsewhere
    assert isinstance(other.place, Span)
    assert other.place.text == "0"


def test_a_condition_that_several_variants_share_is_refused_once() -> None:
    variants = "variants: {a: {}, b: {output: softmax}, c: {data.validation_drawings: 5}}\n"
    assert said(BY_VALIDATION + variants) == [("HEB229", "validation_accuracy > 0.9")]


def test_a_curriculum_and_data_that_both_lack_something_are_both_named() -> None:
    until = "curriculum: {fixed: {until: newest_validation_accuracy > 0.9}}\n"
    place = "newest_validation_accuracy > 0.9"
    assert said(until) == [(NotProduced.code, place), (NothingHeldOut.code, place)]
    assert said(HELD_OUT + until) == [(NotProduced.code, place)]


def test_claims_follow_the_data_of_the_variant() -> None:
    fragment = (
        "variants: {a: {}, b: {data.validation_drawings: 5}}\n"
        "claims:\n  - final_validation_accuracy(a) > 0.1\n"
        "  - final_validation_accuracy(b) > 0.1\n"
    )
    problems = list(examine(parse_yaml(Source("s.yaml", with_sections(fragment)))).problems)
    assert [(p.code, getattr(p, "metric", "")) for p in problems] == [
        ("HEB229", "final_validation_accuracy")
    ]
    (place,) = [p.place for p in problems]
    assert isinstance(place, Span)
    assert place.source.text[place.end :].startswith("(a)")


def test_data_that_could_not_be_read_is_asked_nothing() -> None:
    broken = "data: {omniglot: {classes: many}}\n"
    assert [code for code, _ in said(broken + BY_VALIDATION)] == ["HEB301"]


def test_conditions_are_found_in_lists_too() -> None:
    first, second = Condition.parse("test_accuracy > 0.1"), Condition.parse("test_accuracy > 0.2")
    found = list(conditions_of((first, (7, second)), ("curriculum",)))
    assert found == [(("curriculum", 0), first), (("curriculum", 1, 1), second)]


BY_THE_CLOCK = "curriculum: {growing: {every: 25}}\n"
BY_EITHER = "curriculum: {growing: {every: 25, when: test_accuracy > 0.9}}\n"


@pytest.mark.parametrize(
    ("curriculum", "ages", "not_seen"),
    [
        # Evaluations of a level at 10 and 20 steps, and at its end; levels all last 25.
        (BY_THE_CLOCK, (10, 20, 25, 35, 45, 50, 60, 100), (0, 5, 15, 30, 40, 110)),
        # Levels that were passed last 10 or 20 steps.
        (BY_EITHER, (10, 20, 25, 30, 35, 40, 50, 100), (0, 5, 15, 24, 110)),
    ],
)
def test_ages_by_the_clock(
    curriculum: str, ages: tuple[int, ...], not_seen: tuple[int, ...]
) -> None:
    for age in (*ages, *not_seen):
        found = said(f"{curriculum}claims:\n  - newest_accuracy@{age}(main) > 0.1\n")
        expected = [("HEB228", f"newest_accuracy@{age}")] if age in not_seen else []
        assert found == expected, age


@pytest.mark.parametrize(
    ("every", "label"), [(10, "ages: 10, 20, 25, …"), (15, "ages: 15, 25, …"), (30, "ages: 25, …")]
)
def test_the_ages_that_there_are_by_the_clock_are_named(every: int, label: str) -> None:
    fragment = (
        f"{BY_THE_CLOCK}training: {{optimizer: adam, steps: 500, evaluate_every: {every}}}\n"
        "claims:\n  - newest_accuracy@7(main) > 0.1\n"
    )
    (problem,) = examine(parse_yaml(Source("s.yaml", with_sections(fragment)))).problems
    assert problem.label == f"{label} up to 100"
    assert problem.hint is not None
    assert problem.hint.startswith("a level is evaluated each `evaluate_every` steps")


def test_nothing_finishes_by_the_clock_alone() -> None:
    claim = "claims:\n  - steps_to_finish(main) > 1\n"
    assert said(BY_THE_CLOCK + claim) == [("HEB227", "steps_to_finish")]
    assert said(BY_EITHER + claim) == []
