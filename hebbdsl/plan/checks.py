"""What does not fit together in a variant, though each part is right by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.parts.part import Adaptation, Dataset, Model, Part
from hebbdsl.plan.nested import directly_inside, nested_outputs
from hebbdsl.plan.problems import OnOtherData, ReadsOther, UnfitSubstitute
from hebbdsl.plan.test_time_problems import (
    CannotAdapt,
    LearnsAtTest,
    NoArticles,
    NothingAdapted,
    NothingLearns,
    NothingToTuneOn,
    TrainedInTraining,
    TunedInTraining,
)
from hebbdsl.spec.checked import Draft, Sections
from hebbdsl.spec.origins import resolve, span_of
from hebbdsl.tasks import Task
from hebbdsl.vocabulary import word_of, words_of

DATA = At.field("data")


def drafts_problems(drafts: Iterable[Draft]) -> Iterator[Problem]:
    """Everything that shapes, counts and the curriculum forbid, with the places where it stands.

    Sections that variants share, as written once, are set beside each other once.
    """
    asked: set[tuple[int, ...]] = set()
    for draft in drafts:
        one = draft.sections
        sections = one.data, one.model, one.output, one.curriculum, one.training, one.evaluation
        key = tuple(map(id, sections))
        if key not in asked:
            asked.add(key)
            yield from _draft_problems(draft)


def _draft_problems(draft: Draft) -> Iterator[Problem]:
    """Asks what can be asked of the sections that could be built.

    A data set that refuses its own fields has no facts, and is asked nothing.
    """
    data = draft.sections.data
    if data is None or any(data.errors()):
        return
    found = {problem: resolve(problem, draft.origins) for problem in _clashes(draft.sections, data)}
    yield from found.values()
    substitute = data.substitute()
    if substitute is None or substitute.facts() == data.facts():
        return
    codes = {problem.code for problem in found}
    for problem in _clashes(draft.sections, substitute):
        if problem.code not in codes:
            resolved = resolve(problem, draft.origins)
            yield UnfitSubstitute(
                place=resolved.place, substitute=word_of(substitute), found=resolved
            )


def across_problems(drafts: Sequence[Draft], baseline: str | None) -> Iterator[Problem]:
    """Variants whose runs could never stand in one table. `baseline` None: the first of them."""
    named = {draft.name: draft for draft in drafts}
    reference = named.get(baseline or next(iter(named), ""))
    if reference is None or (data := reference.sections.data) is None:
        return
    for draft in drafts:
        other = draft.sections.data
        if other is None or other.same_content(data):
            continue
        yield OnOtherData(
            place=span_of(DATA, draft.origins),
            variant=draft.name,
            word=word_of(other),
            baseline=reference.name,
            reference=word_of(data),
            first=span_of(DATA, reference.origins),
        )


def _clashes(sections: Sections, data: Dataset) -> Iterator[Problem]:
    model = sections.model
    if model is not None and not model.suits(data.task):
        yield ReadsOther(
            place=At(("model",)),
            model=word_of(model),
            reads=model.task.holds,
            data=word_of(data),
            holds=data.task.holds,
            known=tuple(_suiting(Model, data.task)),
        )
    yield from _at_test(sections, data)
    yield from data.task.plan_class.problems(sections, data)


def _at_test(sections: Sections, data: Dataset) -> Iterator[Problem]:
    """What `evaluation` adds that can't be added, and what only it may add."""
    output, evaluation = sections.output, sections.evaluation
    for path, part in nested_outputs(output, ("output",)):
        if part.is_trained:
            yield TrainedInTraining(place=At(path))
        for field in part.tunes():
            yield TunedInTraining(place=At((*path, field)), field=field, output=word_of(part))
        for place, expert in directly_inside(part, path):
            for problem in expert.errors_inside(part):
                inner = problem.place.path if isinstance(problem.place, At) else ()
                yield replace(problem, place=At((*place, *inner)))
    if output is not None and not output.passes_gradients:
        yield NothingLearns(place=At(("output",)), output=word_of(output))
    if evaluation is None:
        return
    for path, part in nested_outputs(evaluation.output, ("evaluation", "output")):
        if part.learns:
            yield LearnsAtTest(place=At(path), output=word_of(part))
        for field in part.tunes():
            if "validation" not in data.splits():
                yield NothingToTuneOn(place=At((*path, field)), data=word_of(data))
    if evaluation.boundary == "articles" and not data.tells_articles:
        yield NoArticles(place=At(("evaluation", "boundary")), data=word_of(data))
    adaptation = evaluation.adaptation
    if adaptation is not None:
        why = None
        instead: tuple[str, ...] = ()
        if not adaptation.suits(data.task):
            why = "it learns from labelled test data that has passed, and of pictures none passes"
            instead = tuple(_suiting(Adaptation, data.task))
        elif adaptation.needs_rows and output is not None and not output.adapts_rows:
            why = f"{quoted(word_of(output))} has no rows that a few steps could change"
        if why is not None:
            word = word_of(adaptation)
            yield CannotAdapt(
                place=At(("evaluation", "adaptation")), adaptation=word, why=why, instead=instead
            )
        asked = list(evaluation.outputs())
        if adaptation.needs_rows and asked and not any(part.is_trained for part in asked):
            yield NothingAdapted(
                place=At(("evaluation", "adaptation")),
                adaptation=word_of(adaptation),
                output=word_of(asked[0]),
            )


def _suiting(kind: type[Part], task: Task) -> Iterator[str]:
    """The words of a kind that are for a task, or for any."""
    return (word for word, cls in words_of(kind).items() if cls.suits(task))
