"""What does not fit together in a variant, though each part is right by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.expression.metrics import Split
from hebbdsl.parts.classification import CharacterSet, ClassificationModel
from hebbdsl.parts.language import Corpus
from hebbdsl.parts.models.language_model import LanguageModel
from hebbdsl.parts.part import Adaptation, Dataset, Model, Output
from hebbdsl.plan.nested import directly_inside, nested_outputs
from hebbdsl.plan.problems import (
    NoEnd,
    NothingToTie,
    OnOtherData,
    PicturesNeed,
    ReadsOther,
    StreamsTooShort,
    TextTakesNoCurriculum,
    TiedWidths,
    UnfitSubstitute,
)
from hebbdsl.plan.test_time_problems import (
    CannotAdapt,
    EntropyUnknown,
    LearnsAtTest,
    NoArticles,
    NothingAdapted,
    NothingLearns,
    NothingToTuneOn,
    TrainedInTraining,
    TunedInTraining,
)
from hebbdsl.spec.checked import Draft, Sections
from hebbdsl.spec.experiment import Training
from hebbdsl.spec.origins import resolve, span_of
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
    if data is None or any(data.refusals()):
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
    if model is not None and model.reads != data.holds:
        yield ReadsOther(
            place=At(("model",)),
            model=word_of(model),
            reads=model.reads,
            data=word_of(data),
            holds=data.holds,
            known=tuple(_readers(data.holds)),
        )
    yield from _at_test(sections, data)
    if isinstance(data, Corpus):
        yield from _of_words(sections, data)
    else:
        assert isinstance(data, CharacterSet), "data is one or the other"
        yield from _of_pictures(sections, data)


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
    if data.holds == "text":
        yield from _entropies_unknown(sections)
    if evaluation is None:
        return
    for path, part in nested_outputs(evaluation.output, ("evaluation", "output")):
        if part.learns:
            yield LearnsAtTest(place=At(path), output=word_of(part))
        for field in part.tunes():
            if "validation" not in data.splits():
                yield NothingToTuneOn(place=At((*path, field)), data=word_of(data))
    if evaluation.boundary == "articles" and not (isinstance(data, Corpus) and data.tells_articles):
        yield NoArticles(place=At(("evaluation", "boundary")), data=word_of(data))
    adaptation = evaluation.adaptation
    if adaptation is not None:
        why = None
        instead: tuple[str, ...] = ()
        if data.holds != "text" and not adaptation.takes_pictures:
            why = "it learns from labelled test data that has passed, and of pictures none passes"
            instead = tuple(_adapts_to_pictures())
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


def _adapts_to_pictures() -> Iterator[str]:
    for word, cls in words_of(Adaptation).items():
        if issubclass(cls, Adaptation) and cls.takes_pictures:
            yield word


def _entropies_unknown(sections: Sections) -> Iterator[Problem]:
    """Experts of a text that are asked how unsure they are, and can't say it."""
    evaluation = sections.evaluation
    adaptation = None if evaluation is None else evaluation.adaptation
    added = None if evaluation is None else evaluation.output
    for root, at in ((sections.output, ("output",)), (added, ("evaluation", "output"))):
        for path, part in nested_outputs(root, at):
            if not part.needs_entropies:
                continue
            for place, expert in directly_inside(part, path):
                trained = expert if sections.output is None else sections.output
                changes = adaptation if expert.is_trained else None
                if changes is not None and changes.needs_rows:
                    yield EntropyUnknown(
                        place=At(place),
                        expert=word_of(expert),
                        adaptation=word_of(changes),
                    )
                elif not (trained if expert.is_trained else expert).predicts_text:
                    yield EntropyUnknown(place=At(place), expert=word_of(expert), adaptation=None)


def _readers(holds: str) -> Iterator[str]:
    for word, cls in words_of(Model).items():
        if issubclass(cls, Model) and cls.reads == holds:
            yield word


def _of_pictures(sections: Sections, data: CharacterSet) -> Iterator[Problem]:
    facts, word = data.facts(), word_of(data)
    if isinstance(sections.model, ClassificationModel):
        yield from sections.model.shape_problems(facts.image)
    if sections.no_curriculum:
        yield PicturesNeed(place=DATA, field="curriculum", data=word)
    elif sections.curriculum is not None:
        # Without a training section a batch of one asks for no more than the curriculum does.
        batch_size = sections.training.batch_size if sections.training is not None else 1
        yield from sections.curriculum.data_problems(facts, batch_size)
    if sections.training is not None and sections.training.steps is None:
        yield PicturesNeed(place=At.field("training"), field="steps", data=word)


def _of_words(sections: Sections, data: Corpus) -> Iterator[Problem]:
    model, output, training = sections.model, sections.output, sections.training
    if sections.curriculum is not None:
        word = word_of(sections.curriculum)
        yield TextTakesNoCurriculum(
            place=At.field("curriculum"), curriculum=word, data=word_of(data)
        )
    if isinstance(model, LanguageModel) and model.tied and output is not None:
        yield from _of_tied(model, output)
    if training is None:
        return
    if training.steps is None and training.epochs is None:
        yield NoEnd(place=At.field("training"))
    yield from text_problems(training, data.facts().tokens)


def _of_tied(model: LanguageModel, output: Output) -> Iterator[Problem]:
    rows, own = output.row_width(model.activation_width), output.row_width_field
    if rows is None:
        yield NothingToTie(
            place=At(("model", "tied")), model=word_of(model), output=word_of(output)
        )
    elif rows != model.embedding_width:
        field = model.activation_width_field
        yield TiedWidths(
            place=At(("model", "embedding")),
            embedding=model.embedding_width,
            rows=rows,
            field=field if own is None else own,
            decides=At(("model", field) if own is None else ("output", own)),
            of_output=own is not None,
        )


def text_problems(training: Training, tokens: Mapping[Split, int]) -> Iterator[StreamsTooShort]:
    """What splits of that many tokens are too short for."""
    for split, count in tokens.items():
        field = "batch_size" if split == "train" else "evaluation_streams"
        streams: int = getattr(training, field)
        if split != "test" and count < 2 * streams:
            yield StreamsTooShort(
                place=At.field("training", field), streams=streams, tokens=count, split=split
            )
        elif split == "train" and count // streams <= training.sequence_length:
            yield StreamsTooShort(
                place=At.field("training", "sequence_length"),
                streams=streams,
                tokens=count,
                split=split,
                sequence=training.sequence_length,
            )
