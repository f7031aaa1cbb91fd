"""Jobs in worker processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.process import BaseProcess
from typing import Any

from hebbdsl.diagnostics.codes.run import WorkerKilled
from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.expression.metrics import Split
from hebbdsl.launch.launcher import Frontier, Graph, attempt
from hebbdsl.plan.plan import VariantPlan
from hebbdsl.run import interrupts
from hebbdsl.run.job import Job
from hebbdsl.run.job_document import job_from_json, job_to_json
from hebbdsl.run.monitor import JobMonitor, Silent
from hebbdsl.run.record import Evaluation, Record
from hebbdsl.run.session import Session

_GRACE = 10.0
"""Seconds that a worker has to write its record once it was told to stop."""


def workers_for(jobs: int, asked: int | None, device: str) -> int:
    """How many processes: as asked, else one a core on the CPU, one on anything else."""
    if asked is None:
        asked = _cores() if device == "cpu" else 1
    return max(1, min(asked, jobs))


class LocalWorkers:
    """Runs jobs in processes of this machine, so many at a time."""

    def __init__(self, count: int) -> None:
        self._count = count

    def launch(self, graph: Graph, monitor: JobMonitor) -> tuple[Problem, ...]:
        """Raises: Rejected, with HEB539, when a worker was killed; else as the protocol says."""
        found: list[Problem] = []
        jobs, frontier = graph.jobs, Frontier(graph)
        with _Workers(self._count, len(jobs)) as workers:
            workers.give(jobs, frontier.ready())
            for message in workers.messages():
                match message:
                    case ("started", int(number)):
                        monitor.started(jobs[number])
                    case ("trained", int(number), int(step), float(loss)):
                        monitor.trained(jobs[number], step, loss)
                    case ("reading", int(number), split, int(done), int(total)):
                        monitor.reading(jobs[number], split, done, total)
                    case ("evaluated", int(number), evaluation):
                        monitor.evaluated(jobs[number], evaluation)
                    case ("say", str(text)):
                        monitor.say(text)
                    case ("ended", int(number), record, problems):
                        found.extend(problems)
                        monitor.ended(jobs[number], record, problems)
                        workers.left -= 1 + frontier.end(number, record is not None, monitor)
                        workers.give(jobs, frontier.ready())
        return tuple(found)


class _QueueMonitor(Silent):
    """The monitor of a worker: what it is told goes to the first process.

    Progress bars of data are the first process's business. Whenever it is told something, and
    before a run begins, it looks whether the first process is still there, and else ends this one.

    Attributes:
        number: that of the job at hand.
    """

    def __init__(self, messages: multiprocessing.Queue[Any]) -> None:
        self._messages = messages
        self.number = 0

    def say(self, text: str) -> None:
        self._messages.put(("say", text))

    def started(self, job: Job) -> None:
        _check_parent()
        self._messages.put(("started", self.number))

    def trained(self, job: Job, step: int, loss: float) -> None:  # type: ignore[override]
        self._tell("trained", step, loss)

    def reading(self, job: Job, split: Split, done: int, total: int) -> None:  # type: ignore[override]
        self._tell("reading", split, done, total)

    def evaluated(self, job: Job, evaluation: Evaluation) -> None:  # type: ignore[override]
        self._tell("evaluated", evaluation)

    def _tell(self, what: str, *said: object) -> None:
        self._messages.put((what, self.number, *said))
        _check_parent()

    def ended(self, job: Job, record: Record | None, problems: tuple[Problem, ...]) -> None:
        head = None if record is None else replace(record, evaluations=())
        self._messages.put(("ended", self.number, head, problems))


class _Workers:
    """Processes that take jobs off a queue, until they are told that there are no more.

    Started afresh (`spawn`), never forked: torch's threads do not survive a fork. Ctrl-C and a
    terminal that closes end only the first process, which tells the others to stop by SIGTERM; each
    then writes the record of its interrupted run.

    Attributes:
        left: how many jobs have not ended yet.
    """

    def __init__(self, count: int, jobs: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.left = jobs
        # The queues start a process of their own, which ends when all that use it have.
        with interrupts.deferred(), _without_interrupt():
            self._jobs: multiprocessing.Queue[Any] = context.Queue()
            # Jobs that nobody takes any more hold up no end of this process.
            self._jobs.cancel_join_thread()
            self._messages: multiprocessing.Queue[Any] = context.Queue()
        self._processes: list[BaseProcess] = [
            context.Process(target=_work, args=(self._jobs, self._messages), daemon=True)
            for _ in range(count)
        ]

    def __enter__(self) -> _Workers:
        try:
            # Workers inherit the mask: Ctrl-C leaves them alone even before `_work` is reached.
            with interrupts.deferred(), _without_interrupt():
                for process in self._processes:
                    process.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def give(self, jobs: Sequence[Job], numbers: Sequence[int]) -> None:
        """Put these jobs into the queue; where none is left, tell the workers so."""
        with interrupts.deferred(), _without_interrupt():  # the queue starts a thread
            for number in numbers:
                self._jobs.put((number, job_to_json(jobs[number])))
            for _ in self._processes if not self.left else ():
                self._jobs.put(None)

    def messages(self) -> Iterator[tuple[Any, ...]]:
        while self.left:
            try:
                message = self._messages.get(timeout=0.2)
            except queue.Empty:
                self._check_alive()
                continue
            yield message

    def _check_alive(self) -> None:
        for process in self._processes:
            if process.exitcode:
                raise Rejected([WorkerKilled(place=None, status=process.exitcode)])

    def __exit__(self, *_: object) -> None:
        started = [process for process in self._processes if process.pid is not None]
        if self.left:
            # A further signal does not cut short what the first one has these write.
            with interrupts.deferred():
                self._stop(started)
        for process in started:
            process.join()

    def _stop(self, started: Sequence[BaseProcess]) -> None:
        for process in started:
            process.terminate()
        for process in started:
            process.join(_GRACE)
            if process.is_alive():
                process.kill()


def _check_parent() -> None:
    """Raises: Interrupted, where this is a worker whose first process is no more."""
    parent = multiprocessing.parent_process()
    if parent is not None and not parent.is_alive():
        raise interrupts.Interrupted(128 + signal.SIGTERM)


def _work(jobs: multiprocessing.Queue[Any], messages: multiprocessing.Queue[Any]) -> None:
    # A terminal interrupts and hangs up on all processes: what these mean the first one decides.
    for number in (signal.SIGINT, interrupts.HANGUP):
        signal.signal(number, signal.SIG_IGN)
    interrupts.handle_signals((signal.SIGTERM,))
    monitor = _QueueMonitor(messages)
    session, plans = Session(monitor), dict[bytes, VariantPlan]()
    try:
        while (item := _next(jobs)) is not None:
            monitor.number, document = item
            attempt(job_from_json(document, plans), session, monitor)
            interrupts.check()
    except BaseException as error:
        if not isinstance(error, interrupts.Interrupted) and not interrupts.received():
            raise
        # At once: where the signal came between the taking of the queue's lock and the `with` that
        # frees it, the queue's finalizer would wait for ever. And not with 0: where the first
        # process did not ask for it, it must notice.
        os._exit(128 + signal.SIGTERM)


def _next(jobs: multiprocessing.Queue[Any]) -> Any:
    """The next job, which others may have to end for. Raises: Interrupted, as the check does."""
    while True:
        try:
            return jobs.get(timeout=1.0)
        except queue.Empty:
            _check_parent()


@contextmanager
def _without_interrupt() -> Iterator[None]:
    """Hold back SIGINT and SIGHUP for this thread; those that came meanwhile arrive afterwards."""
    held_back = {signal.SIGINT, interrupts.HANGUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held_back)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
