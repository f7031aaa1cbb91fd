"""Claims that are true of nothing hold in at most one of twenty experiments, four claims each."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from hebbdsl.comparison.claims import evaluate_claims
from hebbdsl.comparison.comparison import ClaimResult
from hebbdsl.expression.claim import Claim
from tests.benchmarks.null_claims import SCENES, Runs, Scene, rates

EXPERIMENTS = 150
MOST = 0.05 + 3 * math.sqrt(0.05 * 0.95 / EXPERIMENTS)
"""Three standard deviations above 5 %; a fixed key draws the experiments."""

NAMED = {scene.name: scene for scene in SCENES}


@pytest.mark.parametrize("n", [2, 5, 6, 10])
@pytest.mark.parametrize(
    "scene",
    [
        NAMED["perplexity"],
        NAMED["steps, every 100, hardly any spread"],
        NAMED["steps, every 10, 1 in 6 censored"],
        NAMED["accuracy near 1, 20 examples"],
        NAMED["accuracy against 0.05, 200 examples"],
    ],
    ids=lambda scene: scene.name,
)
def test_null_claims_seldom_hold(scene: Scene, n: int) -> None:
    held, decided = rates(scene, n, shared=scene.number is None, experiments=EXPERIMENTS)
    assert held <= MOST
    assert decided <= MOST
    if n < 5:
        assert decided == 0


def test_a_rule_that_forgets_the_family_is_found_out() -> None:
    def one_by_one(said: Sequence[Claim], runs: Runs) -> list[ClaimResult]:
        return [evaluate_claims([claim], runs)[0] for claim in said]

    _, decided = rates(NAMED["perplexity"], 5, False, EXPERIMENTS, one_by_one)
    assert decided > MOST
