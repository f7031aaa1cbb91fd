"""Jobs in worker processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from typing import Any

from hebbdsl import interrupts
from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.expression.metric import Split
from hebbdsl.launch.launcher import Frontier, Graph, attempt
from hebbdsl.plan.plan import VariantPlan
from hebbdsl.run.job import Job
from hebbdsl.run.job_document import job_from_json, job_to_json
from hebbdsl.run.monitor import JobMonitor, Silent
from hebbdsl.run.record import Evaluation, Record
from hebbdsl.run.session import Session

Pipe = Connection
"""An end of one: what is sent into the other end comes out of it."""

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
        left, waiting = len(jobs), deque(frontier.ready())
        with _Workers(self._count) as workers:
            while left:
                for worker in workers.idle()[: len(waiting)]:
                    worker.give(waiting[0], jobs[waiting[0]])
                    waiting.popleft()
                for worker, message in workers.messages():
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
                            worker.busy = False
                            found.extend(problems)
                            monitor.ended(jobs[number], record, problems)
                            left -= 1 + frontier.end(number, record is not None, monitor)
                            waiting.extend(frontier.ready())
        return tuple(found)


class _PipeMonitor(Silent):
    """The monitor of a worker: what it is told goes to the first process.

    Progress bars of data are the first process's business. Where that process is no more, this one
    ends when it has something to tell.

    Attributes:
        number: that of the job at hand.
    """

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self.number = 0

    def say(self, text: str) -> None:
        self._send("say", text)

    def started(self, job: Job) -> None:
        self._send("started", self.number)

    def trained(self, job: Job, step: int, loss: float) -> None:  # type: ignore[override]
        self._send("trained", self.number, step, loss)

    def reading(self, job: Job, split: Split, done: int, total: int) -> None:  # type: ignore[override]
        self._send("reading", self.number, split, done, total)

    def evaluated(self, job: Job, evaluation: Evaluation) -> None:  # type: ignore[override]
        self._send("evaluated", self.number, evaluation)

    def ended(self, job: Job, record: Record | None, problems: tuple[Problem, ...]) -> None:
        head = None if record is None else replace(record, evaluations=())
        self._send("ended", self.number, head, problems)

    def _send(self, *message: object) -> None:
        """Raises: Interrupted, where nobody reads it any more."""
        try:
            self._pipe.send(message)
        except OSError:
            raise interrupts.Interrupted(128 + signal.SIGTERM) from None


class _Worker:
    """A process that is given jobs over a pipe of its own, until the pipe is closed.

    Attributes:
        pipe: this end of it.
        busy: whether it was given a job that has not ended yet.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, self._far = context.Pipe()
        self.busy = False
        self.process = context.Process(target=_work, args=(self._far,), daemon=True)

    def start(self) -> None:
        self.process.start()
        # It has its own now: this end is told of nothing more once that process is gone.
        self._far.close()

    def give(self, number: int, job: Job) -> None:
        """Where it was killed, `_Workers.messages` will say so."""
        self.busy = True
        with suppress(OSError):
            self.pipe.send((number, job_to_json(job)))


class _Workers:
    """Started afresh (`spawn`), never forked: torch's threads do not survive a fork.

    Ctrl-C and a terminal that closes end only the first process, which tells the others to stop by
    SIGTERM; each then writes the record of its interrupted run.
    """

    def __init__(self, count: int) -> None:
        self._workers = [_Worker() for _ in range(count)]

    def __enter__(self) -> _Workers:
        try:
            # Workers inherit the mask: Ctrl-C leaves them alone even before `_work` is reached.
            with interrupts.deferred(), _without_interrupt():
                for worker in self._workers:
                    worker.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def idle(self) -> list[_Worker]:
        return [worker for worker in self._workers if not worker.busy]

    def messages(self) -> Iterator[tuple[_Worker, tuple[Any, ...]]]:
        """Waits for one, and gives what is there. Raises: Rejected, with HEB539."""
        there = wait([worker.pipe for worker in self._workers])
        for worker in self._workers:
            if worker.pipe in there:
                try:
                    message = worker.pipe.recv()
                except (EOFError, OSError):
                    worker.process.join(_GRACE)
                    status = worker.process.exitcode or 0
                    raise Rejected([WorkerKilled(place=None, status=status)]) from None
                yield worker, message

    def __exit__(self, *_: object) -> None:
        started = [worker.process for worker in self._workers if worker.process.pid is not None]
        # A further signal does not cut short what the first one has these write.
        with interrupts.deferred():
            if any(worker.busy for worker in self._workers):
                for process in started:
                    process.terminate()
            for worker in self._workers:
                worker.pipe.close()
            for process in started:
                process.join(_GRACE)
                if process.is_alive():
                    process.kill()
                    process.join()


def _work(pipe: Pipe) -> None:
    # A terminal interrupts and hangs up on all processes: what these mean the first one decides.
    for number in (signal.SIGINT, interrupts.HANGUP):
        signal.signal(number, signal.SIG_IGN)
    interrupts.handle_signals((signal.SIGTERM,))
    monitor = _PipeMonitor(pipe)
    session, plans = Session(monitor), dict[bytes, VariantPlan]()
    try:
        while True:
            try:
                monitor.number, document = pipe.recv()
            except (EOFError, OSError):
                break  # there are no more jobs
            attempt(job_from_json(document, plans), session, monitor)
            interrupts.check()
    except BaseException as error:
        if not isinstance(error, interrupts.Interrupted) and not interrupts.received():
            raise
        # At once, whatever the signal came amid. And not with 0: where the first process did not
        # ask for it, it must notice.
        os._exit(128 + signal.SIGTERM)


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


class WorkerKilled(Problem):
    """A process that trained a run ended without a word.

    Something outside stopped it; on a machine that is short of memory that is the system itself.
    Runs that had ended are kept. Run fewer at a time, or one alone.

    Wrong:
        hebbdsl compare specs/omniglot_full.yaml --workers 64

    Right:
        hebbdsl compare specs/omniglot_full.yaml --workers 2
    """

    code = "HEB539"
    exit_code = 4
    status: int

    @property
    def _signal(self) -> int:
        """0: none. A worker that was told to end by a signal answers with 128 and its number."""
        return -self.status if self.status < 0 else max(0, self.status - 128)

    @property
    def title(self) -> str:
        if not self._signal:
            return "a worker process ended by a fault of its own, which it printed"
        return f"a worker process was stopped from outside, by signal {self._signal}"

    @property
    def hint(self) -> str:
        if not self._signal:
            return "finished runs are kept; a fault of the program is worth a report"
        return "finished runs are kept; try again with fewer `--workers`, as memory may be short"
