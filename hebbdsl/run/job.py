"""One run to be had: taken from the store when it is completed there, else trained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from hebbdsl.diagnostics.codes.run import NotFinite, OutOfMemory
from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.parts.part import Dataset, Reporter
from hebbdsl.plan.here import refuse_large, refuse_missing
from hebbdsl.plan.plan import VariantPlan
from hebbdsl.plan.planning import plan_setup
from hebbdsl.program.data import Opened, open_data
from hebbdsl.program.identity import evaluation_identity, identity
from hebbdsl.run.monitor import Monitor
from hebbdsl.run.record import Record
from hebbdsl.run.store import RunFolder
from hebbdsl.spec.experiment import AS_TRAINED


@dataclass(frozen=True, slots=True)
class Job:
    """A variant and a seed, and where the run goes. Travels between processes.

    Attributes:
        home: of a variant that evaluates trained weights otherwise: under which name they are
            trained, since variants share that.
    """

    experiment: str
    variant: str
    plan: VariantPlan
    seed: int
    out: Path
    device: str = "auto"
    threads: int = 1
    retrain: bool = False
    home: str | None = None

    @property
    def training(self) -> Job | None:
        """The job of the training that this one evaluates otherwise; None: it is one itself."""
        setup = self.plan.setup
        if setup.evaluation == AS_TRAINED:
            return None
        plan = plan_setup(replace(setup, evaluation=AS_TRAINED), self.plan.facts)
        return replace(self, variant=self.home or self.variant, plan=plan, home=None)

    @property
    def name(self) -> str:
        return f"{self.variant}, seed {self.seed}"


_OPENED: dict[Dataset, Opened] = {}


def open_afresh() -> None:
    """A command begins: files may have changed since the one before it in this process."""
    _OPENED.clear()


def opened(dataset: Dataset, reporter: Reporter) -> Opened:
    """The data of a job, opened once a command and process however many runs use it."""
    if dataset not in _OPENED:
        _OPENED[dataset] = open_data(dataset, reporter)
    return _OPENED[dataset]


def folder_of(job: Job, reporter: Reporter) -> RunFolder:
    """Where the run stands or will stand. Opens the data: its fingerprint is part of the identity.

    Raises: Rejected, with problems HEB5xx, when the data can't be had; with HEB544, when software
        is missing for a run that was never begun, before its data is fetched.
    """
    _refuse_unfetched(job)
    data = opened(job.plan.setup.data, reporter)
    known = identity(data.applied(job.plan.setup), job.seed, data.content.fingerprint)
    known = evaluation_identity(known, job.plan.setup.evaluation)
    return RunFolder.of(job.out, job.experiment, job.variant, job.seed, known)


def _refuse_unfetched(job: Job) -> None:
    """Raises: Rejected, with HEB544."""
    dataset = job.plan.setup.data
    if dataset in _OPENED or not any(dataset.missing_here()):
        return
    begun = (job.out / job.experiment / job.variant).glob(f"seed-{job.seed}-*")
    if job.retrain or not any(begun):
        refuse_missing(job.plan)


def completed(job: Job, folder: RunFolder) -> Record | None:
    """The record of a run that needs no training; None when it is to be trained, or retrained.

    Raises: Rejected, with HEB534, when files of the run were altered.
    """
    return None if job.retrain else folder.completed()


def refuse_here(job: Job, reporter: Reporter) -> None:
    """Before anything is trained for it, with its plan as the data makes it.

    Raises: Rejected, with HEB544 or HEB540, when this machine has not the software or the memory.
    """
    from hebbdsl.program.devices import find_device

    plan = opened(job.plan.setup.data, reporter).planned(job.plan)
    refuse_missing(plan)
    refuse_large(plan, job.name, find_device(job.device).type, job.training is None)


def obtain(job: Job, reporter: Reporter, monitor: Monitor) -> Record:
    """Train what is not settled.

    A run whose numbers became infinite is a result: its record has status `failed`.

    Raises:
        Rejected: data or software that can't be had, a folder that can't be written or is held by
            another process, an altered record, a device whose memory is too small.
    """
    folder = folder_of(job, reporter)
    record = completed(job, folder)
    if record is None:
        refuse_here(job, reporter)
        with folder.locked():
            record = completed(job, folder)  # another process may have finished it meanwhile
            if record is None:
                if job.retrain:
                    folder.set_aside()
                elif folder.lost_its_record:
                    reporter.say(_kept(job, folder.set_aside()))
                elif folder.was_started():
                    reporter.say(f"{job.name} was interrupted; it starts again from step 0")
                record = _produce(job, folder, reporter, monitor)
    return record


def _kept(job: Job, aside: Path | None) -> str:
    return f"{job.name} has weights and no record: they are kept in {aside}, and it starts again"


def _produce(job: Job, folder: RunFolder, reporter: Reporter, monitor: Monitor) -> Record:
    """Train, or evaluate what was trained: it is trained first, where it is not settled.

    An evaluation of a run that failed is that failure: there is nothing to evaluate.
    """
    training = job.training
    if training is None:
        return _execute(job, folder, reporter, monitor, None)
    parent = obtain(replace(training, retrain=False), reporter, monitor)
    if parent.failure is not None:
        return parent
    return _execute(job, folder, reporter, monitor, parent)


def evaluate_run(job: Job, parent: Record, reporter: Reporter, monitor: Monitor) -> Record:
    """Evaluate a run that was recorded, where that is not settled.

    Raises: Rejected, as `obtain` does.
    """
    folder = folder_of(job, reporter)
    record = completed(job, folder)
    if record is None:
        refuse_here(job, reporter)
        with folder.locked():
            record = completed(job, folder)  # another process may have finished it meanwhile
            if record is None:
                record = _execute(job, folder, reporter, monitor, parent)
    return record


def _execute(
    job: Job, folder: RunFolder, reporter: Reporter, monitor: Monitor, parent: Record | None
) -> Record:

    from hebbdsl.program.building import assemble
    from hebbdsl.program.devices import find_device, use_threads
    from hebbdsl.run.evaluating import evaluate
    from hebbdsl.run.loop import execute

    use_threads(job.threads)
    data = opened(job.plan.setup.data, reporter)
    device = find_device(job.device)
    try:
        program = assemble(job.experiment, job.variant, job.plan, job.seed, data, device)
        if parent is not None:
            return evaluate(program, parent, folder, reporter, monitor)
        return execute(program, folder, monitor)
    except (RuntimeError, MemoryError) as error:
        if not _is_of_memory(error):
            raise
        reason = next(iter(str(error).splitlines()), "it was refused")
        problem = OutOfMemory(place=None, run=job.name, device=str(device), reason=reason)
        raise Rejected([problem]) from error


def _is_of_memory(error: Exception) -> bool:
    """On a CPU torch raises a plain RuntimeError where memory is refused."""
    import torch

    known = isinstance(error, (MemoryError, torch.OutOfMemoryError))
    return known or "can't allocate memory" in str(error)


def failure_of(record: Record) -> Problem | None:
    """What made the run fail, to be shown; None: it did not."""
    if record.failure is None:
        return None
    return NotFinite(
        place=str(record.folder),
        run=f"{record.variant}, seed {record.seed}",
        step=record.failure["step"],
        tensor=record.failure["tensor"],
    )
