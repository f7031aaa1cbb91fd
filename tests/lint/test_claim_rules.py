"""How many seeds it takes, and claims that say nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.comparison.claims import evaluate_claims
from hebbdsl.comparison.comparison import Verdict
from hebbdsl.comparison.statistics import holm
from hebbdsl.expression.claim import Claim
from hebbdsl.lint.claim_rules import ConstantClaim, TooFewSeeds
from hebbdsl.plan.power import SAMPLES, SIGNIFICANCE, decidable, seeds_needed, smallest_p
from hebbdsl.run.record import Value
from tests.specs import codes_of, problems_of, with_sections

STOPS = "curriculum: {growing: {start: 20, when: test_accuracy >= 0.5}}\n"
PAIR = "variants:\n  a: {}\n  b: {output: softmax}\n"


def seeds_of(fragment: str, folder: Path) -> TooFewSeeds | None:
    found = [p for p in problems_of(with_sections(fragment), folder) if p.code == "HEB704"]
    assert all(isinstance(problem, TooFewSeeds) for problem in found)
    return found[0] if found else None  # type: ignore[return-value]


@given(comparisons=st.integers(1, 200), n=st.integers(2, 40))
def test_decidable_is_what_holm_leaves_possible(comparisons: int, n: int) -> None:
    best = holm([smallest_p(n)] * comparisons)
    assert decidable(comparisons, n) == (max(best) <= SIGNIFICANCE)


@given(st.integers(1, 10_000))
def test_the_seeds_needed_are_the_fewest(comparisons: int) -> None:
    needed = seeds_needed(comparisons)
    if needed:
        assert decidable(comparisons, needed)
        assert not decidable(comparisons, needed - 1)
    else:
        assert comparisons > SIGNIFICANCE * (SAMPLES + 1)


@pytest.mark.parametrize(("others", "needed"), [(1, 6), (2, 7), (3, 7), (4, 8), (7, 9), (12, 9)])
def test_seeds_are_asked_for_by_the_number_of_variants(
    others: int, needed: int, tmp_path: Path
) -> None:
    variants = "variants:\n  base: {}\n"
    variants += "".join(f"  v{n}: {{output.gamma: 0.{n + 10}}}\n" for n in range(others))
    assert seeds_of(f"seeds: 1..{needed}\n{variants}", tmp_path) is None
    found = seeds_of(f"seeds: 1..{needed - 1}\n{variants}", tmp_path)
    assert found is not None
    assert (found.seeds, found.comparisons, found.needed) == (needed - 1, others, needed)


def test_ten_seeds_by_default_are_too_few_for_thirty_variants(tmp_path: Path) -> None:
    variants = "variants:\n" + "".join(f"  v{n}: {{output.gamma: 0.{n + 10}}}\n" for n in range(30))
    (problem,) = problems_of(with_sections(variants), tmp_path)
    assert problem.code == "HEB704"
    assert problem.place is not None


def test_only_variants_with_a_metric_in_common_are_compared(tmp_path: Path) -> None:
    """Growing and fixed share no tested metric; where none ends by a condition, all share one."""
    variants = "seeds: 0\nvariants:\n  a: {}\n  b: {curriculum: fixed}\n"
    assert seeds_of(STOPS + variants, tmp_path) is None
    both = seeds_of(f"curriculum: fixed\n{variants.replace('fixed', '{fixed: {}}')}", tmp_path)
    assert both is not None
    assert both.comparisons == 1


def test_a_claim_of_what_may_be_censored_needs_six_seeds_and_any_other_five(
    tmp_path: Path,
) -> None:
    for metric, needed in (("steps_to_finish", 6), ("newest_accuracy@10", 5)):
        claim = f"claims: [{metric}(main) < 0.5]\n"
        found = seeds_of(f"seeds: 1..{needed - 1}\n{claim}", tmp_path)
        assert found is not None
        assert (found.comparisons, found.needed) == (1, needed)
        assert seeds_of(f"seeds: 1..{needed}\n{claim}", tmp_path) is None
    assert seeds_of("seeds: 5\n", tmp_path) is None


def test_claims_and_variants_are_one_family(tmp_path: Path) -> None:
    """`steps_to_finish(b) < steps_to_finish(a)` is in the table anyway; a factor is another."""
    anyway = "claims: [steps_to_finish(b) < steps_to_finish(a)]\n"
    factor = "claims: [steps_to_finish(b) < 0.7 * steps_to_finish(a)]\n"
    assert seeds_of(f"seeds: 1..6\n{PAIR}{anyway}", tmp_path) is None
    found = seeds_of(f"seeds: 1..6\n{PAIR}{factor}", tmp_path)
    assert found is not None
    assert (found.comparisons, found.needed) == (2, 7)
    assert found.title == "6 seeds can't decide 2 comparisons where a run does not finish"
    few = seeds_of(f"seeds: 1..4\n{PAIR}{factor}", tmp_path)
    assert few is not None
    assert few.title == "4 seeds can't decide 2 comparisons whatever comes out"


@pytest.mark.parametrize("seeds", range(2, 13))
@pytest.mark.parametrize("finishes", [True, False])
def test_the_advice_is_what_compare_does(seeds: int, finishes: bool, tmp_path: Path) -> None:
    """Where lint is silent, the clearest outcome decides every claim; else it decides none."""
    claims = (
        "steps_to_finish(a) < steps_to_finish(b)",
        "steps_to_finish(a) < 0.9 * steps_to_finish(b)",
        "newest_accuracy@10(a) > newest_accuracy@10(b)",
    )
    listed = "".join(f"  - {claim}\n" for claim in claims)
    found = seeds_of(f"seeds: 1..{seeds}\n{STOPS}{PAIR}claims:\n{listed}", tmp_path)
    values = {
        name: {
            seed: {
                "steps_to_finish": Value(
                    value=factor * 300 + seed * seed, censored=name == "b" and not finishes
                ),
                "newest_accuracy@10": Value(value=(0.5 + seed / 100) / factor),
            }
            for seed in range(seeds)
        }
        for name, factor in (("a", 1), ("b", 3))
    }
    judged = evaluate_claims([Claim.parse(claim) for claim in claims], values)
    decided = {claim.verdict is not Verdict.UNDECIDED for claim in judged[:2]}
    assert decided == {found is None or (finishes and found.ever)}
    assert (judged[2].verdict is Verdict.HOLDS) is (seeds >= 5)


@pytest.mark.parametrize(
    ("claims", "codes"),
    [
        (["steps_to_finish(a) < steps_to_finish(b)"] * 2, ["HEB706"]),
        (
            ["levels_passed(a) > levels_passed(b)", "levels_passed(b) < levels_passed(a)"],
            ["HEB706"],
        ),
        (["levels_passed(a) > levels_passed(b)", "levels_passed(a) < levels_passed(b)"], []),
        (["newest_accuracy@10(a) >= 1.01"], ["HEB707"]),
        (["newest_accuracy@10(a) >= 1"], []),
        (["newest_accuracy@10(a) >= 0"], ["HEB707"]),
        (["newest_accuracy@10(a) > 0"], []),
        (["newest_accuracy@10(a) - newest_accuracy@10(b) > 1"], ["HEB707"]),
        (["newest_accuracy@10(a) - newest_accuracy@10(b) > 0.99"], []),
        (["steps_to_finish(a) < steps_to_finish(a)"], ["HEB707"]),
        (["steps_to_finish(a) == 500"], ["HEB757"]),
        (["levels_passed(a) > 3 and steps_to_finish(a) == 500"], ["HEB757"]),
        (["steps_to_finish(a) != 500"], []),
        (["steps_to_finish(a) < 90"], ["HEB707"]),  # nine levels, an evaluation every 10 steps
        (["steps_to_finish(a) <= 90"], []),
        (["steps_to_finish(a) > 5_000"], []),  # 2,000 steps at most: a bound, not a number
        (["levels_passed(a) > 9"], ["HEB707"]),
        (["levels_passed(a) >= 9"], []),
        (["1 < 2"], ["HEB707"]),
        (["1 < 2 or steps_to_finish(a) < 500"], ["HEB707"]),
        (["1 < 2 and steps_to_finish(a) < 500"], []),
        (["final_test_accuracy(a) > final_test_accuracy(b)"], ["HEB708", "HEB708"]),
        (["peak_memory(a) < 2 * peak_memory(b)"], []),
        (["steps_to_finish(a) > newest_accuracy@10(b)"], ["HEB715"]),
        (["steps_to_finish(a) > 500 + -newest_accuracy@10(b)"], ["HEB715"]),
        (["steps_to_finish(a) > 1_000 * newest_accuracy@10(b)"], []),
        (["newest_accuracy@10(a) > newest_accuracy@20(b) + 0.1"], []),
        (["2 * (steps_to_finish(a) - levels_passed(a)) > 5"], ["HEB715"]),
    ],
)
def test_claims(claims: list[str], codes: list[str], tmp_path: Path) -> None:
    listed = "".join(f"  - {claim}\n" for claim in claims)
    assert codes_of(with_sections(f"{STOPS}{PAIR}claims:\n{listed}"), tmp_path) == codes


def test_a_foregone_claim_says_what_can_be(tmp_path: Path) -> None:
    text = with_sections(f"{STOPS}claims:\n  - newest_accuracy@10(main) >= 30\n")
    (problem,) = problems_of(text, tmp_path)
    assert isinstance(problem, ConstantClaim)
    assert problem.verdict is False
    assert problem.hint == "`newest_accuracy@10(main)` lies between 0 and 1"


def test_final_accuracy_may_be_claimed_where_it_ends_no_run(tmp_path: Path) -> None:
    claim = "claims: [final_test_accuracy(main) > 0.5]\n"
    for curriculum, codes in (
        ("fixed", []),
        ("{fixed: {until: test_accuracy > 0.4}}", ["HEB708"]),
        ("{fixed: {until: train_loss < 0.4}}", []),
    ):
        assert codes_of(with_sections(f"curriculum: {curriculum}\n{claim}"), tmp_path) == codes


@pytest.mark.parametrize(("steps", "codes"), [(109, ["HEB709"]), (110, [])])
def test_an_age_must_come_before_the_end(steps: int, codes: list[str], tmp_path: Path) -> None:
    claim = "claims: [newest_accuracy@100(main) > 0.5]\n"
    training = f"training: {{optimizer: adam, steps: {steps}}}\n"
    assert codes_of(with_sections(claim + training), tmp_path) == codes
