"""HEB220–HEB229: metrics and variants in conditions and claims."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Second, nearest
from hebbdsl.diagnostics.typos import unmistakable
from hebbdsl.diagnostics.wording import entry, listed, plain_list, quoted, suggestion


class UnknownMetric(Problem):
    """There is no metric of that name.

    `hebbdsl explain` lists the metrics: some have a value at each evaluation and may stand in
    conditions, others once a run has ended and may stand in claims. `validate --fix` corrects a
    slip of a letter or two that can mean only one metric.

    Wrong:
        curriculum:
          growing: {when: tset_accuracy >= 0.6}

    Right:
        curriculum:
          growing: {when: test_accuracy >= 0.6}
    """

    code = "HEB220"
    metric: str
    known: tuple[str, ...]

    title = "there is no metric {metric!q}"
    label = "unknown metric"

    @property
    def hint(self) -> str | None:
        return suggestion(self.metric, self.known, f"metrics here: {plain_list(self.known)}")

    @property
    def fix(self) -> str | None:
        return nearest(self.metric, self.known)

    @property
    def fix_is_safe(self) -> bool:
        return unmistakable(self.metric, self.known)


class NotYet(Problem):
    """A condition speaks of a metric that has a value only when the run has ended.

    Conditions are asked at each evaluation, in the middle of the run.

    Wrong:
        curriculum:
          growing: {when: steps_to_finish < 100}

    Right:
        curriculum:
          growing: {when: test_accuracy >= 0.6}
    """

    code = "HEB221"
    metric: str

    title = "{metric!q} has no value before a run has ended"
    label = "not known yet"
    hint = "conditions speak of metrics of evaluations, such as `test_accuracy`"


class OnlyDuring(Problem):
    """A claim speaks of a metric of single evaluations, not of whole runs.

    Wrong:
        claims:
          - test_accuracy(main) > 0.5

    Right:
        curriculum: fixed
        claims:
          - final_test_accuracy(main) > 0.5
    """

    code = "HEB222"
    metric: str

    title = "{metric!q} changes during a run; a claim needs one value a run"
    label = "a value at each evaluation"

    @property
    def hint(self) -> str | None:
        if self.metric in ("test_accuracy", "validation_accuracy"):
            return f"did you mean `final_{self.metric}`?"
        return "`hebbdsl explain` lists the metrics of whole runs"


class Aged(Problem):
    """A metric lacks its age, or has one that it does not take.

    `newest_accuracy@10` is the accuracy on classes 10 steps after they appeared.

    Wrong:
        claims:
          - newest_accuracy(main) > 0.3

    Right:
        claims:
          - newest_accuracy@10(main) > 0.3
    """

    code = "HEB223"
    metric: str
    aged: bool

    @property
    def title(self) -> str:
        if self.aged:
            return f"{quoted(self.metric)} needs the steps after which it is taken"
        return f"{quoted(self.metric)} is not taken at an age"

    @property
    def label(self) -> str:
        return f"`{self.metric}@10`, for example" if self.aged else "without `@`"


class VariantInCondition(Problem):
    """A condition names a variant.

    A condition is asked within one run, which sees only its own metrics.

    Wrong:
        curriculum:
          growing: {when: test_accuracy(main) >= 0.6}

    Right:
        curriculum:
          growing: {when: test_accuracy >= 0.6}
    """

    code = "HEB224"
    variant: str

    title = "a condition sees one run only and cannot name a variant"
    label = "remove this"


class NoVariant(Problem):
    """A claim names a metric and not whose it is.

    Wrong:
        claims:
          - final_test_accuracy > 0.5

    Right:
        curriculum: fixed
        claims:
          - final_test_accuracy(main) > 0.5
    """

    code = "HEB225"
    metric: str

    title = "a claim must say of which variant {metric!q} is"
    label = "of which variant?"

    @property
    def hint(self) -> str | None:
        return f"write {quoted(self.metric + '(variant)')}"


class UnknownVariant(Problem):
    """A claim or `baseline` names a variant that the spec does not have.

    Without `variants` there is one, named `main`. `validate --fix` corrects a slip of a letter or
    two that can mean only one variant.

    Wrong:
        claims:
          - final_test_accuracy(hebbain) > 0.5
        variants:
          hebbian: {}

    Right:
        curriculum: fixed
        claims:
          - final_test_accuracy(hebbian) > 0.5
        variants:
          hebbian: {}
    """

    code = "HEB226"
    variant: str
    known: tuple[str, ...]

    title = "there is no variant {variant!q}"
    label = "unknown variant"

    @property
    def hint(self) -> str | None:
        return suggestion(self.variant, self.known, f"variants here: {listed(self.known, 'and')}")

    @property
    def fix(self) -> str | None:
        return nearest(self.variant, self.known)

    @property
    def fix_is_safe(self) -> bool:
        return unmistakable(self.variant, self.known)


class NotProduced(Problem):
    """A claim or condition speaks of a metric that this curriculum never gives.

    `steps_to_finish` and `levels_passed` need a curriculum with a condition that can be passed;
    `newest_accuracy@k` one that adds classes.

    Wrong:
        curriculum: fixed
        claims:
          - steps_to_finish(main) < 100

    Right:
        curriculum:
          fixed: {until: test_accuracy > 0.9}
        claims:
          - steps_to_finish(main) < 100
    """

    code = "HEB227"
    metric: str
    variant: str
    curriculum: str
    needs: str

    title = "the curriculum {curriculum!q} of {variant!q} never gives {metric!q}"
    label = "has no value in any run"

    @property
    def hint(self) -> str | None:
        reasons = {
            "levels": "it needs a curriculum that adds classes, such as `growing`",
            "finish": "it needs a condition that ends the run: `growing`, or `fixed` with `until`",
        }
        return reasons.get(self.needs)


class OfOtherData(Problem):
    """A claim or condition speaks of a metric of pictures where a text is learnt, or the reverse.

    Accuracies, levels and steps to finish are of pictures; perplexities of texts.

    Wrong:
        claims:
          - test_perplexity(main) < 100

    Right:
        claims:
          - steps_per_second(main) > 100
    """

    code = "HEB238"
    metric: str
    variant: str
    of: str
    data: str

    title = "{metric!q} is measured on {of}, and {variant!q} learns {data!q}"
    label = "has no value in any run"


class AgeNotSeen(Problem):
    """`newest_accuracy@k` asks for an age at which no evaluation looks.

    Added classes are looked at every `evaluate_every` steps, up to `binding_steps`.

    Wrong:
        claims:
          - newest_accuracy@7(main) > 0.3

    Right:
        claims:
          - newest_accuracy@10(main) > 0.3
    """

    code = "HEB228"
    metric: str
    variant: str
    every: int
    up_to: int

    title = "no evaluation of {variant!q} is taken for {metric!q}"

    @property
    def label(self) -> str:
        return f"ages: {self.every}, {2 * self.every}, … up to {self.up_to}"

    hint = "ages are multiples of `evaluate_every`, at most `binding_steps`"


class NothingHeldOut(Problem):
    """A claim or condition speaks of validation drawings, and the data holds none out.

    Set `validation_drawings` of the data: so many drawings of each class are then neither trained
    on nor tested on. Or measure on the test drawings.

    Wrong:
        data:
          omniglot: {classes: 100}
        curriculum:
          growing: {when: validation_accuracy >= 0.6}

    Right:
        data:
          omniglot: {classes: 100, validation_drawings: 5}
        curriculum:
          growing: {when: validation_accuracy >= 0.6}
    """

    code = "HEB229"
    metric: str
    validation_drawings: Second = At(("data", "validation_drawings"))

    title = "{metric!q} needs drawings held out for validation"
    label = "has no value in any run"

    @property
    def hint(self) -> str | None:
        example = quoted(entry("data.validation_drawings", "5", self.place))
        return f"hold some out, for example {example}"

    related = Also("validation_drawings", "none is held out here")
