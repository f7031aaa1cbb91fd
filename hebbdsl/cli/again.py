"""From the folder of a trained run to the job of evaluating it otherwise."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from hebbdsl.diagnostics.codes.evaluating import NameTaken, NotATrainedRun, OnlyEvaluation
from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.pipeline import check_spec, make_plan, parse_tree
from hebbdsl.program.identity import evaluation_identity
from hebbdsl.run.evaluating import setup_evaluated
from hebbdsl.run.job import Job
from hebbdsl.run.record import Record
from hebbdsl.run.store import SETUP, RunFolder, find_runs
from hebbdsl.source import Source
from hebbdsl.spec.experiment import AS_TRAINED


def evaluation_job(
    run: Path, overrides: Sequence[str], name: str | None, device: str, threads: int
) -> tuple[Job, Record]:
    """The job, and the record of the training.

    Args:
        overrides: `path=value`, of fields of `evaluation`.
        name: of the variant that the new record is of; None: the trained one's with a digest.

    Raises: Rejected, with HEB541 where the folder holds no finished training, HEB542 where
        overrides change another section, HEB546 where runs of another setup have the name, and with
        what is wrong with the setup so changed.
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
    setup = json.loads((run / SETUP).read_bytes())
    setup.pop("evaluation", None)
    head = {"hebbdsl": 1, "experiment": parent.experiment, "seeds": [parent.seed]}
    variant = name or "main"
    body = {**head, **setup, "variants": {variant: {}}}
    source = Source(f"{run / SETUP}.yaml", json.dumps(body, indent=1, ensure_ascii=False))
    plan = make_plan(check_spec(parse_tree(source), overrides))
    chosen = plan.variants[variant]
    if chosen.setup.evaluation == AS_TRAINED:
        raise Rejected([OnlyEvaluation(place=None, change=None)])
    if name is None:
        digest = evaluation_identity(parent.identity, chosen.setup.evaluation)[:8]
        variant = f"{parent.variant[:54]}_{digest}"
    out = run.resolve().parents[2]
    wanted = setup_evaluated(parent, chosen.setup.evaluation)
    for other in find_runs(out / parent.experiment / variant):
        record = other.read()
        if record is not None and record.setup != wanted:
            raise Rejected([NameTaken(place=str(other.path), variant=variant)])
    job = Job(
        experiment=parent.experiment,
        variant=variant,
        plan=chosen,
        seed=parent.seed,
        out=out,
        device=device,
        threads=threads,
        home=parent.variant,
    )
    return job, parent
