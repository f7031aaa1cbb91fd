"""Names and metrics in claims and conditions, against the variants and what their runs give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Second
from hebbdsl.diagnostics.typos import Unknown
from hebbdsl.diagnostics.wording import entry, quoted
from hebbdsl.expression.condition import Condition
from hebbdsl.expression.errors import ExpressionError
from hebbdsl.expression.metric import Metric
from hebbdsl.expression.metrics import EVALUATION_METRICS, run_metric
from hebbdsl.expression.nodes import MetricOf, metrics_of
from hebbdsl.expression.parsing import parse_expression
from hebbdsl.parts.part import Part
from hebbdsl.source import Span
from hebbdsl.spec.checked import Draft, Path
from hebbdsl.spec.experiment import IMAGES_EVALUATED_EVERY
from hebbdsl.spec.origins import resolve
from hebbdsl.spec.types import ExpressionOf, PartOf, fields_holding
from hebbdsl.syntax.tree import Scalar
from hebbdsl.vocabulary import word_of


def baseline_problems(name: str, place: Span, variants: tuple[str, ...]) -> Iterator[Problem]:
    if name not in variants:
        yield UnknownVariant(place=place, written=name, known=variants)


def claim_problems(scalar: Scalar, drafts: Mapping[str, Draft]) -> Iterator[Problem]:
    """What is wrong with the names in a claim, be its types right or not."""
    try:
        expression = parse_expression(scalar.text)
    except ExpressionError:
        return  # said when it was read
    for metric in metrics_of(expression):
        if metric.variant is None:
            continue
        if metric.variant not in drafts:
            place = scalar.part(metric.variant_extent.start, metric.variant_extent.end)
            known = tuple(drafts)
            yield UnknownVariant(place=place, written=metric.variant, known=known)
            continue
        start = metric.extent.start
        place = scalar.part(start, start + len(metric.name))
        yield from _metric_problems(metric, place, drafts[metric.variant])


def _metric_problems(metric: MetricOf, place: Span, draft: Draft) -> Iterator[Problem]:
    found = run_metric(metric.name)
    if found is None:
        return
    declared, age = found
    lacking = [resolve(p, draft.origins) for p in _lacking(declared, metric.name, place, draft)]
    yield from lacking
    if not lacking and declared.needs == "levels" and (classes := _of_one_level(draft)):
        yield NothingAdded(place=place, metric=metric.name, variant=draft.name, classes=classes)
        return
    training = draft.sections.training
    if age is not None and training is not None and not lacking:
        every, clock = training.evaluate_every or IMAGES_EVALUATED_EVERY, _clock(draft)
        up_to = training.binding_steps
        if age > up_to or not _is_age(age, every, clock, draft):
            yield AgeNotSeen(
                place=place,
                metric=metric.name,
                variant=draft.name,
                every=every,
                up_to=up_to,
                clock=clock,
            )


def _clock(draft: Draft) -> int | None:
    """Steps after which the next classes come, learnt or not; None: there is no clock."""
    curriculum = draft.sections.curriculum
    return None if curriculum is None else curriculum.level_limits(2)[0]


def _is_age(age: int, every: int, clock: int | None, draft: Draft) -> bool:
    """Whether some cohort can be evaluated at that age: every so many steps of each level that it
    has lived in, and at the end of each."""
    if clock is None:
        return age > 0 and age % every == 0
    if draft.sections.curriculum is not None and draft.sections.curriculum.passes is None:
        return age > 0 and age % clock % every == 0
    return age > 0 and any((age - past) % every == 0 for past in range(0, age + 1, clock))


def _lacking(declared: Metric, name: str, place: Span | At, draft: Draft) -> Iterator[Problem]:
    """What keeps a metric from having a value in any run of the variant."""
    curriculum, data = draft.sections.curriculum, draft.sections.data
    if data is not None and declared.of not in (None, data.task):
        yield OfOtherData(
            place=place,
            metric=name,
            variant=draft.name,
            of=declared.of.holds if declared.of else "",
            data=word_of(data),
        )
        return
    if curriculum is not None and declared.needs and declared.needs not in curriculum.provides():
        yield NotProduced(
            place=place,
            metric=name,
            variant=draft.name,
            curriculum=word_of(curriculum),
            needs=declared.needs,
        )
    if data is not None and declared.split and declared.split not in data.splits():
        field = data.validation_field
        where = At(("data",) if field is None else ("data", field))
        yield NothingHeldOut(place=place, metric=name, field=field, held_out=where)


def _of_one_level(draft: Draft) -> int:
    """How many classes are in play from start to end; 0: some are added, or it can't be told."""
    data, curriculum = draft.sections.data, draft.sections.curriculum
    if data is None or curriculum is None or any(data.errors()):
        return 0
    levels = data.facts().levels(curriculum)
    return levels[0] if len(levels) == 1 else 0


def condition_problems(drafts: tuple[Draft, ...]) -> Iterator[Problem]:
    """Conditions over metrics that runs of their own variant never have."""
    asked: set[tuple[int, int]] = set()
    for draft in drafts:
        curriculum, data = draft.sections.curriculum, draft.sections.data
        if curriculum is None or (id(curriculum), id(data)) in asked:
            continue  # variants share what they leave alone
        asked.add((id(curriculum), id(data)))
        for path, condition in conditions_of(curriculum, ("curriculum",)):
            for name in condition.metrics:
                for problem in _lacking(EVALUATION_METRICS[name], name, At(path), draft):
                    yield resolve(problem, draft.origins)


def conditions_of(value: object, path: Path) -> Iterator[tuple[Path, Condition]]:
    if isinstance(value, Condition):
        yield path, value
    elif isinstance(value, Part):
        for name in fields_holding(type(value), ExpressionOf, PartOf):
            yield from conditions_of(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from conditions_of(item, (*path, index))


class UnknownVariant(Unknown):
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
    title = "there is no variant {written!q}"
    label = "unknown variant"
    takes = "variants here: {known:and}"


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
            "finish": "it needs a condition that ends the run: `growing` with `when`, or `fixed`"
            " with `until`",
        }
        return reasons.get(self.needs)


class OfOtherData(Problem):
    """A claim or condition speaks of a metric of images where a text is learnt, or the reverse.

    Accuracies, levels and steps to finish are of images; perplexities of texts.

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

    Added classes are looked at every `evaluate_every` steps of a level, and at its end where a
    clock ends it, up to `binding_steps`.

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
    clock: int | None = None

    title = "no evaluation of {variant!q} is taken for {metric!q}"

    @property
    def label(self) -> str:
        ages = f"{self.every}, {2 * self.every}, …"
        if self.clock is not None:
            before = [age for age in (self.every, 2 * self.every) if age < self.clock]
            ages = ", ".join(map(str, (*before, self.clock, "…")))
        return f"ages: {ages} up to {self.up_to}"

    @property
    def hint(self) -> str:
        if self.clock is not None:
            return (
                "a level is evaluated each `evaluate_every` steps and when its clock ends it, and"
                " its classes are followed for `binding_steps`"
            )
        return "ages are multiples of `evaluate_every`, at most `binding_steps`"


class NothingHeldOut(Problem):
    """A claim or condition speaks of validation examples, and the data holds none out.

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
    field: str | None
    """Of the data, that holds some out."""
    held_out: Second

    title = "{metric!q} needs examples held out for validation"
    label = "has no value in any run"

    @property
    def hint(self) -> str | None:
        if self.field is None:
            return None
        return f"hold some out, for example {quoted(entry(f'data.{self.field}', '5', self.place))}"

    related = Also("held_out", "none is held out here")


class NothingAdded(Problem):
    """A claim speaks of classes that were added, where none ever are.

    A curriculum that starts with all classes of the data has one level, and `newest_accuracy@k` has
    no value in any of its runs. Start with fewer classes, or claim something else.

    Wrong:
        curriculum:
          growing: {start: 100, add: 10, when: test_accuracy >= 0.5}
        claims:
          - newest_accuracy@10(main) > 0.3

    Right:
        curriculum:
          growing: {start: 50, add: 10, when: test_accuracy >= 0.5}
        claims:
          - newest_accuracy@10(main) > 0.3
    """

    code = "HEB412"
    metric: str
    variant: str
    classes: int

    title = "{metric!q} needs classes that are added, and {variant!q} adds none"
    label = "has no value in any run"
    hint = "all {classes:_} classes are in play from the start: start with fewer"
