"""HEB710–HEB719: levels, conditions and evaluations that do not go with the length of a run."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Second, Severity
from hebbdsl.diagnostics.wording import quoted


class CannotFinish(Problem):
    """There are fewer evaluations than levels, so that no run can finish.

    A level is passed by an evaluation, so that n levels take n evaluations and n times
    `evaluate_every` steps at least. Train longer, evaluate more often, or add more classes at a
    time. For a short trial of a long spec: `--set training.steps=…`, and nothing to allow.

    Wrong:
        curriculum:
          growing: {start: 20, add: 10, when: test_accuracy >= 0.5}
        training: {optimizer: adam, steps: 500, evaluate_every: 100}

    Right:
        curriculum:
          growing: {start: 20, add: 10, when: test_accuracy >= 0.5}
        training: {optimizer: adam, steps: 1_000, evaluate_every: 100}
    """

    code = "HEB710"
    severity = Severity.WARNING
    variant: str
    levels: int
    evaluations: int
    evaluate_every: int
    every: Second = At.field("training", "evaluate_every")

    title = "the {levels:_} levels of {variant!q} can't be passed by {evaluations:evaluation}"

    @property
    def label(self) -> str:
        return f"at least {self.levels * self.evaluate_every:_}"

    hint = "train longer, evaluate more often, or add more classes at a time"
    related = Also("every", "steps from one evaluation to the next")


class ForegoneCondition(Problem):
    """A condition holds at every evaluation, or at none.

    Accuracies are shares, between 0 and 1: 60 % is 0.6. A condition that never holds keeps a run
    at its first level; one that always holds passes a level at each evaluation.

    Wrong:
        curriculum:
          growing: {start: 20, add: 10, when: test_accuracy >= 60}

    Right:
        curriculum:
          growing: {start: 20, add: 10, when: test_accuracy >= 0.6}
    """

    code = "HEB711"
    severity = Severity.WARNING
    condition: str
    verdict: bool
    ranges: tuple[str, ...]

    @property
    def title(self) -> str:
        how = "always holds" if self.verdict else "never holds"
        return f"the condition {quoted(self.condition)} {how}"

    @property
    def label(self) -> str:
        return "always true" if self.verdict else "always false"

    @property
    def hint(self) -> str | None:
        return "; ".join(self.ranges) or None


class BindingUnseen(Problem):
    """Classes that are added are looked at too late to see how they bind.

    Accuracy on added classes is followed for `binding_steps` steps, at evaluations. Where these are
    further apart, it is never taken, and `newest_accuracy@k` has no value at any age. Evaluate more
    often, or follow for longer.

    Wrong:
        training: {optimizer: adam, steps: 5_000, evaluate_every: 200, binding_steps: 100}

    Right:
        training: {optimizer: adam, steps: 5_000, evaluate_every: 50, binding_steps: 100}
    """

    code = "HEB712"
    severity = Severity.WARNING
    every: int
    binding_steps: int
    up_to: Second = At(("training", "binding_steps"))

    title = (
        "added classes are followed for {binding_steps:step}, and the next evaluation comes after"
        " {every:_}"
    )
    label = "at most {binding_steps:_}"
    hint = "evaluate more often, or raise `binding_steps`"
    related = Also("up_to", "{binding_steps:step} by default, or here")


class HeldOutUnread(Problem):
    """Drawings are held out for validation, and the condition looks at the test drawings.

    What is decided on the test drawings is no longer measured by them. Ask for
    `validation_accuracy`, or hold no drawings out for it.

    Wrong:
        data:
          omniglot: {classes: 100, validation_drawings: 5}
        curriculum:
          growing: {start: 20, add: 10, when: test_accuracy >= 0.5}

    Right:
        data:
          omniglot: {classes: 100, validation_drawings: 5}
        curriculum:
          growing: {start: 20, add: 10, when: validation_accuracy >= 0.5}
    """

    code = "HEB714"
    severity = Severity.WARNING
    metric: str
    instead: str | None
    held_out: Second = At(("data", "validation_drawings"))

    title = "the condition looks at the test drawings: {metric!q}"
    label = "decides on what it is judged by"

    @property
    def hint(self) -> str | None:
        return None if self.instead is None else f"did you mean {quoted(self.instead)}?"

    related = Also("held_out", "held out for such conditions")
