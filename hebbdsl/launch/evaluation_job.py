"""From the folder of a trained run to the job of evaluating it with something added."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hebbdsl.comparison.differences import setup_differences
from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.launch.problems import NameTaken, OnlyEvaluation
from hebbdsl.program.identity import evaluation_identity
from hebbdsl.run.evaluating import setup_evaluated
from hebbdsl.run.job import Job, failure_of, run_job
from hebbdsl.run.job_document import plan_of
from hebbdsl.run.monitor import JobMonitor, Reporting
from hebbdsl.run.problems import AlteredRecord, NotATrainedRun
from hebbdsl.run.record import Record
from hebbdsl.run.session import Session
from hebbdsl.run.store import SETUP, RunFolder, find_runs
from hebbdsl.source import Source
from hebbdsl.spec.canonical import plain
from hebbdsl.spec.experiment import AS_TRAINED, Setup
from hebbdsl.syntax.reading import refuse_unprintable


def evaluate_run(
    run: Path,
    overrides: Sequence[str],
    name: str | None,
    device: str,
    threads: int,
    monitor: JobMonitor,
) -> Record:
    """Evaluate a recorded run, where that was not completed. Raises: Rejected."""
    job = evaluation_job(run, overrides, name, device, threads)
    record = run_job(job, Session(monitor), Reporting(monitor))
    if (problem := failure_of(record)) is not None:
        raise Rejected([problem])
    return record


def evaluation_job(
    run: Path, overrides: Sequence[str], name: str | None, device: str, threads: int
) -> Job:
    """The job whose parent is the run.

    Args:
        overrides: `path=value`, of fields of `evaluation`.
        name: of the variant that the new record is of; None: the trained one's with a digest.

    Raises: Rejected, with HEB534 where the setup is not what the record was sealed with, HEB541
        where the folder holds no finished training, HEB542 where overrides change another section,
        HEB546 where runs of another setup have the name, and with what is wrong with the setup so
        changed.
    """
    parent = RunFolder(run).read()
    if parent is None or parent.status != "finished" or parent.evaluation is not None:
        reason = "it holds no record"
        if parent is not None:
            trained = parent.evaluation is None
            reason = f"its run is {parent.status}" if trained else "it holds an evaluation"
        raise Rejected([NotATrainedRun(place=str(run), reason=reason)])
    for change in overrides:
        if change.partition("=")[0].split(".")[0].strip() != "evaluation":
            raise Rejected([OnlyEvaluation(place=None, change=change)])
    out = _runs_of(run)
    setup = RunFolder(run).setup()
    setup.pop("evaluation", None)
    variant = name or "main"
    head = {"hebbdsl": 1, "experiment": parent.experiment, "seeds": [parent.seed]}
    # The setup has no key of the head: `RunFolder.setup` believes none that is not a setup's.
    body = {**setup, **head, "variants": {variant: {}}}
    source = Source(f"{run / SETUP}.yaml", json.dumps(body, indent=1, ensure_ascii=False))
    refuse_unprintable(source)
    chosen = plan_of(source, variant, overrides)
    _verify(run, chosen.setup, parent)
    if chosen.setup.evaluation == AS_TRAINED:
        raise Rejected([OnlyEvaluation(place=None, change=None)])
    if name is None:
        digest = evaluation_identity(parent.identity, chosen.setup.evaluation)[:8]
        variant = f"{parent.variant[:54]}_{digest}"
    wanted = setup_evaluated(parent, chosen.setup.evaluation)
    for other in find_runs(out / parent.experiment / variant):
        record = other.read()
        if record is not None and record.setup != wanted:
            raise Rejected([NameTaken(place=str(other.path), variant=variant)])
    return Job(
        experiment=parent.experiment,
        variant=variant,
        plan=chosen,
        seed=parent.seed,
        out=out,
        device=device,
        threads=threads,
        parent=run,
    )


def _runs_of(run: Path) -> Path:
    """The folder that holds the experiments' folders. Raises: Rejected, with HEB541."""
    above = run.resolve().parents
    if len(above) < 3:
        reason = "it does not stand in the folder of a variant and an experiment"
        raise Rejected([NotATrainedRun(place=str(run), reason=reason)])
    return above[2]


def _verify(run: Path, setup: Setup, parent: Record) -> None:
    """Raises: Rejected, with HEB534, where the setup in full is another than the record's."""
    trained = plain(replace(setup, evaluation=AS_TRAINED), deciding_only=True)
    if trained != parent.setup:
        differing = setup_differences({"record": parent.setup, "setup": trained})
        where = differing[0].path if differing else "defaults"
        reason = f"it and the record differ in {quoted(where)}"
        raise Rejected([AlteredRecord(place=str(run / SETUP), reason=reason)])
