"""Confounded variants, setups that come twice, and budgets."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbdsl.lint.variant_rules import (
    SMALL_SHARE,
    OtherBudget,
    SeveralChanges,
    changes,
    compared_with_baseline,
)
from hebbdsl.pipeline import check_spec, make_plan, parse_tree
from hebbdsl.plan.plan import Plan
from hebbdsl.source import Source
from tests.specs import codes_of, problems_of, with_sections


def plan_of(fragment: str) -> Plan:
    source = Source("spec.yaml", with_sections(fragment))
    return make_plan(check_spec(parse_tree(source)))


def confounded(fragment: str) -> list[str]:
    found = compared_with_baseline(plan_of(fragment))
    return [problem.variant for problem in found if isinstance(problem, SeveralChanges)]


@pytest.mark.parametrize(
    "changed",
    [
        "{output.gamma: 0.1}",
        "{output: softmax}",
        "{output: {hebbian: {gamma: 0.1}}}",
        "{output: {mixture: {experts: [softmax, {cache: {size: 50}}], weights: learned}}}",
        "{model: {convnet: {channels: [8, 8], dropout: 0.1, features: 32}}}",
        "{model.hidden: [3, 4, 5]}",
        "{training: {steps: 3_000}}",
        "{training.optimizer: {sgd: {learning_rate: 0.1, momentum: 0.9}}}",
    ],
)
def test_one_thing_is_in_order(changed: str) -> None:
    assert confounded(f"variants:\n  a: {{}}\n  b: {changed}\n") == []


@pytest.mark.parametrize(
    ("changed", "paths"),
    [
        ("{output.gamma: 0.1, output.T: 50}", ("output.T", "output.gamma")),
        ("{output: {hebbian: {gamma: 0.1, T: 50}}}", ("output.T", "output.gamma")),
        ("{output: softmax, model.features: 63}", ("model.features", "output")),
        (
            "{training: {steps: 3_000, batch_size: 32}}",
            ("training.batch_size", "training.steps"),
        ),
    ],
)
def test_two_things_are_two(changed: str, paths: tuple[str, ...], tmp_path: Path) -> None:
    (problem,) = problems_of(with_sections(f"variants:\n  a: {{}}\n  b: {changed}\n"), tmp_path)
    assert isinstance(problem, SeveralChanges)
    assert (problem.variant, problem.baseline, problem.paths) == ("b", "a", paths)


def test_parts_in_a_list_are_set_side_by_side() -> None:
    output = "output: {mixture: {experts: [softmax, cache]}}\n"
    one = "variants:\n  a: {}\n  b: {output.experts.1.theta: 1.0}\n"
    two = "variants:\n  a: {}\n  b: {output.experts.1.theta: 1.0, output.experts.0.bias: false}\n"
    more = "variants:\n  a: {}\n  b: {output: {mixture: {experts: [cache, softmax, cache]}}}\n"
    assert [confounded(output + variants) for variants in (one, two, more)] == [[], ["b"], []]


def test_where_data_is_found_is_no_change() -> None:
    here = "data: {omniglot: {classes: 100, fallback: glyphs}}\n"
    variants = "variants:\n  a: {}\n  b: {data.fallback: null, output: softmax}\n"
    assert confounded(here + variants) == []
    (problem,) = problems_of_plan(here + "variants:\n  a: {}\n  b: {data.fallback: null}\n")
    assert problem == "HEB702"


def problems_of_plan(fragment: str) -> list[str]:
    from hebbdsl.lint.rules import run_rules

    return [problem.code for problem in run_rules(plan_of(fragment))]


LADDER = {
    "base": "{}",
    "first": "{output.gamma: 0.1}",
    "second": "{output.gamma: 0.1, output.T: 50}",
    "third": "{output.gamma: 0.1, output.T: 50, training.batch_size: 32}",
}


def test_a_ladder_is_in_order_however_it_is_written() -> None:
    for names in permutations(LADDER):
        rungs = "".join(f"  {name}: {LADDER[name]}\n" for name in names)
        assert confounded(f"baseline: base\nvariants:\n{rungs}") == []


def test_what_hangs_on_no_rung_is_confounded_all_of_it() -> None:
    rungs = "".join(f"  {name}: {LADDER[name]}\n" for name in ("base", "second", "third"))
    assert confounded(f"variants:\n{rungs}") == ["second", "third"]
    reverse = "".join(f"  {name}: {LADDER[name]}\n" for name in ("third", "second", "base"))
    assert confounded(f"baseline: base\nvariants:\n{reverse}") == ["third", "second"]


def test_four_corners_are_in_order() -> None:
    corners = """\
variants:
  neither: {}
  one: {output: softmax}
  other: {training.batch_size: 32}
  both: {output: softmax, training.batch_size: 32}
"""
    assert confounded(corners) == []
    assert confounded(corners.replace("  one: {output: softmax}\n", "")) == []
    assert confounded(corners.replace("batch_size: 32}\n  both", "batch_size: 8}\n  both")) == []


VARIANTS = st.lists(
    st.fixed_dictionaries(
        {
            "output": st.sampled_from(
                ["hebbian", "softmax", "{hebbian: {gamma: 0.1}}", "{hebbian: {gamma: 0.1, T: 9}}"]
            ),
            "training.batch_size": st.sampled_from(["64", "32"]),
            "model.features": st.sampled_from(["64", "32", "16"]),
        }
    ),
    min_size=1,
    max_size=7,
)


@given(VARIANTS)
@settings(max_examples=80)
def test_what_is_reached_is_what_a_walk_over_all_pairs_reaches(
    variants: list[dict[str, str]],
) -> None:
    rows = [
        "{" + ", ".join(f"{path}: {value}" for path, value in variant.items()) + "}"
        for variant in variants
    ]
    plan = plan_of("variants:\n" + "".join(f"  v{i}: {row}\n" for i, row in enumerate(rows)))
    setups = {name: variant.setup for name, variant in plan.variants.items()}
    apart = {(a, b): len([*changes(setups[a], setups[b])]) for a in setups for b in setups}
    reached, grown = {"v0"}, True
    while grown:
        new = {b for a in reached for b in setups if apart[a, b] <= 1}
        grown, reached = not new <= reached, reached | new
    expected = [name for name in setups if name not in reached and apart["v0", name] > 1]
    found = [p.variant for p in compared_with_baseline(plan) if isinstance(p, SeveralChanges)]
    assert found == expected


def test_the_same_setup_is_noticed_however_it_is_written(tmp_path: Path) -> None:
    same = """\
output: {hebbian: {gamma: 0.05}}
variants:
  a: {}
  b: {output.T: 500}
  c: {output: {hebbian: {gamma: 5e-2}}}
  d: {output.gamma: 0.06}
"""
    assert codes_of(with_sections(same), tmp_path) == ["HEB702", "HEB702"]


MODEL = "model: {mlp: {hidden: [16], features: 64}}\n"


def test_budgets_are_alike_up_to_a_twentieth() -> None:
    """Rows of a softmax without a bias are fewer by one number each."""
    for experts, code in (("[softmax]", []), ("[softmax, softmax]", ["HEB703"])):
        variants = f"variants:\n  a: {{}}\n  b: {{output: {{mixture: {{experts: {experts}}}}}}}\n"
        assert problems_of_plan(MODEL + variants) == code
    plan = plan_of(MODEL + "variants:\n  a: {}\n  b: {output: cache}\n")
    (problem,) = compared_with_baseline(plan)
    assert isinstance(problem, OtherBudget)
    ours, theirs = plan.variants["b"].parameters, plan.variants["a"].parameters
    assert (problem.parameters, problem.reference) == (ours, theirs)
    assert theirs - ours == 100 * 65 > SMALL_SHARE * theirs
    assert problem.label == f"{6500 / theirs:.0%} fewer"


def test_a_size_that_is_changed_by_name_is_the_question_itself() -> None:
    for changed in ("model.features: 128", "model.hidden: [400]", "data.classes: 400"):
        assert problems_of_plan(f"{MODEL}variants:\n  a: {{}}\n  b: {{{changed}}}\n") == []
