"""A trained run evaluated otherwise: with memories and adaptations, without training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.parts.reporter import Reporter
from hebbdsl.program.devices import computing
from hebbdsl.program.identity import SEMANTICS, evaluation_identity, raised_parts
from hebbdsl.program.program import Program
from hebbdsl.program.test_time import Predictor, at_test
from hebbdsl.run.environment import environment
from hebbdsl.run.label_reading import reads_labels
from hebbdsl.run.loop import begin
from hebbdsl.run.monitor import Monitor
from hebbdsl.run.problems import AlteredRecord, OtherData, OtherMeaning
from hebbdsl.run.record import Record, Value
from hebbdsl.run.step_statistics import NotFiniteAt
from hebbdsl.run.store import RunFolder
from hebbdsl.spec.canonical import plain
from hebbdsl.spec.experiment import Evaluation


def evaluate(
    program: Program, parent: Record, folder: RunFolder, reporter: Reporter, monitor: Monitor
) -> Record:
    """Test the weights of `parent` as the program's setup declares, and write a record of its own.

    The program's weights are those of the parent afterwards.

    Args:
        program: assembled from the parent's setup, the evaluation apart.
        parent: the record of the training, finished.
        folder: where the new record goes.

    Losses that are not finite, as of an adaptation whose steps are too large, give a record with
    status `failed`.

    Raises: Rejected, with HEB534 when the parent's files are not what its run wrote, HEB543 when
        the data is not what it was trained on, HEB590 when what it was trained as is now computed
        otherwise.
    """
    assert parent.folder is not None, "it was read from its folder"
    if program.identity != parent.identity:
        raise Rejected([_another(program, parent)])
    with computing(program.device, program.setup.training):
        return _evaluated(program, parent, folder, reporter, monitor)


def _evaluated(
    program: Program, parent: Record, folder: RunFolder, reporter: Reporter, monitor: Monitor
) -> Record:
    assert parent.folder is not None, "it was read from its folder"
    RunFolder(parent.folder).load_weights(program)
    folder.start(plain(program.setup))
    at = at_test(program)
    found: Mapping[str, Value] = {}
    failure = None
    try:
        found = begin(program).evaluate_trained(at, parent, reporter, monitor)
    except NotFiniteAt as bad:
        failure = {"step": bad.step, "tensor": bad.tensor}
    folder.finish(_record(program, parent, at, found, failure))
    record = folder.read()
    assert record is not None, "the record was just written"
    return record


def _another(program: Program, parent: Record) -> Problem:
    """Why the run would be another today."""
    place, variant, seed = str(parent.folder), parent.variant, parent.seed
    if program.opened.content.fingerprint != parent.data["fingerprint"]:
        return OtherData(place=place, variant=variant, seed=seed)
    then = parent.environment
    meant, means = (
        (then["semantics"], then.get("parts", {})),
        (SEMANTICS, raised_parts(program.setup)),
    )
    if meant == means:
        return AlteredRecord(place=place, reason="its setup and seed are those of another run")
    return OtherMeaning(place=place, variant=variant, seed=seed, version=str(then["hebbdsl"]))


def setup_evaluated(parent: Record, evaluation: Evaluation) -> dict[str, Any]:
    """The setup of a trained run with another evaluation, as records have it."""
    return {**parent.setup, "evaluation": plain(evaluation, deciding_only=True)}


def _record(
    program: Program,
    parent: Record,
    at: Predictor,
    metrics: Mapping[str, Value],
    failure: Mapping[str, Any] | None,
) -> Record:
    evaluation = program.setup.evaluation
    memory = Value(value=program.plan.memory.at_test)
    assert parent.folder is not None
    setup = setup_evaluated(parent, evaluation)
    return Record(
        experiment=program.experiment,
        variant=program.variant,
        seed=program.seed,
        identity=evaluation_identity(parent.identity, evaluation),
        status="finished" if failure is None else "failed",
        failure=failure,
        setup=setup,
        data=parent.data,
        environment=environment(program, program.output, at.output),
        plan=parent.plan,
        levels=parent.levels,
        metrics={**metrics, "memory_at_test": memory} if failure is None else {},
        steps=parent.steps,
        evaluation={
            "parent": {
                "variant": parent.variant,
                "identity": parent.identity,
                "folder": f"{parent.variant}/{parent.folder.name}",
            },
            "tuned": dict(at.tuned()),
            "reads_labels": reads_labels(setup, parent.data),
        },
    )
