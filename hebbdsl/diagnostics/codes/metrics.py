"""HEB220–HEB229: metrics and variants in conditions and claims."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Second, nearest
from hebbdsl.diagnostics.slips import unmistakable
from hebbdsl.diagnostics.wording import entry, listed, quoted, suggestion


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
