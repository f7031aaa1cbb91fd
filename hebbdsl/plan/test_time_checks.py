"""What can't be added to a trained model, and what only `evaluation` may add."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.diagnostics.wording import listed, quoted
from hebbdsl.parts.part import Adaptation, Dataset
from hebbdsl.plan.nested import directly_inside, nested_outputs
from hebbdsl.spec.checked import Sections
from hebbdsl.vocabulary import usable_words, word_of


def test_time_problems(sections: Sections, data: Dataset) -> Iterator[Problem]:
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
                yield NothingToTuneOn(
                    place=At((*path, field)), data=word_of(data), field=data.validation_field
                )
    if evaluation.boundary == "articles" and not data.has_article_boundaries:
        yield NoArticles(place=At(("evaluation", "boundary")), data=word_of(data))
    adaptation = evaluation.adaptation
    if adaptation is not None:
        why = None
        instead: tuple[str, ...] = ()
        if not adaptation.suits(data.task):
            why = "it learns from labelled test data that has passed, and of images none passes"
            instead = tuple(
                word for word, cls in usable_words(Adaptation).items() if cls.suits(data.task)
            )
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


class TrainedInTraining(Problem):
    """`trained` stands in the output that is to be trained.

    It is the output as training left it, which there is only under `evaluation`.

    Wrong:
        output: {mixture: {experts: [trained, cache]}}

    Right:
        output: softmax
        evaluation:
          output: {mixture: {experts: [trained, cache]}}
    """

    code = "HEB433"
    title = "`trained` is nothing that can be trained"
    label = "only under `evaluation`"
    hint = "name an output here; `evaluation.output` adds to it once it is trained"


class LearnsAtTest(Problem):
    """An output with weights of its own is added to a trained model, which would never train them.

    Under `evaluation` stand `trained`, memories (`cache`) and mixtures of them with weights that
    are constant, tuned or taken from entropies.

    Wrong:
        evaluation:
          output: {mixture: {experts: [softmax, cache]}}

    Right:
        evaluation:
          output: {mixture: {experts: [trained, cache]}}
    """

    code = "HEB434"
    output: str

    title = "{output!q} has weights that nothing trains under `evaluation`"
    label = "would predict with random weights"

    @property
    def hint(self) -> str:
        if self.output == "mixture":
            return "use `weights: tuned`, or train the mixture: declare it under `output`"
        return f"write `trained`, and {quoted(self.output)} under `output`, where it is trained"


class TunedInTraining(Problem):
    """A field of the trained output is to be searched on validation, which comes after training.

    Wrong:
        output:
          cache: {theta: tuned}

    Right:
        evaluation:
          output:
            mixture: {experts: [trained, {cache: {theta: tuned}}]}
        data: stdlib_docs
        model: lstm
        curriculum: null
        output: softmax
    """

    code = "HEB435"
    field: str
    output: str

    title = "{field!q} of {output!q} can't be tuned while it is trained"
    label = "tuned under `evaluation` alone"
    hint = "give it a value, or add the output under `evaluation`"


class NothingToTuneOn(Problem):
    """Something is to be tuned, and the data has no validation split to tune it on.

    The test split is never used for decisions.

    Wrong:
        output: softmax
        evaluation:
          output:
            mixture: {experts: [trained, cache], weights: tuned}

    Right:
        output: softmax
        data:
          omniglot: {validation_drawings: 5}
        curriculum:
          growing: {when: validation_accuracy >= 0.6}
        evaluation:
          output:
            mixture: {experts: [trained, cache], weights: tuned}
    """

    code = "HEB436"
    data: str
    field: str | None
    """Of the data, that holds some out."""

    title = "{data!q} has no validation split here, so that nothing can be tuned"
    label = "is to be tuned"

    @property
    def hint(self) -> str:
        hold_out = "" if self.field is None else f"set {quoted(self.field)}, or "
        return f"{hold_out}give values: the test split decides nothing"


class CannotAdapt(Problem):
    """An adaptation is declared where it has nothing to work on.

    `dynamic_evaluation` learns from the words of a held-out text that were scored: of images
    there is no such stream of labelled test data. `mbpa` works on both, images being asked of the
    training drawings. It changes rows, and needs an output that has them (`softmax`, `hebbian`).

    Wrong:
        output: softmax
        evaluation:
          adaptation: dynamic_evaluation

    Right:
        output: softmax
        evaluation:
          adaptation: mbpa
    """

    code = "HEB437"
    adaptation: str
    why: str
    instead: tuple[str, ...] = ()

    title = "{adaptation!q} can't be used here: {why}"
    label = "has nothing to work on"

    @property
    def hint(self) -> str:
        if self.instead:
            words = listed(self.instead)
            return f"use {words}, which learns from the training drawings, or leave it out"
        return "leave it out (`adaptation: null`), or declare what it needs"


class NothingLearns(Problem):
    """The output gives all classes the same probability whatever the activation is.

    A `cache` whose `uniform` is 1 spreads everything evenly; alone, or as all that is heard of a
    mixture, it has no gradient, and no weight of the run would ever change.

    Wrong:
        output:
          cache: {uniform: 1}

    Right:
        output:
          cache: {uniform: 0.001}
    """

    code = "HEB442"
    output: str

    title = "nothing can be learnt with this {output!q}"
    label = "gives every class the same probability"
    hint = "give the memory a `uniform` below 1, or add an output that learns"


class NoArticles(Problem):
    """Memories are to be cleared where articles begin, and the data does not tell where they do.

    Titles are found in `wikitext`. Other corpora are read as one text, and images as none.

    Wrong:
        data: stdlib_docs
        model: lstm
        curriculum: null
        output: softmax
        evaluation:
          output: {mixture: {experts: [trained, cache]}}
          boundary: articles

    Right:
        data: wikitext
        model: lstm
        curriculum: null
        output: softmax
        evaluation:
          output: {mixture: {experts: [trained, cache]}}
          boundary: articles
    """

    code = "HEB445"
    data: str

    title = "{data!q} does not tell where articles begin"
    label = "memories can't be cleared there"
    hint = "leave `boundary` out: memories are cleared where each held-out text begins"


class NothingAdapted(Problem):
    """Rows are to be adapted to each word, and what predicts does not ask them.

    `mbpa` changes the trained output's rows. An `evaluation.output` without `trained` never reads
    them.

    Wrong:
        data: stdlib_docs
        model: lstm
        curriculum: null
        output: softmax
        evaluation: {output: cache, adaptation: mbpa}

    Right:
        data: stdlib_docs
        model: lstm
        curriculum: null
        output: softmax
        evaluation: {output: {mixture: {experts: [trained, cache]}}, adaptation: mbpa}
    """

    code = "HEB447"
    adaptation: str
    output: str

    title = "{adaptation!q} has no effect: {output!q} does not ask `trained`"
    label = "changes rows that nothing asks"
    hint = "add `trained` to `evaluation.output`, or leave the adaptation out"
