"""How often claims that are true of nothing hold: `python tests/benchmarks/null_claims.py`.

Four claims an experiment, on variants that all draw from one distribution. Counted are experiments
in which at least one of the four holds, and in which at least one is decided either way. Both
should be at most 5 %, a censored run or a coarse grid of values notwithstanding.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hebbdsl.comparison.claims import evaluate_claims
from hebbdsl.comparison.comparison import ClaimResult, Verdict
from hebbdsl.expression.claim import Claim
from hebbdsl.run.record import Value

SEEDS = (2, 5, 6, 7, 10)
Draw = Callable[[random.Random], Value]
Runs = Mapping[str, Mapping[int, Mapping[str, Value]]]
Judging = Callable[[Sequence[Claim], Runs], Sequence[ClaimResult]]


def steps(grid: int, spread: float, limit: float = math.inf) -> Draw:
    """Log-normal around 430, seen at the end of a stretch of `grid` steps, cut at `limit`."""

    def draw(chance: random.Random) -> Value:
        seen = grid * math.ceil(430 * math.exp(spread * chance.gauss(0, 1)) / grid)
        return Value(value=min(seen, limit), censored=seen > limit)

    return draw


def accuracy(mean: float, examples: int) -> Draw:
    """The share of so many examples that are classified rightly."""

    def draw(chance: random.Random) -> Value:
        return Value(value=sum(chance.random() < mean for _ in range(examples)) / examples)

    return draw


def perplexity(chance: random.Random) -> Value:
    return Value(value=150 * math.exp(0.02 * chance.gauss(0, 1)))


@dataclass(frozen=True, slots=True)
class Scene:
    name: str
    metric: str
    draw: Draw
    number: float | None = None
    """Each variant is claimed to exceed it; None: each is set against the next, or the first."""


SCENES = (
    Scene("perplexity", "test_perplexity", perplexity),
    Scene("steps, every 1", "steps_to_finish", steps(1, 0.15)),
    Scene("steps, every 10", "steps_to_finish", steps(10, 0.15)),
    Scene("steps, every 100", "steps_to_finish", steps(100, 0.15)),
    Scene("steps, every 100, hardly any spread", "steps_to_finish", steps(100, 0.03)),
    Scene("steps, every 10, 1 in 6 censored", "steps_to_finish", steps(10, 0.15, 500)),
    Scene("steps, every 100, 1 in 6 censored", "steps_to_finish", steps(100, 0.15, 500)),
    Scene("steps, every 10, half censored", "steps_to_finish", steps(10, 0.15, 430)),
    Scene("accuracy, 200 examples", "final_test_accuracy", accuracy(0.6, 200)),
    Scene("accuracy, 20 examples", "final_test_accuracy", accuracy(0.6, 20)),
    Scene("accuracy near 1, 20 examples", "final_test_accuracy", accuracy(0.97, 20)),
    Scene("accuracy against 0.6", "final_test_accuracy", accuracy(0.6, 200), 0.6),
    Scene("accuracy against 0.6, 20 examples", "final_test_accuracy", accuracy(0.6, 20), 0.6),
    Scene("accuracy against 0.05, 200 examples", "final_test_accuracy", accuracy(0.05, 200), 0.05),
)


def claims(scene: Scene, shared: bool) -> tuple[Claim, ...]:
    """Four claims: of pairs of their own, or against one baseline."""
    said = []
    for index in range(4):
        sign = "<>"[index % 2]
        left, other = f"v{2 * index + 1}", "v0" if shared else f"v{2 * index}"
        right = f"{scene.metric}({other})" if scene.number is None else repr(scene.number)
        said.append(Claim.parse(f"{scene.metric}({left}) {sign} {right}"))
    return tuple(said)


def experiment(scene: Scene, n: int, chance: random.Random) -> Runs:
    return {
        f"v{variant}": {seed: {scene.metric: scene.draw(chance)} for seed in range(n)}
        for variant in range(8)
    }


def rates(
    scene: Scene, n: int, shared: bool, experiments: int, judging: Judging = evaluate_claims
) -> tuple[float, float]:
    """Shares of experiments in which a claim holds, and in which one is decided."""
    chance = random.Random(f"{scene.name} {n} {shared}")
    said = claims(scene, shared)
    held = decided = 0
    for _ in range(experiments):
        found = {claim.verdict for claim in judging(said, experiment(scene, n, chance))}
        held += Verdict.HOLDS in found
        decided += found != {Verdict.UNDECIDED}
    return held / experiments, decided / experiments


def table(experiments: int) -> Iterator[str]:
    yield f"one of four null claims holds / is decided, in % of {experiments} experiments"
    yield f"{'':40}" + "".join(f"{f'n = {n}':>14}" for n in SEEDS)
    for scene in SCENES:
        for shared in (False, True) if scene.number is None else (False,):
            name = scene.name + (", one baseline" if shared else "")
            cells = [rates(scene, n, shared, experiments) for n in SEEDS]
            shown = [f"{100 * held:.1f} / {100 * decided:.1f}" for held, decided in cells]
            yield f"{name:40}" + "".join(f"{cell:>14}" for cell in shown)


if __name__ == "__main__":
    for line in table(int(sys.argv[1]) if len(sys.argv) > 1 else 2000):
        print(line, flush=True)
