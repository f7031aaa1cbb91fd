"""Stage 6: the loop, from the first step to the record. The only one: tasks answer what it asks.

It owns step and seconds, the statistics of steps, evaluations, and what is saved.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from hebbdsl.interrupts import Interrupted
from hebbdsl.parts.reporter import Reporter
from hebbdsl.program.devices import computing
from hebbdsl.program.program import Program
from hebbdsl.program.test_time import Predictor
from hebbdsl.run.environment import environment
from hebbdsl.run.monitor import Monitor
from hebbdsl.run.peak_memory import peak_memory, reset_peak_memory
from hebbdsl.run.record import Binding, Evaluation, Level, Record, Status, Value
from hebbdsl.run.state import RunState
from hebbdsl.run.step_statistics import NotFiniteAt, finite
from hebbdsl.run.store import RunFolder
from hebbdsl.spec.canonical import plain

Measured = tuple[Mapping[str, float], tuple[Binding, ...] | None]
"""What an evaluation measures, by name, and of cohorts of classes; None: the task adds none."""


class Run(ABC):
    """A run under way: what differs between tasks.

    All that the rest of it depends on is the step's number, the tensors of the program, those in
    `carried`, and `state`.
    """

    states: ClassVar[type[RunState]]
    program: Program
    state: RunState
    carried: tuple[Tensor, ...]
    """What one step leaves to the next beside weights: of language, the state of the model."""

    @abstractmethod
    def __init__(
        self, program: Program, state: RunState | None = None, carried: tuple[Tensor, ...] = ()
    ) -> None:
        """`state` None: before the first step."""

    @property
    @abstractmethod
    def steps(self) -> int:
        """After which it ends at the latest."""

    @property
    @abstractmethod
    def evaluate_every(self) -> int:
        """Steps between evaluations."""

    @property
    def next_evaluation(self) -> int:
        """The step at which the next one is due, at the latest the last step."""
        step, every = self.state.step, self.evaluate_every
        return min(step + every - step % every, self.steps)

    @property
    @abstractmethod
    def steps_at_once(self) -> int:
        """Steps after which the host looks at what came out, at most."""

    @property
    @abstractmethod
    def ended(self) -> bool: ...

    @property
    @abstractmethod
    def best(self) -> bool:
        """Whether the weights as they stand are those to be kept of all so far."""

    @abstractmethod
    def train(self, statistics: Float[Tensor, "steps statistics"]) -> None:
        """Run a step for each row of `statistics`, which `Update` fills, from `state.step` on."""

    @abstractmethod
    def evaluate(self, loss: float, monitor: Monitor) -> Measured:
        """Measure the weights as they stand, and decide how the run goes on.

        Args:
            loss: mean of the training batches since the evaluation before.

        Raises: NotFiniteAt.
        """

    @abstractmethod
    def conclude(self, monitor: Monitor) -> None:
        """Measure, once the run has ended, the weights that are kept. Raises: NotFiniteAt."""

    @abstractmethod
    def evaluate_trained(
        self, at: Predictor, parent: Record, reporter: Reporter, monitor: Monitor
    ) -> Mapping[str, Value]:
        """Measure the trained weights with what is added to them at test time.

        Raises: NotFiniteAt; Rejected, where `parent` is no record of such a run.
        """

    @property
    @abstractmethod
    def levels(self) -> tuple[Level, ...]: ...

    @abstractmethod
    def data(self) -> Mapping[str, Any]:
        """What the record says of the data beside its word and origin."""

    @abstractmethod
    def metrics(self) -> Mapping[str, Value]:
        """What was measured so far, beside speed and memory."""


def begin(
    program: Program, state: Mapping[str, Any] | None = None, carried: tuple[Tensor, ...] = ()
) -> Run:
    """The run of a program, before its first step, or where `state` and `carried` say it was."""
    cls = program.plan.task.run_class
    return cls(program, None if state is None else cls.states.from_json(state), carried)


def execute(program: Program, folder: RunFolder, monitor: Monitor) -> Record:
    """Train until the run has ended or the steps are used up, and write the record.

    The host waits for the device once an evaluation (and once in 1,000 steps), where it also learns
    whether a loss, gradient or written row was not finite.

    A number that was not finite gives a record with status `failed`.

    Raises:
        KeyboardInterrupt, Interrupted: passed on, after a record with status `interrupted` has been
            written.
    """
    with computing(program.device, program.setup.training):
        return _executed(begin(program), folder, monitor)


def _executed(run: Run, folder: RunFolder, monitor: Monitor) -> Record:
    program = run.program
    folder.start(plain(program.setup))
    reset_peak_memory(program.device)
    try:
        while not run.ended:
            evaluation = advance(run, monitor)
            folder.append(evaluation)
            if run.best:
                folder.save_weights(program.weights())
            monitor.evaluated(evaluation)
        if not run.best:
            folder.load_weights(program)
        run.conclude(monitor)
        folder.finish(_record(run, "finished", None))
    except NotFiniteAt as found:
        failure = {"step": found.step, "tensor": found.tensor}
        folder.finish(_record(run, "failed", failure))
    except (KeyboardInterrupt, Interrupted):
        # It may have come when the run had just been finished.
        if not folder.has_record:
            folder.finish(_record(run, "interrupted", None))
        raise
    record = folder.read()
    assert record is not None, "the record was just written"
    return record


def advance(run: Run, monitor: Monitor) -> Evaluation:
    """Train up to the next evaluation, and evaluate. Raises: NotFiniteAt."""
    state, started = run.state, time.perf_counter()
    try:
        loss = _train(run, monitor)
    finally:
        state.seconds += time.perf_counter() - started
    values, binding = run.evaluate(loss, monitor)
    seconds = round(state.seconds, 3)
    return Evaluation(step=state.step, seconds=seconds, values=values, binding=binding)


def _train(run: Run, monitor: Monitor) -> float:
    """Steps up to the next evaluation. Returns their mean loss. Raises: NotFiniteAt."""
    update, state, losses = run.program.update, run.state, list[Tensor]()
    end = run.next_evaluation
    while state.step < end:
        count = min(end - state.step, run.steps_at_once)
        statistics = torch.empty(count, len(update.statistic_names), device=run.program.device)
        run.train(statistics)
        losses.append(finite(update, statistics, state.step)[:, 0])
        state.step += count
        if state.step < end:
            monitor.trained(state.step, float(losses[-1][-1]))
    return float(torch.cat(losses).mean())


def _record(run: Run, status: Status, failure: Mapping[str, Any] | None) -> Record:
    program, content = run.program, run.program.opened.content
    memory = program.plan.memory.at_test
    return Record(
        experiment=program.experiment,
        variant=program.variant,
        seed=program.seed,
        identity=program.identity,
        status=status,
        setup=plain(program.setup, deciding_only=True),
        data={
            "word": content.word,
            "fingerprint": content.fingerprint,
            "origin": content.origin,
            "substituted_for": program.opened.substituted_for,
            **run.data(),
        },
        environment=environment(program, program.output),
        plan={"parameters": program.plan.parameters, "counters": program.plan.counters},
        levels=run.levels,
        metrics={**run.metrics(), **_speed(run), "memory_at_test": Value(value=memory)},
        steps=run.state.step,
        failure=failure,
    )


def _speed(run: Run) -> dict[str, Value]:
    state = run.state
    if not state.step:
        return {}
    return {
        "steps_per_second": Value(value=state.step / state.seconds),
        "peak_memory": Value(value=peak_memory(run.program.device)),
    }
