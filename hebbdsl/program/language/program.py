"""The program of a variant that learns a text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from jaxtyping import Float
from torch import Tensor

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.parts.datasets.corpora.corpus_content import CorpusContent
from hebbdsl.parts.models.language_network import LanguageNetwork, State
from hebbdsl.plan.language import LanguagePlan, text_problems
from hebbdsl.plan.plan import VariantPlan
from hebbdsl.program.building import PRECISIONS, Start
from hebbdsl.program.language.step import LanguageStep
from hebbdsl.program.language.streams import Streams
from hebbdsl.program.program import Program
from hebbdsl.program.randomness import own_draws_only, torch_generator
from hebbdsl.spec.experiment import Training


@dataclass(frozen=True, eq=False, kw_only=True, slots=True, repr=False)
class LanguageProgram(Program):
    """A program that reads its text in parallel streams, over and over."""

    plan: LanguagePlan
    content: CorpusContent
    train_streams: Streams
    model: LanguageNetwork
    step: LanguageStep

    @classmethod
    def assemble(cls, plan: VariantPlan, start: Start) -> Self:
        content, training = start.opened.content, plan.setup.training
        assert isinstance(plan, LanguagePlan), plan
        assert isinstance(content, CorpusContent), content
        _refuse_short(content, training)
        with own_draws_only():
            model = plan.model.build(plan.facts.vocabulary_size)
            output = plan.setup.output.build(
                plan.model.activation_width, plan.facts.vocabulary_size
            )
        update = start.update(plan, model, output)
        rows = output.class_rows() if plan.model.tied else None
        precision = PRECISIONS[training.precision]
        return cls(
            experiment=start.experiment,
            variant=start.variant,
            seed=start.seed,
            identity=start.identity(plan),
            opened=start.opened,
            device=start.device,
            plan=plan,
            content=content,
            train_streams=Streams(
                content.splits["train"],
                training.batch_size,
                training.sequence_length,
                len(content.words),
            ),
            model=model,
            output=output,
            update=update,
            step=LanguageStep(model, output, rows, update, precision, training.compile),
        )

    @property
    def steps(self) -> int:
        """After which a run ends at the latest."""
        assert self.plan.steps is not None, "the text has been read"
        return self.plan.steps

    def start(self, streams: int) -> State:
        """What is known before a text begins."""
        return self.model.start(streams, self.device)

    def train(
        self,
        first: int,
        state: State,
        statistics: Float[Tensor, "steps statistics"],
        rate: float,
    ) -> State:
        """Run a step for each row of `statistics`, the first of which is step `first` (from 0).

        Args:
            state: what the step before left; at the start of an epoch it is begun anew.
            rate: factor of the learning rate, beside the schedule's.
        """
        schedule, streams = self.setup.training.schedule, self.train_streams
        self.model.train()
        self.output.train()
        step, rows = first, iter(statistics.unbind())
        while step < first + len(statistics):
            window = step % streams.windows
            count = min(streams.windows - window, first + len(statistics) - step)
            if window == 0:
                state = self.start(streams.streams)
            for words, following in streams.read(window, count, self.device):
                factor = 1.0 if schedule is None else schedule.factor(step, self.steps)
                self.set_learning_rate(rate * factor)
                self.draw_samples("sample", step, self.model.vocabulary_size)
                generator = torch_generator(self.seed, "dropout", step, self.device)
                masks = self.model.masks(generator, streams.streams, len(words))
                state = self.step(words, following, state, masks, next(rows))
                step += 1
        return state


def _refuse_short(content: CorpusContent, training: Training) -> None:
    """Raises: Rejected, with HEB418, when the text that was read is too short for the setup."""
    if problems := list(text_problems(training, content.facts().tokens)):
        places = content.places
        raise Rejected([replace(p, place=places.get(p.split, content.origin)) for p in problems])
