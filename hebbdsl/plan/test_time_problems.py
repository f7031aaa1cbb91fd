"""Problems of what `evaluation` adds to a trained model."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.wording import listed, quoted


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

    title = "{data!q} has no validation split here, so that nothing can be tuned"
    label = "is to be tuned"
    hint = "set `validation_drawings`, or give values: the test split decides nothing"


class CannotAdapt(Problem):
    """An adaptation is declared where it has nothing to work on.

    `dynamic_evaluation` learns from the words of a held-out text that were scored: of pictures
    there is no such stream of labelled test data. `mbpa` works on both, pictures being asked of the
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


class EntropyUnknown(Problem):
    """Weights by entropy ask an expert what it can't say of a held-out text.

    The entropy at a word takes the probabilities of all words there, asked for once, while the text
    is read. `trained` says its own where it is an expert itself; deep in a mixture of its own, or
    with rows that `mbpa` changes for each word, it is asked of the word that stands there alone. On
    pictures there is no such limit.

    Wrong:
        data: stdlib_docs
        model: lstm
        curriculum: null
        output: softmax
        evaluation:
          output:
            mixture: {experts: [{mixture: {experts: [trained, cache]}}, cache], weights: entropy}

    Right:
        data: stdlib_docs
        model: lstm
        curriculum: null
        output: softmax
        evaluation:
          output:
            mixture: {experts: [{mixture: {experts: [trained, cache], weights: entropy}}, cache]}
    """

    code = "HEB443"
    expert: str
    adaptation: str | None
    """What keeps `trained` from saying it; None: the expert itself does."""

    @property
    def title(self) -> str:
        said = f"the entropy of {quoted(self.expert)} is not known on a text"
        return said if self.adaptation is None else f"{said} with {quoted(self.adaptation)}"

    label = "can't be weighted by it"

    @property
    def hint(self) -> str:
        if self.expert == "mixture":
            return "give its experts to the outer mixture, or use other weights"
        return "use other weights: `tuned`, or numbers"


class NoArticles(Problem):
    """Memories are to be cleared where articles begin, and the data does not tell where they do.

    Titles are found in `wikitext`. Other corpora are read as one text, and pictures as none.

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
