"""One run: taken from the store when it is completed there, else trained or evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.parts.reporter import Quiet, Reporter
from hebbdsl.plan.here import OutOfMemory, refuse_large, refuse_missing
from hebbdsl.plan.plan import VariantPlan
from hebbdsl.program.identity import evaluation_identity, identity
from hebbdsl.run.job_document import plan_digest
from hebbdsl.run.monitor import Monitor
from hebbdsl.run.problems import NotATrainedRun, NotFinite
from hebbdsl.run.record import Record
from hebbdsl.run.session import Session
from hebbdsl.run.store import RunFolder

if TYPE_CHECKING:
    from hebbdsl.program.program import Program


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A variant and a seed, and where the run goes.

    Attributes:
        plan: of the variant as it is written; its data may make it another.
        retrain: whether a completed run is set aside, and trained again.
        training: the job whose weights this one evaluates; None: it trains, or `parent` is known.
        parent: the folder of the run whose weights this one evaluates; None: it trains.
        digest: of the plan as the data makes it, where the job was scheduled.
    """

    experiment: str
    variant: str
    plan: VariantPlan
    seed: int
    out: Path
    device: str = "auto"
    threads: int = 1
    retrain: bool = False
    training: Job | None = None
    parent: Path | None = None
    digest: str | None = None

    def __repr__(self) -> str:
        return f"<Job {self.experiment}, {self.name}>"

    @property
    def name(self) -> str:
        return f"{self.variant}, seed {self.seed}"

    @property
    def evaluates(self) -> bool:
        return self.training is not None or self.parent is not None


def folder_of(job: Job, session: Session) -> RunFolder:
    """Where the run stands or will stand. Opens the data: its fingerprint is part of the identity.

    Raises: Rejected, with problems HEB5xx, when the data can't be had; with HEB544, when software
        is missing for a run that was never started, before its data is fetched.
    """
    _refuse_unfetched(job, session)
    data = session.opened(job.plan.setup.data)
    known = identity(data.applied(job.plan.setup), job.seed, data.content.fingerprint)
    known = evaluation_identity(known, job.plan.setup.evaluation)
    return RunFolder.of(job.out, job.experiment, job.variant, job.seed, known)


def _refuse_unfetched(job: Job, session: Session) -> None:
    """Raises: Rejected, with HEB544."""
    dataset = job.plan.setup.data
    if session.has_opened(dataset) or not any(dataset.missing_here()):
        return
    started = (job.out / job.experiment / job.variant).glob(f"seed-{job.seed}-*")
    if job.retrain or not any(started):
        refuse_missing(job.plan)


def completed(job: Job, folder: RunFolder) -> Record | None:
    """The record of a run that needs no training; None when it is to be trained, or retrained.

    Raises: Rejected, with HEB534, when files of the run were altered.
    """
    return None if job.retrain else folder.completed()


def refuse(job: Job, session: Session) -> None:
    """Before anything is trained for it, with its plan as the data makes it; once a session.

    Raises: Rejected, with HEB544 or HEB540, when this machine has not the software or the memory.
    """
    from hebbdsl.program.devices import find_device

    run = (job.experiment, job.variant, job.seed, job.plan.setup)
    if run not in session.admitted:
        plan = session.planned(job.plan)
        refuse_missing(plan)
        refuse_large(plan, job.name, find_device(job.device).type, not job.evaluates)
        session.admitted.add(run)


def run_job(job: Job, session: Session, monitor: Monitor) -> Record:
    """Train or evaluate what is not completed.

    A run whose numbers became infinite is a result: its record has status `failed`. An evaluation
    of such a run is that failure: there is nothing to evaluate.

    Raises:
        Rejected: data or software that can't be had, a folder that can't be written or is locked by
            another process, an altered record, a device whose memory is too small.
    """
    folder = folder_of(job, session)
    record = completed(job, folder)
    if record is None:
        refuse(job, session)
        with folder.locked():
            record = completed(job, folder)  # another process may have finished it meanwhile
            if record is None:
                _make_room(job, folder, session)
                parent = None if job.parent is None else _trained(job.parent)
                if parent is not None and parent.failure is not None:
                    return parent
                record = run_built(build(job, session), folder, monitor, parent, session.reporter)
    return record


def _make_room(job: Job, folder: RunFolder, session: Session) -> None:
    """Set aside what an earlier run of the same identity has left, and must be kept."""
    if job.retrain:
        folder.set_aside()
    elif folder.lost_its_record:
        said = f"they are kept in {folder.set_aside()}, and it starts again"
        session.reporter.say(f"{job.name} has weights and no record: {said}")
    elif folder.was_started():
        session.reporter.say(f"{job.name} was interrupted; it starts again from step 0")


def _trained(folder: Path) -> Record:
    record = RunFolder(folder).completed()
    if record is None:
        raise Rejected([NotATrainedRun(place=str(folder), reason="it holds no record")])
    return record


def build(job: Job, session: Session) -> Program:
    """The program of a job that was not refused.

    Raises: Rejected, when the text is too short, or with HEB540, when memory is refused.
    """
    from hebbdsl.program.building import assemble
    from hebbdsl.program.devices import find_device, use_threads
    from hebbdsl.spec.packages import packages_answer

    use_threads(job.threads)
    plan, device = session.planned(job.plan), find_device(job.device)
    if job.digest is not None and job.digest != plan_digest(plan):
        raise RuntimeError(f"the plan of {job.name} is another than that of who scheduled it")
    data = session.opened(job.plan.setup.data)
    with packages_answer(), _memory_refused(job.name, str(device)):
        return assemble(job.experiment, job.variant, plan, job.seed, data, device)


def run_built(
    program: Program,
    folder: RunFolder,
    monitor: Monitor,
    parent: Record | None = None,
    reporter: Reporter | None = None,
) -> Record:
    """Train a program from step 0, or evaluate the weights of `parent` with it; `folder` is locked.

    Raises: Rejected, as `run_job` does.
    """
    from hebbdsl.run.evaluating import evaluate
    from hebbdsl.run.loop import execute
    from hebbdsl.spec.packages import packages_answer

    name = f"{program.variant}, seed {program.seed}"
    with packages_answer(), _memory_refused(name, str(program.device)):
        if parent is None:
            return execute(program, folder, monitor)
        return evaluate(program, parent, folder, reporter or Quiet(), monitor)


@contextmanager
def _memory_refused(run: str, device: str) -> Iterator[None]:
    """Raises: Rejected, with HEB540, where memory was refused inside."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not _is_of_memory(error):
            raise
        reason = next(iter(str(error).splitlines()), "it was refused")
        problem = OutOfMemory(place=None, run=run, device=device, reason=reason)
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
