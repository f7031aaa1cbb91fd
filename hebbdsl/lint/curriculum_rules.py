"""Levels, conditions and evaluations, beside the length of a run."""

from __future__ import annotations

from collections.abc import Iterator

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Second, Severity
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.expression.intervals import truth_of
from hebbdsl.expression.metrics import EVALUATION_METRICS
from hebbdsl.expression.nodes import metrics_of
from hebbdsl.lint.metric_limits import during, in_words
from hebbdsl.lint.places import in_any_use, in_every_use
from hebbdsl.plan.plan import Plan, VariantPlan
from hebbdsl.spec.checked import Path
from hebbdsl.spec.metric_checks import conditions_of

Found = Iterator[tuple[Path, Problem]]


def cannot_finish(plan: Plan) -> Iterator[Problem]:
    """HEB710: more levels than evaluations."""

    def ask(variant: VariantPlan) -> Found:
        levels, steps, every = len(variant.levels), variant.steps, variant.evaluate_every
        if variant.condition is None or steps is None or every is None:
            return
        if (levels - 1) * every >= steps:
            yield (
                (),
                CannotFinish(
                    place=At.field("training", "steps"),
                    variant=_name(plan, variant),
                    levels=levels,
                    evaluations=-(-steps // every),
                    evaluate_every=every,
                ),
            )

    yield from in_any_use(plan, ask)


def classes_never_come(plan: Plan) -> Iterator[Problem]:
    """HEB760: by the clock, the last classes come when the run has ended."""

    def ask(variant: VariantPlan) -> Found:
        levels, steps = variant.levels, variant.steps
        begins = variant.earliest(len(levels) - 1)
        if variant.condition is None and steps is not None and begins and begins >= steps:
            reached = [variant.earliest(level) or 0 for level in range(len(levels))]
            yield (
                (),
                ClassesNeverCome(
                    place=At.field("training", "steps"),
                    variant=_name(plan, variant),
                    steps=steps,
                    classes=levels[-1],
                    reached=max(c for c, at in zip(levels, reached, strict=True) if at < steps),
                    begins=begins,
                ),
            )

    yield from in_any_use(plan, ask)


def constant_conditions(plan: Plan) -> Iterator[Problem]:
    """HEB711: a condition that no run can meet, or none can miss."""
    yield from in_any_use(plan, _foregone)


def binding_unseen(plan: Plan) -> Iterator[Problem]:
    """HEB712: added classes are never looked at in time."""
    yield from in_every_use(plan, _unseen)


def validation_unused(plan: Plan) -> Iterator[Problem]:
    """HEB714: validation examples are held out, and test examples decide."""
    yield from in_any_use(plan, _unread)


def _name(plan: Plan, variant: VariantPlan) -> str:
    return next(name for name, other in plan.variants.items() if other is variant)


def _foregone(variant: VariantPlan) -> Found:
    for path, condition in conditions_of(variant.setup.curriculum, ("curriculum",)):
        verdict = truth_of(condition.expression, during)
        if verdict is not None:
            limits = ((metric, during(metric)) for metric in metrics_of(condition.expression))
            yield (
                (),
                ConstantCondition(
                    place=At(path),
                    condition=condition.text,
                    verdict=verdict,
                    ranges=in_words(limits),
                ),
            )


def _unseen(variant: VariantPlan) -> Found:
    every, steps = variant.evaluate_every, variant.setup.training.binding_steps
    if len(variant.levels) > 1 and every is not None and every > steps:
        yield (
            (),
            BindingUnseen(
                place=At.field("training", "evaluate_every"),
                every=every,
                binding_steps=steps,
            ),
        )


def _unread(variant: VariantPlan) -> Found:
    if "validation" not in variant.setup.data.splits():
        return
    for path, condition in conditions_of(variant.setup.curriculum, ("curriculum",)):
        splits = {EVALUATION_METRICS[name].split: name for name in condition.metrics}
        if "test" in splits and "validation" not in splits:
            metric = splits["test"]
            instead = metric.replace("test_", "validation_")
            if instead == metric:
                instead = metric.replace("newest_", "newest_validation_")
            known = instead if instead in EVALUATION_METRICS else None
            yield (), ValidationUnused(place=At(path), metric=metric, instead=known)


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


class ClassesNeverCome(Problem):
    """Classes come by the clock, and the run ends before the last of them do.

    Level n begins after n times `every` steps. Train for more steps, let classes come faster or
    more at a time, or let fewer take part.

    Wrong:
        curriculum:
          growing: {start: 20, add: 10, every: 25}
        training: {optimizer: adam, steps: 100}

    Right:
        curriculum:
          growing: {start: 20, add: 10, every: 25}
        training: {optimizer: adam, steps: 1_000}
    """

    code = "HEB760"
    severity = Severity.WARNING
    variant: str
    steps: int
    classes: int
    reached: int
    begins: int
    every: Second = At.field("curriculum", "every")

    title = "runs of {variant!q} end with {reached:_} of {classes:_} classes in play"
    label = "more than {begins:_} bring in all"
    hint = "train for more steps, lower `every`, or add more classes at a time"
    related = Also("every", "steps of a level")


class ConstantCondition(Problem):
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


class ValidationUnused(Problem):
    """Examples are held out for validation, and the condition looks at the test examples.

    What is decided on the test examples is no longer measured by them. Ask for
    `validation_accuracy`, or hold no examples out for it.

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

    title = "the condition looks at the test examples: {metric!q}"
    label = "decides on what it is judged by"
    hint = "did you mean {instead!q}?"

    related = Also("held_out", "held out for such conditions")
