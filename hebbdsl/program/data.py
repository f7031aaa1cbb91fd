"""Finding the data, or what may stand in for it. Loads numpy, not torch."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.parts.datasets.content import LabelledContent
from hebbdsl.parts.datasets.corpora.content import CorpusContent
from hebbdsl.parts.datasets.problems import DataProblem
from hebbdsl.parts.language import facts_of
from hebbdsl.parts.part import Dataset, Reporter
from hebbdsl.plan.checks import text_problems
from hebbdsl.plan.plan import VariantPlan
from hebbdsl.plan.planning import plan_setup
from hebbdsl.spec.experiment import Setup
from hebbdsl.vocabulary import word_of


@dataclass(frozen=True, eq=False, slots=True)
class Opened:
    """The data set that is used, its content, and the word that it stands in for, if it does."""

    dataset: Dataset
    content: LabelledContent | CorpusContent
    substituted_for: str | None = None

    def applied(self, setup: Setup) -> Setup:
        """The setup as it is run: with the data set that is used."""
        return replace(setup, data=self.dataset)

    def planned(self, plan: VariantPlan) -> VariantPlan:
        """The plan as the data makes it: the same one, where what was planned with is so."""
        known = facts_of(self.content) if isinstance(self.content, CorpusContent) else None
        if plan.setup.data == self.dataset and known in (None, plan.facts):
            return plan
        # All classes of what stands in may be another number.
        return plan_setup(self.applied(plan.setup), known)

    def refuse_short(self, setup: Setup) -> None:
        """Raises: Rejected, with HEB418, when the text that was read is too short for the setup."""
        if isinstance(self.content, CorpusContent):
            tokens = {split: len(ids) for split, ids in self.content.splits.items()}
            if problems := list(text_problems(setup.training, tokens)):
                places, origin = self.content.places, self.content.origin
                raise Rejected([replace(p, place=places.get(p.split, origin)) for p in problems])


def open_data(dataset: Dataset, reporter: Reporter) -> Opened:
    """Open the data set; where it can't be had, open the one that it allows to stand in.

    Data that is there but corrupt is never replaced.

    Raises: Rejected, with problems HEB5xx.
    """
    try:
        return Opened(dataset, dataset.open(reporter))
    except Rejected as rejected:
        substitute = dataset.substitute()
        missing = all(isinstance(p, DataProblem) and p.absent for p in rejected.problems)
        if substitute is None or not missing:
            raise
        word, other = word_of(dataset), word_of(substitute)
        reporter.say(f"{word} can't be had; {other} stands in for it, and the record says so")
        return Opened(substitute, substitute.open(reporter), substituted_for=word)
