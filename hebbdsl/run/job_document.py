"""Jobs as plain JSON values, as they travel to other processes.

A plan does not travel: it is made again from the setup, and its digest says whether it is the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hebbdsl.plan.plan import VariantPlan
from hebbdsl.program.identity import canonical_json
from hebbdsl.spec.canonical import plain

if TYPE_CHECKING:
    from hebbdsl.run.job import Job
    from hebbdsl.source import Source


def job_to_json(job: Job) -> dict[str, Any]:
    """Without the job of its training: where its record stands is known."""
    return {
        "version": 1,
        "experiment": job.experiment,
        "variant": job.variant,
        "setup": plain(job.plan.setup),
        "seed": job.seed,
        "out": str(job.out),
        "device": job.device,
        "threads": job.threads,
        "retrain": job.retrain,
        "parent": None if job.parent is None else str(job.parent),
        "digest": job.digest,
    }


def job_from_json(body: Mapping[str, Any], plans: dict[bytes, VariantPlan]) -> Job:
    """The same job.

    Args:
        plans: what was planned before: setups that differ in their seed alone are planned once.
    """
    from hebbdsl.run.job import Job
    from hebbdsl.source import Source

    setup, variant = canonical_json(body["setup"]), body["variant"]
    if setup not in plans:
        head = {"hebbdsl": 1, "experiment": body["experiment"], "variants": {variant: {}}}
        text = json.dumps({**body["setup"], **head}, indent=1)
        plans[setup] = plan_of(Source("job.yaml", text), variant)
    return Job(
        experiment=body["experiment"],
        variant=variant,
        plan=plans[setup],
        seed=body["seed"],
        out=Path(body["out"]),
        device=body["device"],
        threads=body["threads"],
        retrain=body["retrain"],
        parent=None if body["parent"] is None else Path(body["parent"]),
        digest=body["digest"],
    )


def plan_of(source: Source, variant: str, overrides: Sequence[str] = ()) -> VariantPlan:
    """The plan of one variant of a spec that was written by a program.

    Raises: Rejected, with all that is wrong with it.
    """
    from hebbdsl.plan.planning import make_plan
    from hebbdsl.spec.checker import check
    from hebbdsl.syntax.surfaces import parse_tree

    return make_plan(check(parse_tree(source), overrides)).variants[variant]


def plan_digest(plan: VariantPlan) -> str:
    """Hex digest of all that a plan decides: who plans otherwise has another."""
    body = {
        "setup": plain(plan.setup),
        "layers": [asdict(layer) for layer in plan.layers],
        "memory": asdict(plan.memory),
        "levels": list(plan.levels),
        "steps": plan.steps,
        "evaluate_every": plan.evaluate_every,
    }
    return sha256(canonical_json(body)).hexdigest()
