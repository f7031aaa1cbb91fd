"""Finding the data, or what may stand in for it. Loads numpy, not torch."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.parts.datasets.content import Content
from hebbdsl.parts.datasets.problems import DataProblem
from hebbdsl.parts.part import Dataset
from hebbdsl.parts.reporter import Reporter
from hebbdsl.plan.plan import VariantPlan
from hebbdsl.plan.planning import plan_setup
from hebbdsl.spec.experiment import Setup
from hebbdsl.vocabulary import word_of


@dataclass(frozen=True, eq=False, slots=True)
class Opened:
    """The data set that is used, its content, and the word that it stands in for, if it does."""

    dataset: Dataset
    content: Content
    substituted_for: str | None = None

    def applied(self, setup: Setup) -> Setup:
        """The setup as it is run: with the data set that is used."""
        return replace(setup, data=self.dataset)

    def planned(self, plan: VariantPlan) -> VariantPlan:
        """The plan as the data makes it: the same one, where what was planned with is so."""
        known = self.content.facts()
        if plan.setup.data == self.dataset and known in (None, plan.facts):
            return plan
        # All classes of what stands in may be another number.
        return plan_setup(self.applied(plan.setup), known)


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
