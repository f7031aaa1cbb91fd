"""Language: what a variant will cost that predicts the next token of a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Self

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.expression.metric import Split
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import MOST_STEPS
from hebbdsl.parts.exposure import Exposure, TextExposure
from hebbdsl.parts.language import Corpus, LanguageFacts
from hebbdsl.parts.models.language_model import LanguageModel
from hebbdsl.parts.neighbour_search import Shown
from hebbdsl.parts.part import Dataset, Facts, Output
from hebbdsl.plan.language_problems import (
    EntropyUnknown,
    NoEnd,
    NothingToTie,
    StreamsTooShort,
    TextTakesNoCurriculum,
    TiedWidths,
)
from hebbdsl.plan.nested import directly_inside, nested_outputs
from hebbdsl.plan.plan import VariantPlan
from hebbdsl.plan.sizes import memory_of, output_layers
from hebbdsl.spec.checked import Sections
from hebbdsl.spec.experiment import Setup, Training
from hebbdsl.vocabulary import word_of


@frozen(kw_only=True)
class LanguagePlan(VariantPlan):
    """Of a variant that learns a text. `epoch`: steps of one; None: not known."""

    facts: LanguageFacts
    data: Corpus
    model: LanguageModel
    epoch: int | None

    @classmethod
    def of(cls, setup: Setup, facts: Facts) -> Self:
        data, model, training = setup.data, setup.model, setup.training
        assert isinstance(data, Corpus), data
        assert isinstance(model, LanguageModel), "stage 4 refuses others"
        assert isinstance(facts, LanguageFacts), facts
        layers = model.layers(facts.vocabulary_size)
        rows = output_layers(setup.output, model.activation_width, facts.vocabulary_size)
        tokens = facts.tokens.get("train")
        epoch = None if tokens is None else training.steps_of_epoch(tokens)
        steps = training.steps
        if training.epochs is not None and epoch is not None:
            steps = min(steps or epoch * training.epochs, epoch * training.epochs)
        return cls(
            setup=setup,
            facts=facts,
            data=data,
            model=model,
            model_layers=layers,
            output_layers=rows,
            levels=(facts.vocabulary_size,),
            memory=memory_of(setup, (*layers, *rows), facts, steps),
            steps=steps,
            epoch=epoch,
            evaluate_every=training.evaluate_every or epoch,
        )

    @staticmethod
    def problems(sections: Sections, data: Dataset) -> Iterator[Problem]:
        facts = data.facts()
        assert isinstance(facts, LanguageFacts), facts
        yield from _entropies_unknown(sections)
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
        yield from text_problems(training, facts.tokens)

    def exposure(self) -> Exposure:
        training = self.setup.training
        return TextExposure(
            steps=self.steps or MOST_STEPS,
            batch_size=training.batch_size,
            evaluate_every=self.evaluate_every or MOST_STEPS,
            levels=self.levels,
            train=0,
            newest_drawn=None,
            examples_at_test=None,
            dropout=self.setup.model.activation_dropout,
            moments=training.optimizer.state_per_parameter,
            shared_activations=True,
            sequence_length=training.sequence_length,
        )

    def shown_in_training(self, remembers_train: bool) -> Shown:
        facts, pairs = self.facts, self.targets_trained
        validated = (self.evaluations or 0) * facts.validation_targets
        comparisons, tested = pairs * pairs // 2, sum(facts.held_out)
        if remembers_train:
            comparisons += validated * pairs // 2 + tested * pairs
        else:
            streams = self.setup.training.evaluation_streams
            comparisons += validated * facts.validation_targets // (2 * streams)
            comparisons += facts.shown_at_test(remembers_train).comparisons
        return Shown(pairs, pairs + validated + tested, comparisons)

    def summary(self) -> Iterator[tuple[str, str]]:
        facts, training = self.facts, self.setup.training
        said = [
            f"{'' if facts.exact else 'at most '}{facts.vocabulary_size:,} words in the vocabulary"
        ]
        said += [f"{count:,} words of {split}" for split, count in facts.tokens.items()]
        if not facts.tokens:
            said.append("lengths are known once it has been read")
        yield ("data", f"{word_of(self.data)}: {', '.join(said)}")
        if (substitute := self.data.substitute()) is not None:
            yield ("", f"when it can't be had, {word_of(substitute)}")
        window = f"{training.batch_size:,} streams × {training.sequence_length:,} words a step"
        if self.steps is not None:
            yield ("training", f"at most {self.steps:,} steps, {window}")
        else:
            yield ("training", f"{training.epochs:,} epochs, {window}")
        if self.epoch is not None:
            yield ("", f"{self.epoch:,} steps an epoch")


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


def _entropies_unknown(sections: Sections) -> Iterator[Problem]:
    """Experts of a text whose entropies are needed and that give none."""
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
