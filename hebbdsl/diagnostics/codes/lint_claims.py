"""HEB706–HEB709, HEB715, HEB757: claims that say nothing, or something else than they seem to."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Also, Problem, Second, Severity
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.source import Span


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


class ForegoneClaim(Problem):
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


class UnlikeUnits(Problem):
    """A claim sets steps beside shares, or other things that are not of one kind.

    Such numbers can be compared, and the verdict says nothing. Compare a metric with the same
    metric of another variant, or with a number. Where a factor turns one unit into the other, write
    it: products are not looked into.

    Wrong:
        claims:
          - steps_to_finish(main) > levels_passed(main)

    Right:
        claims:
          - steps_to_finish(main) < 500
    """

    code = "HEB715"
    severity = Severity.WARNING
    units: tuple[str, str]

    @property
    def title(self) -> str:
        one, other = self.units
        return f"this sets {one} beside {other}"

    label = "not of one kind"
    hint = "compare a metric with the same of another variant, or with a number"
