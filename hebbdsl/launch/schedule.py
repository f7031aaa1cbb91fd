"""What is missing of the runs that are meant, in what order it is had, and that it is had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hebbdsl import interrupts
from hebbdsl.diagnostics.diagnostic import Problem, Rejected, Severity
from hebbdsl.launch.launcher import Graph, InProcess, Launcher
from hebbdsl.plan.plan import Plan
from hebbdsl.run.experiment_file import experiment_file_of_plan, write_experiment_file
from hebbdsl.run.job import Job, completed, failure_of, folder_of, refuse
from hebbdsl.run.job_document import plan_digest
from hebbdsl.run.monitor import JobMonitor
from hebbdsl.run.record import Record
from hebbdsl.run.session import Session


@dataclass(frozen=True, slots=True)
class Runs:
    """What became of jobs.

    Attributes:
        jobs: those that were asked for.
        records: those there are, in the order of the jobs.
        problems: what kept a job from being run, or made it fail.
    """

    jobs: tuple[Job, ...]
    records: tuple[Record, ...]
    problems: tuple[Problem, ...]

    def __repr__(self) -> str:
        count = f"{len(self.records)} of {len(self.jobs)} records"
        return f"<Runs: {count}, {len(self.problems)} problems>"

    @property
    def exit_code(self) -> int:
        errors = (one.exit_code for one in self.problems if one.severity is Severity.ERROR)
        return max(errors, default=0)


def run_jobs(plan: Plan, jobs: Sequence[Job], monitor: JobMonitor, workers: int | None = 1) -> Runs:
    """Have what is not completed trained and evaluated, and read all records there are.

    What the spec says of its runs is kept beside them, however the training ends.

    Args:
        workers: processes; None: one a core on the CPU, one on anything else.

    Raises: Rejected, with HEB544 or HEB540, when one of them needs software that is not installed
        here, or more memory than there is: none is trained then, since what is trained may be for
        the one that can't be evaluated.
    """
    if not jobs:
        return Runs((), (), ())
    out = jobs[0].out
    try:
        runs = _run(jobs, Session(monitor), monitor, workers)
    except Rejected as rejected:
        raise Rejected([*rejected.problems, *_keep(plan, out)]) from rejected.__cause__
    except BaseException:
        _keep(plan, out)
        raise
    return replace(runs, problems=(*runs.problems, *_keep(plan, out)))


def _keep(plan: Plan, out: Path) -> list[Problem]:
    problem = write_experiment_file(experiment_file_of_plan(plan), out)
    return [] if problem is None else [problem]


def _run(jobs: Sequence[Job], session: Session, monitor: JobMonitor, workers: int | None) -> Runs:
    folders = [folder_of(job, session) for job in jobs]
    missing = [
        job for job, folder in zip(jobs, folders, strict=True) if completed(job, folder) is None
    ]
    if len(missing) < len(jobs):
        monitor.say(f"{len(jobs) - len(missing)} of {len(jobs)} runs are there already")
    graph = schedule(missing, session)
    problems: list[Problem] = []
    if graph.jobs:
        _make_folder(graph.jobs[0].out)
        monitor.scheduled(graph.jobs)
        launcher = _launcher(graph, workers, session)
        interrupts.set_note("finished runs are kept, the others start again from step 0 next time")
        problems.extend(launcher.launch(graph, monitor))
        interrupts.set_note("")
    records = [record for folder in folders if (record := folder.read()) is not None]
    trainings = dict.fromkeys(job.training for job in missing if job.training is not None)
    known = [*records, *_read([job for job in trainings if job not in jobs], session)]
    problems.extend(found for record in known if (found := failure_of(record)) is not None)
    return Runs(tuple(jobs), tuple(records), tuple(problems))


def schedule(missing: Sequence[Job], session: Session) -> Graph:
    """The jobs that are missing, after the trainings that they evaluate, where these are too.

    What is evaluated is trained first, once, however many evaluations share it.

    Raises: Rejected, with HEB544 or HEB540: no job of the graph is run then.
    """
    trainings = dict.fromkeys(job for job in missing if job.training is None)
    for job in missing:
        if job.training is not None and not _is_completed(job.training, session):
            trainings[job.training] = None
    numbers = {job: number for number, job in enumerate(trainings)}
    jobs, needs = [*trainings], [frozenset[int]() for _ in trainings]
    for job in missing:
        if (training := job.training) is not None:
            jobs.append(replace(job, parent=folder_of(training, session).path))
            needs.append(frozenset({numbers[training]} if training in numbers else ()))
    for job in jobs:
        refuse(job, session)
    known = [replace(job, digest=plan_digest(session.planned(job.plan))) for job in jobs]
    return Graph(tuple(known), tuple(needs))


def _is_completed(job: Job, session: Session) -> bool:
    try:
        return completed(job, folder_of(job, session)) is not None
    except Rejected:
        return False  # it will be said when the job is run


def _read(jobs: Sequence[Job], session: Session) -> list[Record]:
    found = []
    for job in jobs:
        try:
            found.append(folder_of(job, session).read())
        except Rejected:
            continue  # it was said when the job was run
    return [record for record in found if record is not None]


def _launcher(graph: Graph, workers: int | None, session: Session) -> Launcher:
    from hebbdsl.launch.local import LocalWorkers, workers_for
    from hebbdsl.program.devices import find_device

    count = workers_for(len(graph.jobs), workers, find_device(graph.jobs[0].device).type)
    return InProcess(session) if count == 1 else LocalWorkers(count)


def _make_folder(out: Path) -> None:
    """Make the folder of runs before any of them begins. Raises: Rejected, with HEB532."""
    from hebbdsl.run.problems import Unwritable

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        exists = isinstance(error, FileExistsError)
        reason = "it is a file" if exists else error.strerror or str(error)
        raise Rejected([Unwritable(place=str(out), reason=reason)]) from error
