"""Classification: what a variant will cost that learns labelled examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Self

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.diagnostics.wording import number_of, quoted
from hebbdsl.frozen import frozen
from hebbdsl.parts.classification import (
    ClassificationDataset,
    ClassificationFacts,
    ClassificationModel,
    Shape,
    facts_of,
)
from hebbdsl.parts.exposure import Counts, Exposure
from hebbdsl.parts.part import Curriculum, Dataset, Facts, Model
from hebbdsl.plan.checks import ReadsOther
from hebbdsl.plan.plan import VariantPlan
from hebbdsl.plan.sizes import memory_of, output_layers
from hebbdsl.spec.checked import Sections
from hebbdsl.spec.experiment import IMAGES_EVALUATED_EVERY, Setup
from hebbdsl.vocabulary import usable_words, word_of

if TYPE_CHECKING:
    from hebbdsl.parts.neighbour_search import Shown


@frozen(kw_only=True)
class ClassificationPlan(VariantPlan):
    """Of a variant that learns labelled examples."""

    facts: ClassificationFacts
    data: ClassificationDataset
    model: ClassificationModel
    curriculum: Curriculum
    steps: int
    evaluate_every: int

    @classmethod
    def of(cls, setup: Setup, facts: Facts) -> Self:
        data, model, curriculum, training = (
            setup.data,
            setup.model,
            setup.curriculum,
            setup.training,
        )
        assert isinstance(data, ClassificationDataset), data
        assert isinstance(model, ClassificationModel), "stage 4 refuses others"
        assert isinstance(facts, ClassificationFacts), facts
        assert curriculum is not None, "stage 4 asks for one"
        assert training.steps is not None, "stage 4 asks for them"
        layers = model.layers(facts.shape)
        rows = output_layers(setup.output, model.features, facts.classes)
        levels = curriculum.levels(facts.classes)
        limits = [limit for limit in curriculum.level_limits(len(levels)) if limit is not None]
        whole = sum(limits) if len(limits) == len(levels) else training.steps
        steps = min(training.steps, whole)
        return cls(
            setup=setup,
            facts=facts,
            data=data,
            model=model,
            curriculum=curriculum,
            model_layers=layers,
            output_layers=rows,
            levels=levels,
            memory=memory_of(setup, (*layers, *rows), facts, steps),
            steps=steps,
            evaluate_every=min([training.evaluate_every or IMAGES_EVALUATED_EVERY, *limits]),
        )

    @property
    def evaluations(self) -> int:
        """The most that a run can have: one every so many steps of a level, and one at its end."""
        left, found = self.steps, 0
        for limit in self.level_limits[:-1]:
            if limit is None or limit > left:
                break
            left -= limit
            found += -(-limit // self.evaluate_every)
        return found - (-left // self.evaluate_every)

    @staticmethod
    def problems(sections: Sections, data: Dataset) -> Iterator[Problem]:
        facts, word = facts_of(data), word_of(data)
        if isinstance(sections.model, ClassificationModel):
            if sections.model.dimensions in (None, len(facts.shape)):
                yield from sections.model.shape_problems(facts.shape)
            else:
                yield _unread(sections.model, facts.shape, word)
        if sections.no_curriculum:
            yield ImagesNeed(place=At.field("data"), field="curriculum", data=word)
        elif sections.curriculum is not None:
            # Without a training section a batch of one asks for no more than the curriculum does.
            batch_size = sections.training.batch_size if sections.training is not None else 1
            yield from sections.curriculum.data_problems(facts, batch_size)
        if sections.training is not None and sections.training.steps is None:
            yield ImagesNeed(place=At.field("training"), field="steps", data=word)

    def exposure(self) -> Exposure:
        setup, training = self.setup, self.setup.training
        return Exposure(
            steps=self.steps,
            batch_size=training.batch_size,
            evaluate_every=self.evaluate_every,
            levels=self.levels,
            train=self.facts.train,
            newest_drawn=self.curriculum.newest_drawn(training.batch_size),
            examples_at_test=self.facts.examples_at_test,
            dropout=setup.model.activation_dropout,
            moments=training.optimizer.state_per_parameter,
        )

    def shown_in_training(self, remembers_train: bool) -> Shown:
        from hebbdsl.parts.neighbour_search import Shown

        pairs = self.targets_trained
        tested = self.evaluations * self.facts.held_out(self.setup.training.evaluation_classes)
        return Shown(pairs, pairs + tested, pairs * pairs // 2 + tested * pairs // 2)

    def summary(self) -> Iterator[tuple[str, str]]:
        facts, training = self.facts, self.setup.training
        yield (
            "data",
            f"{word_of(self.data)}: {facts.classes:,} of {facts.available:,} classes,"
            f" {_split(facts)},"
            f" {_spelt(facts.shape)}",
        )
        if (substitute := self.data.substitute()) is not None:
            other = facts_of(substitute)
            yield (
                "",
                f"when it can't be had, {word_of(substitute)}: {other.classes:,} of"
                f" {other.available:,} classes",
            )
        yield ("curriculum", f"{word_of(self.curriculum)}: {levels_in_words(self.levels)}")
        for line in self._timeline():
            yield ("", line)
        most = "at most " if self.condition is not None or None in self.level_limits else ""
        yield (
            "training",
            f"{most}{self.steps:,} steps of {training.batch_size:,} examples,"
            f" {most}{self.evaluations:,} evaluations",
        )

    def _timeline(self) -> Iterator[str]:
        """What ends a level, and when the last one can begin and end."""
        condition, last = self.condition, len(self.levels) - 1
        if condition is not None:
            yield f"passed when {condition.text}"
        if last and (latest := self.latest(last)) is not None:
            by = "" if condition is None else " at the latest"
            said = f"the next classes after {self.level_limits[0]:,} steps of a level{by}"
            ends = f"; a run has only {self.steps:,}" if latest >= self.steps else ""
            yield f"{said}, the last after {latest:,}{ends}"
        if (least := self.cannot_finish_before) is not None:
            yield f"cannot finish before step {least:,}"


def _split(facts: ClassificationFacts) -> str:
    """Examples of a class by what they are for."""
    train, validation, test = map(_number, (facts.train, facts.validation, facts.test))
    if not facts.validation:
        return f"{train} + {test} examples each to train and test on"
    return f"{train} + {validation} + {test} examples each to train, validate and test on"


def _number(counts: Counts) -> str:
    return str(counts) if isinstance(counts, int) else f"{min(counts)} to {max(counts)}"


def _spelt(shape: Shape) -> str:
    return "×".join(map(str, shape)) if len(shape) > 1 else f"{shape[0]:,} features"


def _unread(model: ClassificationModel, shape: Shape, data: str) -> Problem:
    """The model reads examples of so many dimensions, and the data has others."""
    dimensions = len(shape)
    return ReadsOther(
        place=At(("model",)),
        model=word_of(model),
        reads=f"examples of {number_of(model.dimensions or 0, 'dimension')}",
        data=data,
        holds=f"examples of {number_of(dimensions, 'dimension')}",
        known=tuple(
            word
            for word, cls in usable_words(Model).items()
            if issubclass(cls, ClassificationModel) and cls.dimensions in (None, dimensions)
        ),
    )


def levels_in_words(levels: Sequence[int]) -> str:
    """For example `18 levels: 30, 40, … 200 classes`."""
    if len(levels) == 1:
        return f"1 level of {levels[0]:,} classes"
    shown = [f"{level:,}" for level in levels]
    if len(levels) > 4:
        even = len({after - before for before, after in pairwise(levels[:-1])}) == 1
        shown = [*shown[: 2 if even else 3], f"… {shown[-1]}"]
    return f"{len(levels)} levels: {', '.join(shown)} classes"


class ImagesNeed(Problem):
    """Labelled examples are learnt with a curriculum, for a number of steps.

    Both may be left out only where a text is learnt: all its words are in play, and `epochs` says
    how often it is read.

    Wrong:
        curriculum: null

    Right:
        curriculum: fixed
    """

    code = "HEB414"
    field: str
    data: str

    title = "{data!q} holds labelled examples, which are not learnt without {_named}"
    label = "needs {_named}"

    @property
    def hint(self) -> str:
        if self.field == "curriculum":
            return "write `curriculum: fixed` for all classes from the start"
        return "write for example `steps: 2_000`"

    @property
    def _named(self) -> str:
        return quoted(self.field if self.field == "curriculum" else f"training.{self.field}")
