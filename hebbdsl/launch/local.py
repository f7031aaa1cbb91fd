"""Many runs in worker processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from typing import Any

from hebbdsl.diagnostics.codes.run import WorkerKilled
from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.expression.metrics import Split
from hebbdsl.run import interrupts
from hebbdsl.run.job import Job, obtain
from hebbdsl.run.monitor import Board
from hebbdsl.run.record import Evaluation, Record

_GRACE = 10.0
"""Seconds that a worker has to write its record once it was told to stop."""


def workers_for(jobs: int, asked: int | None, device: str) -> int:
    """How many processes: as asked, else one a core on the CPU, one on anything else."""
    if asked is None:
        asked = _cores() if device == "cpu" else 1
    return max(1, min(asked, jobs))


def train(jobs: Sequence[Job], workers: int, board: Board) -> tuple[Problem, ...]:
    """Train all jobs; one that can't be run does not stop the others. Returns what was wrong.

    Raises:
        KeyboardInterrupt, Ended: passed on, once every worker has written its record and ended.
        Rejected: HEB539, when a worker was killed.
    """
    found: list[Problem] = []
    if workers == 1:
        for index, job in enumerate(jobs):
            found.extend(_attempt(index, job, board))
        return tuple(found)
    with _Workers(jobs, workers) as crew:
        for message in crew.messages():
            match message:
                case ("began", int(number)):
                    board.began(number)
                case ("trained", int(number), int(step), float(loss)):
                    board.trained(number, step, loss)
                case ("reading", int(number), split, int(done), int(total)):
                    board.reading(number, split, done, total)
                case ("evaluated", int(number), Evaluation() as evaluation):
                    board.evaluated(number, evaluation)
                case ("say", str(text)):
                    board.say(text)
                case ("ended", int(number), record, problems):
                    found.extend(problems)
                    board.ended(number, record, problems)
    return tuple(found)


def _attempt(number: int, job: Job, board: Board) -> tuple[Problem, ...]:
    board.began(number)
    record, problems = None, tuple[Problem, ...]()
    try:
        record = obtain(job, board, _Numbered(number, board))
    except Rejected as rejected:
        problems = rejected.problems
    board.ended(number, record, problems)
    return problems


@dataclass(frozen=True)
class _Numbered:
    """Tells a board of one of its jobs, where no signal ends it."""

    job: int
    board: Board

    def trained(self, step: int, loss: float) -> None:
        interrupts.check()
        self.board.trained(self.job, step, loss)

    def reading(self, split: Split, done: int, total: int) -> None:
        interrupts.check()
        self.board.reading(self.job, split, done, total)

    def evaluated(self, evaluation: Evaluation) -> None:
        interrupts.check()
        self.board.evaluated(self.job, evaluation)


class _Telling:
    """A board at the far end of a queue. Progress bars of data are the first process's business.

    Whenever it is told something, and before a run begins, it looks whether the first process is
    still there, and else ends this one.
    """

    def __init__(self, messages: multiprocessing.Queue[Any]) -> None:
        self._messages = messages

    def say(self, text: str) -> None:
        self._messages.put(("say", text))

    def advance(self, what: str, done: int, total: int | None, unit: str) -> None:
        pass

    def began(self, job: int) -> None:
        _check_parent()
        self._messages.put(("began", job))

    def trained(self, job: int, step: int, loss: float) -> None:
        self._messages.put(("trained", job, step, loss))
        _check_parent()

    def reading(self, job: int, split: Split, done: int, total: int) -> None:
        self._messages.put(("reading", job, split, done, total))
        _check_parent()

    def evaluated(self, job: int, evaluation: Evaluation) -> None:
        self._messages.put(("evaluated", job, evaluation))
        _check_parent()

    def ended(self, job: int, record: Record | None, problems: tuple[Problem, ...]) -> None:
        head = None if record is None else replace(record, evaluations=())
        self._messages.put(("ended", job, head, problems))


class _Workers:
    """Processes that take jobs off a queue until it is empty.

    Started afresh (`spawn`), never forked: torch's threads do not survive a fork. Ctrl-C and a
    terminal that closes end only the first process, which tells the others to stop by SIGTERM; each
    then writes the record of its interrupted run.
    """

    def __init__(self, jobs: Sequence[Job], count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._left = len(jobs)
        # The queues start a process of their own, which ends when all that use it have.
        with interrupts.deferred(), _without_interrupt():
            self._jobs: multiprocessing.Queue[Any] = context.Queue()
            # Jobs that nobody takes any more hold up no end of this process.
            self._jobs.cancel_join_thread()
            self._messages: multiprocessing.Queue[Any] = context.Queue()
            for item in [*enumerate(jobs), *[None] * count]:
                self._jobs.put(item)
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

    def messages(self) -> Iterator[tuple[Any, ...]]:
        while self._left:
            try:
                message = self._messages.get(timeout=0.2)
            except queue.Empty:
                self._check_alive()
                continue
            self._left -= message[0] == "ended"
            yield message

    def _check_alive(self) -> None:
        for process in self._processes:
            if process.exitcode:
                raise Rejected([WorkerKilled(place=None, status=process.exitcode)])

    def __exit__(self, *_: object) -> None:
        started = [process for process in self._processes if process.pid is not None]
        if self._left:
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
    """Raises: Ended, where this is a worker whose first process is no more."""
    parent = multiprocessing.parent_process()
    if parent is not None and not parent.is_alive():
        raise interrupts.Ended(128 + signal.SIGTERM)


def _work(jobs: multiprocessing.Queue[Any], messages: multiprocessing.Queue[Any]) -> None:
    # A terminal interrupts and hangs up on all processes: what these mean the first one decides.
    for number in (signal.SIGINT, interrupts.HANGUP):
        signal.signal(number, signal.SIG_IGN)
    interrupts.answer((signal.SIGTERM,))
    board = _Telling(messages)
    try:
        while (item := jobs.get()) is not None:
            number, job = item
            _attempt(number, job, board)
            interrupts.check()
    except BaseException as error:
        if not isinstance(error, interrupts.Ended) and not interrupts.came():
            raise
        # At once: where the signal came between the taking of the queue's lock and the `with` that
        # frees it, the queue's finalizer would wait for ever. And not with 0: where the first
        # process did not ask for it, it must notice.
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
