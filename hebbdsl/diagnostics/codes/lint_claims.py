"""HEB706–HEB709, HEB715, HEB757: claims that say nothing, or something else than they seem to."""

from __future__ import annotations

from typing import ClassVar

from hebbdsl.diagnostics.codes.plan import Second, also
from hebbdsl.diagnostics.diagnostic import Problem, Related, Severity
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

    code: ClassVar[str] = "HEB706"
    severity: ClassVar[Severity] = Severity.WARNING

    first: Span | None

    @property
    def title(self) -> str:
        return "this is claimed twice"

    @property
    def label(self) -> str:
        return "the same claim"

    @property
    def related(self) -> tuple[Related, ...]:
        return () if self.first is None else (Related(self.first, "first here"),)

    @property
    def hint(self) -> str:
        return "leave one of the two out"


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

    code: ClassVar[str] = "HEB757"
    severity: ClassVar[Severity] = Severity.WARNING

    @property
    def title(self) -> str:
        return "a claim of equality is never more than undecided"

    @property
    def label(self) -> str:
        return "can't be shown"

    @property
    def hint(self) -> str:
        return "claim limits: `… > 450 and … < 550`"


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

    code: ClassVar[str] = "HEB707"
    severity: ClassVar[Severity] = Severity.WARNING

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

    code: ClassVar[str] = "HEB708"
    severity: ClassVar[Severity] = Severity.WARNING

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

    @property
    def label(self) -> str:
        return "runs end when this is reached"

    @property
    def hint(self) -> str:
        return "claim `steps_to_finish`, or train for a fixed number of steps"

    @property
    def related(self) -> tuple[Related, ...]:
        return also(self.passes, f"ends a run: {self.condition}")


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

    code: ClassVar[str] = "HEB709"
    severity: ClassVar[Severity] = Severity.WARNING

    metric: str
    variant: str
    age: int
    earliest: int
    steps: int

    @property
    def title(self) -> str:
        return f"no run of {quoted(self.variant)} lasts until {quoted(self.metric)} has a value"

    @property
    def label(self) -> str:
        return f"at step {self.earliest:_} at the earliest"

    @property
    def hint(self) -> str:
        return f"a run has {self.steps:_} steps: ask for an earlier age, or train longer"


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

    code: ClassVar[str] = "HEB715"
    severity: ClassVar[Severity] = Severity.WARNING

    units: tuple[str, str]

    @property
    def title(self) -> str:
        one, other = self.units
        return f"this sets {one} beside {other}"

    @property
    def label(self) -> str:
        return "not of one kind"

    @property
    def hint(self) -> str:
        return "compare a metric with the same of another variant, or with a number"
