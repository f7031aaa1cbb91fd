"""What executes jobs: a graph of them goes in, and a monitor is told what becomes of each.

The records that they write stay in the store, under the folders that the jobs name. A launcher
needs no more than this file and `run.job`: jobs are data (`run.job_document`), and what one job
needs of another is its record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.run.job import Job, run_job
from hebbdsl.run.monitor import JobMonitor, OfJob
from hebbdsl.run.record import Record
from hebbdsl.run.session import Session


@dataclass(frozen=True, slots=True)
class Graph:
    """Jobs in an order in which they can be run one after the other.

    Attributes:
        needs: of each job, the numbers of those whose records it needs: all stand before it.
    """

    jobs: tuple[Job, ...]
    needs: tuple[frozenset[int], ...]


class Launcher(Protocol):
    """Runs all jobs of a graph, in this process or elsewhere."""

    def launch(self, graph: Graph, monitor: JobMonitor) -> tuple[Problem, ...]:
        """Run each job once those that it needs have left a record.

        One that can't be run does not stop the others; those that need it are not run, and
        `monitor` is told so. Returns: what was wrong.

        Raises:
            KeyboardInterrupt, Interrupted: passed on, once every run has written its record.
            Rejected: when jobs can't be executed at all any more.
        """


class Frontier:
    """Which jobs of a graph can start, as others end."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._waiting = {number: set(needs) for number, needs in enumerate(graph.needs)}

    def ready(self) -> list[int]:
        """Numbers of the jobs that wait for no other; each is returned once."""
        found = [number for number, needs in self._waiting.items() if not needs]
        for number in found:
            del self._waiting[number]
        return found

    def end(self, number: int, recorded: bool, monitor: JobMonitor) -> int:
        """A job has ended. Returns: how many are given up, since it has no record."""
        if recorded:
            for needs in self._waiting.values():
                needs.discard(number)
            return 0
        lost = [other for other, needs in self._waiting.items() if number in needs]
        jobs, count = self._graph.jobs, len(lost)
        for other in lost:
            del self._waiting[other]
            monitor.say(f"{jobs[other].name} needs {jobs[number].name}, which has no record")
            monitor.ended(jobs[other], None, ())
            count += self.end(other, False, monitor)
        return count


def attempt(
    job: Job, session: Session, monitor: JobMonitor
) -> tuple[Record | None, tuple[Problem, ...]]:
    """Run one job, and tell the monitor. Returns: its record, if any, and what was wrong."""
    monitor.started(job)
    record, problems = None, tuple[Problem, ...]()
    try:
        record = run_job(job, session, OfJob(job, monitor))
    except Rejected as rejected:
        problems = rejected.problems
    monitor.ended(job, record, problems)
    return record, problems


class InProcess:
    """Runs jobs one after the other in this process."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def launch(self, graph: Graph, monitor: JobMonitor) -> tuple[Problem, ...]:
        found: list[Problem] = []
        frontier = Frontier(graph)
        while ready := frontier.ready():
            for number in ready:
                record, problems = attempt(graph.jobs[number], self._session, monitor)
                found.extend(problems)
                frontier.end(number, record is not None, monitor)
        return tuple(found)


def graph_of(jobs: Iterable[Job]) -> Graph:
    """Of jobs that need none of one another."""
    found = tuple(jobs)
    return Graph(found, (frozenset(),) * len(found))
