"""What the runs of one command share in one process: data is opened, and each run planned, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hebbdsl.parts.part import Dataset
from hebbdsl.parts.reporter import Quiet, Reporter
from hebbdsl.program.data import Opened, open_data

if TYPE_CHECKING:
    from hebbdsl.plan.plan import VariantPlan
    from hebbdsl.spec.experiment import Setup


class Session:
    """Every command makes its own: files may have changed since the one before it.

    Args:
        reporter: is told of data that is downloaded or prepared; None: nobody is.
    """

    def __init__(self, reporter: Reporter | None = None) -> None:
        self.reporter = reporter or Quiet()
        self._opened: dict[Dataset, Opened] = {}
        self._plans: dict[Setup, VariantPlan] = {}
        self.admitted = set[object]()
        """Runs that this machine can hold: what was asked once is not asked again."""

    def has_opened(self, dataset: Dataset) -> bool:
        return dataset in self._opened

    def opened(self, dataset: Dataset) -> Opened:
        """The data of a run. Raises: Rejected, with problems HEB5xx."""
        if dataset not in self._opened:
            self._opened[dataset] = open_data(dataset, self.reporter)
        return self._opened[dataset]

    def planned(self, plan: VariantPlan) -> VariantPlan:
        """The plan of a variant as its data makes it."""
        setup = plan.setup
        if setup not in self._plans:
            self._plans[setup] = self.opened(setup.data).planned(plan)
        return self._plans[setup]
