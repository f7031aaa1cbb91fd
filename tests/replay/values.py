"""What a refactoring must not change: plans, resolved values, identities, losses, comparisons.

Every spec of the gallery is planned, and two tiny ones, a spec for each task with a variant for
each word, are run for twenty steps on data made here, with an evaluation after each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from hebbdsl.comparison.export import as_document
from hebbdsl.parts.reporter import Quiet
from hebbdsl.pipeline import compare_records, load_plan, run_program
from hebbdsl.plan.plan import Plan, VariantPlan
from hebbdsl.plan.planning import plan_setup
from hebbdsl.program.building import assemble
from hebbdsl.program.data import Opened
from hebbdsl.program.identity import evaluation_identity, identity
from hebbdsl.run.evaluating import evaluate
from hebbdsl.run.monitor import Silent
from hebbdsl.run.record import Record
from hebbdsl.run.record_json import evaluation_to_json, record_to_json
from hebbdsl.run.store import RunFolder
from hebbdsl.spec.canonical import plain
from hebbdsl.spec.experiment import AS_TRAINED
from tests import tiny, words
from tests.comparison import records

HERE = Path(__file__).parent
GALLERY = HERE.parents[1] / "specs"
TASKS = {"classification": tiny.content, "language": words.content}
MEASURED = (
    "seconds",
    "steps_per_second",
    "tokens_per_second",
    "peak_memory",
    "predictions_per_second",
)
"""What a clock or the machine decides."""


def plans() -> dict[str, Any]:
    """Of every spec and variant: resolved values, identity with data of digest 0, plan."""
    paths = [*sorted(GALLERY.glob("*.yaml")), *(HERE / f"{task}.yaml" for task in TASKS)]
    return {path.stem: dict(_variants(load_plan(path))) for path in paths}


def _variants(plan: Plan) -> Iterator[tuple[str, Any]]:
    seed = plan.checked.experiment.seeds[0]
    for name, variant in plan.variants.items():
        setup = variant.setup
        training = identity(setup, seed, "0" * 64)
        yield (
            name,
            {
                "setup": plain(setup, former=True),
                "identity": evaluation_identity(training, setup.evaluation),
                "plan": _numbers(variant),
            },
        )


def _numbers(plan: VariantPlan) -> Mapping[str, Any]:
    return {
        "layers": [
            [layer.name, *layer.shape, layer.parameters, layer.counters, layer.buffer_bytes]
            for layer in plan.layers
        ],
        "memory": asdict(plan.memory),
        "levels": list(plan.levels),
        "steps": plan.steps,
        "evaluations": plan.evaluations,
    }


def losses(task: str, folder: Path) -> dict[str, Any]:
    """Of every variant of the task's tiny spec what its evaluations and metrics say, without what
    is measured. `folder` takes the runs."""
    torch.set_num_threads(1)
    plan = load_plan(HERE / f"{task}.yaml")
    return {
        name: _outcome(_run(task, name, variant, folder)) for name, variant in plan.variants.items()
    }


def _run(task: str, name: str, plan: VariantPlan, folder: Path) -> Record:
    setup, content = plan.setup, TASKS[task]()
    facts = content.facts() or plan.facts
    planned = plan_setup(setup, facts)
    trained = plan_setup(replace(setup, evaluation=AS_TRAINED), facts)
    opened = Opened(setup.data, content)
    record = run_program(assemble("replay", name, trained, 0, opened, tiny.CPU), folder)
    if setup.evaluation == AS_TRAINED:
        return record
    tested = assemble("replay", name, planned, 0, opened, tiny.CPU)
    place = RunFolder(folder / "replay" / name / "evaluated")
    with place.locked():
        return evaluate(tested, record, place, Quiet(), Silent())


def _outcome(record: Record) -> Any:
    assert record.status == "finished"
    lines = [evaluation_to_json(evaluation) for evaluation in record.evaluations]
    for line in lines:
        line.pop("binding", None)  # long, and summed up in the metrics
    return _unmeasured({"metrics": record_to_json(record)["metrics"], "evaluations": lines})


def comparison() -> Any:
    """The document of a comparison of records made by hand: ten seeds, some of them censored."""
    made = records.experiment()
    finish, early = records.metric("hebbian"), records.metric("softmax")
    claims = (
        records.claim("<", finish, records.times(0.7, early)),
        records.claim(">=", records.metric("hebbian", "newest_accuracy@10"), 0.3),
    )
    order = tuple(records.RATES)
    return as_document(compare_records(made, baseline="softmax", claims=claims, order=order))


def _unmeasured(value: Any) -> Any:
    match value:
        case Mapping():
            return {k: _unmeasured(v) for k, v in value.items() if k not in MEASURED}
        case list() | tuple():
            return [_unmeasured(item) for item in value]
    return value


def everything() -> dict[str, Any]:
    """All of it, a minute at most, as JSON has it."""
    with TemporaryDirectory() as folder:
        of_tasks = {task: losses(task, Path(folder)) for task in TASKS}
    return {"plans": plans(), "losses": of_tasks, "comparison": comparison()}


def differences(
    before: Any, after: Any, close: Callable[[Any, Any], bool], at: str = ""
) -> list[str]:
    """Where two such values differ, a line each; numbers as `close` has it."""
    match before, after:
        case Mapping(), Mapping():
            found = [f"{at}.{key}: only one has it" for key in before.keys() ^ after.keys()]
            shared = [(f"{at}.{key}", before[key], after[key]) for key in before if key in after]
        case ((list() | tuple()), (list() | tuple())) if len(before) == len(after):
            found = []
            shared = [
                (f"{at}[{n}]", *pair) for n, pair in enumerate(zip(before, after, strict=True))
            ]
        case _:
            return [] if close(before, after) else [f"{at}: {before!r}, now {after!r}"]
    for place, left, right in shared:
        found.extend(differences(left, right, close, place))
    return found
