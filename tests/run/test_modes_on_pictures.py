"""Every output word, and mixtures of them, on the curriculum of pictures: trained, and at test."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hebbdsl.launch.schedule import schedule
from hebbdsl.launch.selection import select_jobs
from hebbdsl.parts.part import Output
from hebbdsl.pipeline import load_plan
from hebbdsl.plan.planning import plan_setup
from hebbdsl.run.job import Job, run_job
from hebbdsl.run.monitor import Silent
from hebbdsl.run.record import Record
from hebbdsl.run.session import Session
from hebbdsl.spec.experiment import AS_TRAINED
from hebbdsl.vocabulary import word_of, words_of

TRAINED = {
    "softmax": "softmax",
    "hebbian": "{hebbian: {gamma: 0.05, rescale: mean_row}}",
    "cache": "{cache: {size: 60}}",
    "nearest": "{nearest: {neighbours: 40, theta: 0.3}}",
    "nearest_by_entropy": "{mixture: {experts: [softmax, {nearest: {theta: 0.3}}],"
    " weights: entropy}}",
    "mixture_of_softmaxes": "{mixture_of_softmaxes: {components: 3, width: 8}}",
    "adaptive_softmax": "{adaptive_softmax: {cutoffs: [5, 9]}}",
    "sampled_softmax": "{sampled_softmax: {samples: 5}}",
    "equal": "{mixture: {experts: [softmax, {cache: {size: 60}}]}}",
    "given": "{mixture: {experts: [hebbian, {cache: {size: 60}}], weights: [0.7, 0.3]}}",
    "learned": "{mixture: {experts: [softmax, {cache: {size: 60}}], weights: learned}}",
    "entropy": "{mixture: {experts: [softmax, {cache: {size: 60}}], weights: entropy}}",
    "caches": "{mixture: {experts: [{cache: {size: 60}}, {cache: {size: 9}}], weights: learned}}",
    "nested": "{mixture: {experts: [hebbian, {mixture: {experts: [mixture_of_softmaxes, {cache:"
    " {size: 60}}], weights: entropy}}], weights: learned}}",
}
"""Outputs that are trained: each word, and mixtures of every kind. A new output is a line here."""

CACHE = "{cache: {theta: tuned}}"
AT_TEST = {
    "as_trained": "{mixture: {experts: [trained]}}",
    "memory": "{mixture: {experts: [trained, {cache: {size: 60}}], weights: [0.6, 0.4]}}",
    "tuned": f"{{mixture: {{experts: [trained, {CACHE}], weights: tuned}}}}",
    "nearest_tuned": "{mixture: {experts: [trained, {nearest: {theta: tuned}}], weights: tuned}}",
    "by_entropy": f"{{mixture: {{experts: [trained, {CACHE}], weights: entropy,"
    " temperature: tuned}}",
    "nested_tuned": f"{{mixture: {{experts: [trained, {{mixture: {{experts: [{CACHE},"
    " {cache: {size: 9}}], weights: tuned}}], weights: tuned}}",
    "deep_entropy": "{mixture: {experts: [{mixture: {experts: [trained, {cache: {size: 60}}],"
    " weights: tuned}}, {cache: {size: 9}}], weights: entropy}}",
}
"""Outputs that are added to what was trained."""

SPEC = """\
hebbdsl: 1
experiment: modes
seeds: [0]
data: {glyphs: {image_size: 8, classes: 12, validation_drawings: 3}}
model: {mlp: {hidden: [32], features: 16}}
output: softmax
curriculum: {growing: {start: 4, add: 4, when: validation_accuracy >= 0.4}}
training: {optimizer: {adam: {learning_rate: 3e-3}}, batch_size: 16, steps: 200, evaluate_every: 10}
"""


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Job]:
    """By name, the training modes and the added ones; runs stay where they are between tests."""
    folder = tmp_path_factory.mktemp("modes")
    variants = {name: f"{{output: {output}}}" for name, output in TRAINED.items()}
    for name, added in AT_TEST.items():
        variants[f"added_{name}"] = f"{{evaluation.output: {added}}}"
    lines = "".join(f"  {name}: {change}\n" for name, change in variants.items())
    path = folder / "modes.yaml"
    path.write_text(f"{SPEC}variants:\n{lines}")
    plan = load_plan(path)
    return {job.variant: job for job in select_jobs(plan, out=folder / "runs")}


def record_of(job: Job, again: bool = False) -> Record:
    """Trains what the job needs first, where that is not completed."""
    session = Session()
    for one in schedule([replace(job, retrain=again)], session).jobs:
        record = run_job(one, session, Silent())
    return record


def accuracies(record: Record) -> dict[str, float]:
    assert record.status == "finished"
    assert record.failure is None
    found = {
        split: record.metrics[f"final_{split}_accuracy"].value for split in ("test", "validation")
    }
    assert all(0 <= accuracy <= 1 for accuracy in found.values())
    return found


def test_every_output_word_is_trained_here(jobs: dict[str, Job]) -> None:
    used = {word_of(jobs[name].plan.setup.output) for name in TRAINED}
    assert used == {word for word, cls in words_of(Output).items() if not _stands_for(cls)}


def _stands_for(cls: type) -> bool:
    return issubclass(cls, Output) and cls.is_trained


@pytest.mark.parametrize("mode", TRAINED)
def test_it_is_trained_and_tested_and_that_is_the_same_again(
    mode: str, jobs: dict[str, Job]
) -> None:
    record = record_of(jobs[mode])
    found = accuracies(record)
    assert record.levels[-1].classes > record.levels[0].classes, "no level was passed"
    assert found["test"] > 2 / record.levels[-1].classes, "no better than chance"
    # What was trained, put beside nothing at test time, says what it said at the end of training.
    setup = replace(
        jobs[mode].plan.setup, evaluation=jobs["added_as_trained"].plan.setup.evaluation
    )
    alone = replace(
        jobs[mode], variant=f"{mode}_alone", plan=plan_setup(setup), training=jobs[mode]
    )
    assert setup.evaluation != AS_TRAINED
    assert accuracies(record_of(alone)) == pytest.approx(found)
    assert accuracies(record_of(alone, again=True)) == accuracies(record_of(alone))


@pytest.mark.parametrize("mode", AT_TEST)
def test_it_is_added_at_test_time_and_says_the_same_again(mode: str, jobs: dict[str, Job]) -> None:
    job = jobs[f"added_{mode}"]
    record = record_of(job)
    found = accuracies(record)
    again = record_of(job, again=True)
    assert again is not record
    assert accuracies(again) == found
    assert again.evaluation is not None
    assert record.evaluation is not None
    assert again.evaluation["tuned"] == record.evaluation["tuned"]
    tuned = {".".join(map(str, path)) for path in _tuned(job)}
    assert set(record.evaluation["tuned"]) == tuned
    assert record.evaluation["reads_labels"] is False


def _tuned(job: Job) -> list[tuple[str | int, ...]]:
    """The paths at which the evaluation says that something is tuned."""
    found: list[tuple[str | int, ...]] = []

    def look(part: Output, path: tuple[str | int, ...]) -> None:
        found.extend((*path, name) for name in part.tunes())
        for number, expert in enumerate(getattr(part, "experts", ())):
            look(expert, (*path, "experts", number))

    added = job.plan.setup.evaluation.output
    assert added is not None
    look(added, ())
    return found
