"""Stage 6: the loop, from the first step to the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import torch

from hebbdsl import __version__
from hebbdsl.interrupts import Interrupted
from hebbdsl.parts.bfloat16.module import has_bfloat16
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.program.classification.program import ClassificationProgram
from hebbdsl.program.devices import computing
from hebbdsl.program.identity import SEMANTICS, packages_of, raised_parts
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.program.program import Program
from hebbdsl.run.classification.run import ClassificationRun
from hebbdsl.run.language.run import LanguageRun
from hebbdsl.run.monitor import Monitor
from hebbdsl.run.peak_memory import reset_peak_memory
from hebbdsl.run.record import Evaluation, Level, Record, Status, Value
from hebbdsl.run.step_statistics import NotFiniteAt
from hebbdsl.run.store import RunFolder
from hebbdsl.spec.canonical import plain


class Run(Protocol):
    """A run under way, on whatever data."""

    @property
    def step(self) -> int: ...
    @property
    def ended(self) -> bool: ...
    def advance(self, monitor: Monitor) -> Evaluation:
        """Train up to the next evaluation, and evaluate. Raises: NotFiniteAt."""

    @property
    def best(self) -> bool:
        """Whether the weights as they stand are those to be kept of all so far."""

    def conclude(self, monitor: Monitor) -> None:
        """What is measured once a run has ended, of the weights that are kept."""

    @property
    def levels(self) -> tuple[Level, ...]: ...
    def data(self) -> Mapping[str, Any]: ...
    def metrics(self) -> Mapping[str, Value]: ...


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
        return _executed(program, folder, monitor)


def _executed(program: Program, folder: RunFolder, monitor: Monitor) -> Record:
    run = begin(program)
    folder.start(plain(program.setup))
    reset_peak_memory(program.device)
    try:
        while not run.ended:
            evaluation = run.advance(monitor)
            folder.append(evaluation)
            if run.best:
                folder.save_weights(program.weights())
            monitor.evaluated(evaluation)
        if not run.best:
            folder.load_weights(program)
        run.conclude(monitor)
        folder.finish(_record(program, run, "finished", None))
    except NotFiniteAt as found:
        failure = {"step": found.step, "tensor": found.tensor}
        folder.finish(_record(program, run, "failed", failure))
    except (KeyboardInterrupt, Interrupted):
        # It may have come when the run had just been finished.
        if not folder.has_record:
            folder.finish(_record(program, run, "interrupted", None))
        raise
    record = folder.read()
    assert record is not None, "the record was just written"
    return record


def begin(program: Program) -> Run:
    """The run of a program, before its first step."""
    match program:
        case ClassificationProgram():
            return ClassificationRun(program)
        case LanguageProgram():
            return LanguageRun(program)
    raise TypeError(f"no run is known of {type(program).__name__}")


def _record(
    program: Program, run: Run, status: Status, failure: Mapping[str, Any] | None
) -> Record:
    content = program.opened.content
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
        metrics={**run.metrics(), "memory_at_test": Value(value=program.plan.memory.at_test)},
        steps=run.step,
        failure=failure,
    )


def environment(program: Program, *outputs: OutputLayer) -> Mapping[str, Any]:
    """What a run was computed with.

    Args:
        outputs: those that predicted, asked with all that is inside them.
    """
    found: dict[str, Any] = {
        "semantics": SEMANTICS,
        "hebbdsl": __version__,
        "torch": torch.__version__,
        "device": device_name(program.device),
        "dtype": program.setup.training.precision,
        "threads": torch.get_num_threads(),
        "float32_matmul_precision": torch.get_float32_matmul_precision(),
        "cudnn_benchmark": torch.backends.cudnn.benchmark,
    }
    if parts := raised_parts(program.setup):
        found["parts"] = parts
    if packages := packages_of(program.setup):
        found["packages"] = packages
    if program.setup.training.precision == "bfloat16":
        there = has_bfloat16(program.device)
        found["bfloat16"] = "by its instructions" if there else "without instructions"
    for output in outputs:
        for layer in output.modules():
            if isinstance(layer, OutputLayer):
                found |= layer.computed_with()
    return found


def device_name(device: torch.device) -> str:
    """With the name of the GPU, where it is one."""
    if device.type == "cuda":
        return f"cuda ({torch.cuda.get_device_name(device)})"
    return device.type
