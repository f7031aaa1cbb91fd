"""Claims that say nothing, and seeds that are too few to say anything."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Second, Severity
from hebbdsl.diagnostics.wording import number_of, quoted
from hebbdsl.expression.claim import Claim
from hebbdsl.expression.intervals import truth_of
from hebbdsl.expression.metrics import RUN_METRICS, run_metric
from hebbdsl.expression.nodes import (
    Compare,
    Expression,
    MetricOf,
    Sides,
    comparisons_of,
    metrics_of,
    sides_of,
)
from hebbdsl.lint.metric_limits import at_the_end, in_words
from hebbdsl.lint.places import of_head
from hebbdsl.lint.unit_rules import clash_of
from hebbdsl.plan.plan import Plan
from hebbdsl.plan.power import LEAST_SEEDS, decidable, seeds_needed
from hebbdsl.source import Span
from hebbdsl.spec.origins import span_of

_FLIPPED = {">": "<", ">=": "<="}
_FINAL = "final_"
"""The metric of a run that is an evaluation's metric at the end."""


def too_few_seeds(plan: Plan) -> Iterator[Problem]:
    """HEB704: these seeds can't tell from chance what the table and the claims compare."""
    n, claimed = len(plan.checked.experiment.seeds), _claimed(plan)
    exact = _exact(plan, claimed)
    comparisons = exact or _compared(plan) + len(claimed)
    if not comparisons or (n >= LEAST_SEEDS and (not exact or decidable(exact, n))):
        return
    yield TooFewSeeds(
        place=of_head(plan, "seeds") or of_head(plan, "variants", key=True),
        seeds=n,
        comparisons=comparisons,
        needed=seeds_needed(exact) if exact else LEAST_SEEDS,
        exact=exact > 0,
        ever=n >= LEAST_SEEDS,
    )


def claims_of_equality(plan: Plan) -> Iterator[Problem]:
    """HEB757: no seeds show that two sides are equal."""
    for claim, place in _claims(plan):
        if any(c.operator == "==" for c in comparisons_of(claim.expression)):
            yield EqualityClaimed(place=place)


def claimed_twice(plan: Plan) -> Iterator[Problem]:
    """HEB706: one claim, written twice."""
    first: dict[Expression, Span | None] = {}
    for claim, place in _claims(plan):
        said = _said(claim.expression)
        if said in first:
            yield ClaimedTwice(place=place, first=first[said])
        else:
            first[said] = place


def constant_claims(plan: Plan) -> Iterator[Problem]:
    """HEB707: a claim that no outcome can refute, or none support."""
    known = partial(at_the_end, plan)
    for claim, place in _claims(plan):
        verdict = truth_of(claim.expression, known)
        # Of steps beside shares it is said that they are no match, not which of them is larger.
        if verdict is not None and clash_of(claim.expression) is None:
            limits = ((metric, known(metric)) for metric in metrics_of(claim.expression))
            yield ConstantClaim(place=place, verdict=verdict, ranges=in_words(limits))


def stopped_accuracy(plan: Plan) -> Iterator[Problem]:
    """HEB708: final accuracy of runs that end by it."""
    for metric, place in _metrics(plan):
        variant = metric.variant or ""
        condition = plan.variants[variant].condition
        watched = metric.name.removeprefix(_FINAL)
        if condition is not None and watched != metric.name and watched in condition.metrics:
            yield StoppedAccuracy(
                place=place,
                metric=metric.name,
                variant=variant,
                condition=condition.text,
                passes=span_of(At.field("curriculum"), plan.checked.variants[variant].origins),
            )


def ages_after_the_end(plan: Plan) -> Iterator[Problem]:
    """HEB709: an age that no class reaches in so few steps."""
    for metric, place in _metrics(plan):
        variant = metric.variant or ""
        steps, begins = plan.variants[variant].steps, plan.variants[variant].earliest(1)
        if steps is None or begins is None:
            continue
        found = run_metric(metric.name)
        age = found[1] if found is not None else None
        if age is not None and begins + age > steps:
            yield AgeAfterEnd(
                place=place,
                metric=metric.name,
                variant=variant,
                age=age,
                earliest=begins + age,
                steps=steps,
            )


def _claimed(plan: Plan) -> set[Sides]:
    """What the claims compare, each once."""
    found = (c for claim, _ in _claims(plan) for c in comparisons_of(claim.expression))
    return {sides_of(compare) for compare in found if any(metrics_of(compare))}


def _exact(plan: Plan, claimed: set[Sides]) -> int:
    """How many comparisons are of metrics that may be censored, in the table and in the claims."""
    baseline = plan.checked.baseline
    compared = {
        sides_of(Compare("==", MetricOf(name, variant), MetricOf(name, baseline)))
        for name, metric in RUN_METRICS.items()
        if metric.may_be_censored and metric.needs in plan.variants[baseline].provides
        for variant, planned in plan.variants.items()
        if variant != baseline and metric.needs in planned.provides
    }
    may_be = (
        sides
        for sides in claimed
        for one in (m for side in sides for m in metrics_of(side))
        if (found := run_metric(one.name)) is not None and found[0].may_be_censored
    )
    return len(compared | set(may_be))


def _compared(plan: Plan) -> int:
    """How many variants have a test against the baseline, of the metric that has the most.

    A metric that a curriculum must provide is tested where both sides have it; the final accuracy
    of all, where no condition ends a run.
    """
    baseline = plan.checked.baseline
    provided = {name: v.provides for name, v in plan.variants.items()}
    ours = provided.pop(baseline)
    if not any("finish" in theirs for theirs in (ours, *provided.values())):
        return len(provided)
    return max((sum(need in theirs for theirs in provided.values()) for need in ours), default=0)


def _claims(plan: Plan) -> Iterator[tuple[Claim, Span | None]]:
    for index, claim in enumerate(plan.checked.experiment.claims):
        yield claim, of_head(plan, "claims", index)


def _metrics(plan: Plan) -> Iterator[tuple[MetricOf, Span | None]]:
    """The metrics of each claim, each once, with the place of the claim."""
    for claim, place in _claims(plan):
        for metric in dict.fromkeys(metrics_of(claim.expression)):
            yield metric, place


def _said(expression: Expression) -> Expression:
    """`b > a` as `a < b`: the same claim."""
    if isinstance(expression, Compare) and expression.operator in _FLIPPED:
        return Compare(_FLIPPED[expression.operator], expression.right, expression.left)
    return expression


class ClaimedTwice(Problem):
    """The same claim stands twice.

    Both get the same verdict, which then seems to say more than it does. Leave one out, or claim
    of the second what was meant.

    Wrong:
        claims:
          - steps_to_finish(main) < 500
          - 500 > steps_to_finish(main)

    Right:
        claims:
          - steps_to_finish(main) < 500
          - levels_passed(main) >= 9
    """

    code = "HEB706"
    severity = Severity.WARNING
    first: Span | None

    title = "this is claimed twice"
    label = "the same claim"
    related = Also("first", "first here")
    hint = "leave one of the two out"


class EqualityClaimed(Problem):
    """A claim that two sides are equal can fail, and never hold.

    Seeds can show that two sides differ. That they don't, no number of seeds shows: values that
    happen to be the same, on a coarse scale or from few seeds, may still differ. Claim within what
    they are equal, or that one is not the larger.

    Wrong:
        claims:
          - steps_to_finish(main) == 500

    Right:
        claims:
          - steps_to_finish(main) > 450 and steps_to_finish(main) < 550
    """

    code = "HEB757"
    severity = Severity.WARNING
    title = "a claim of equality is never more than undecided"
    label = "can't be shown"
    hint = "claim limits: `… > 450 and … < 550`"


class ConstantClaim(Problem):
    """A claim is true or false whatever the runs do.

    A metric is compared with itself, or with a number that it can't reach: shares lie between 0
    and 1 (30 % is 0.3), a curriculum of n levels takes at least n evaluations.

    Wrong:
        claims:
          - newest_accuracy@10(main) >= 30

    Right:
        claims:
          - newest_accuracy@10(main) >= 0.3
    """

    code = "HEB707"
    severity = Severity.WARNING
    verdict: bool
    ranges: tuple[str, ...]
    """What each metric can be, in words."""

    @property
    def title(self) -> str:
        return f"this claim is {str(self.verdict).lower()} whatever the runs do"

    @property
    def label(self) -> str:
        return f"always {str(self.verdict).lower()}"

    @property
    def hint(self) -> str:
        said = "; ".join(self.ranges)
        return said or "a claim speaks of metrics of variants"


class StoppedAccuracy(Problem):
    """A claim on the final accuracy of runs that end when that accuracy is reached.

    Each such run ends at its own step, so that its final accuracy only says by how much the
    condition was overshot; `compare` shows it without a test. Claim `steps_to_finish`, or train
    without a condition: `fixed`.

    Wrong:
        curriculum:
          growing: {when: test_accuracy >= 0.6}
        claims:
          - final_test_accuracy(main) > 0.6

    Right:
        curriculum: fixed
        claims:
          - final_test_accuracy(main) > 0.6
    """

    code = "HEB708"
    severity = Severity.WARNING
    metric: str
    variant: str
    condition: str
    passes: Second

    @property
    def title(self) -> str:
        return (
            f"{quoted(f'{self.metric}({self.variant})')} only says by how much the condition was"
            " overshot"
        )

    label = "runs end when this is reached"
    hint = "claim `steps_to_finish`, or train for a fixed number of steps"
    related = Also("passes", "ends a run: {condition}")


class AgeAfterEnd(Problem):
    """`newest_accuracy@k` asks for an age that no class reaches before the run ends.

    The first classes are added at the first evaluation, and are k steps old k steps later. Train
    longer, or ask for an earlier age.

    Wrong:
        claims:
          - newest_accuracy@100(main) > 0.3
        training: {optimizer: adam, steps: 100}

    Right:
        claims:
          - newest_accuracy@50(main) > 0.3
        training: {optimizer: adam, steps: 100}
    """

    code = "HEB709"
    severity = Severity.WARNING
    metric: str
    variant: str
    age: int
    earliest: int
    steps: int

    title = "no run of {variant!q} lasts until {metric!q} has a value"
    label = "at step {earliest:_} at the earliest"
    hint = "a run has {steps:_} steps: ask for an earlier age, or train longer"


class TooFewSeeds(Problem):
    """There are too few seeds to tell from chance what is compared.

    `compare` judges variants against the baseline, and the comparisons of all claims, over the
    seeds that they share, and corrects them together (Holm). Fewer than five seeds decide nothing.
    A metric that may be censored, as the steps of a run that never finished, is tested by flipping
    signs: no p of n seeds is below 2^(1−n), and of m comparisons none below m·2^(1−n), which must
    not exceed 0.05. With fewer seeds it is tested like other metrics, by Student's t, and only
    while every run finishes. Add seeds, or compare less.

    Wrong:
        seeds: 0..4
        variants:
          hebbian: {}
          softmax: {output: softmax}

    Right:
        seeds: 0..5
        variants:
          hebbian: {}
          softmax: {output: softmax}
    """

    code = "HEB704"
    severity = Severity.WARNING
    seeds: int
    comparisons: int
    needed: int
    """0: no number of seeds is enough."""
    exact: bool
    """They are of metrics that may be censored."""
    ever: bool
    """They can be decided where no run is censored."""

    @property
    def title(self) -> str:
        seeds, what = number_of(self.seeds, "seed"), number_of(self.comparisons, "comparison")
        when = "where a run does not finish" if self.ever else "whatever comes out"
        return f"{seeds} can't decide {what} {when}"

    @property
    def label(self) -> str:
        return f"at least {self.needed}" if self.needed else "no number is enough"

    @property
    def hint(self) -> str:
        if not self.exact:
            return f"a verdict needs {self.needed} seeds"
        what = number_of(self.comparisons, "comparison")
        if not self.needed:
            return f"{what} are too many: leave variants or claims out"
        return f"{what} by exact tests at 0.05 after correction need {self.needed} seeds"
