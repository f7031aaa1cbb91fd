"""What `run` and `compare` share: which runs are meant, and having them trained."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hebbdsl.cli.options import chosen_variants
from hebbdsl.cli.terminal import show_problems
from hebbdsl.diagnostics.codes.run import BadSeeds
from hebbdsl.diagnostics.diagnostic import Problem, Rejected, Severity

if TYPE_CHECKING:
    from hebbdsl.plan.plan import Plan
    from hebbdsl.run.job import Job
    from hebbdsl.run.record import Record


def select_jobs(
    plan: Plan,
    variants: Sequence[str] | None,
    seeds: Sequence[str] | None,
    out: Path,
    device: str,
    threads: int,
    retrain: bool,
    every: bool,
) -> list[Job]:
    """The runs asked for; without a word, all variants × seeds (`every`) or the first of each.

    Raises: Rejected, with HEB535 or HEB538.
    """
    from hebbdsl.run.job import Job

    experiment = plan.checked.experiment
    names = chosen_variants(plan, variants or ())
    if not variants and not every:
        names = names[:1]
    if seeds:
        numbers = list(dict.fromkeys(number for text in seeds for number in _seeds(text)))
    else:
        numbers = list(experiment.seeds if every else experiment.seeds[:1])
    homes = _homes(plan)
    return [
        Job(
            experiment=experiment.experiment,
            variant=name,
            plan=plan.variants[name],
            seed=number,
            out=out,
            device=device,
            threads=threads,
            retrain=retrain,
            home=None if homes[name] == name else homes[name],
        )
        for number in numbers
        for name in names
    ]


def _homes(plan: Plan) -> dict[str, str]:
    """Under which name each variant's weights are trained: variants that differ in their evaluation
    alone share them. That is the first of them which adds nothing to what was trained, or, where
    all do, a name made of the first one's."""
    from hebbdsl.spec.experiment import AS_TRAINED

    homes = dict[str, str]()
    trained = {
        name: replace(variant.setup, evaluation=AS_TRAINED)
        for name, variant in plan.variants.items()
    }
    for name, setup in trained.items():
        sharing = [other for other, one in trained.items() if one == setup]
        plain = (o for o in sharing if plan.variants[o].setup.evaluation == AS_TRAINED)
        homes[name] = next(plain, f"trained_for_{sharing[0]}"[:64])
    return homes


def _seeds(text: str) -> range:
    """A whole number or `0..9`, both ends included. Raises: Rejected, with HEB538."""
    first, dots, last = text.partition("..")
    try:
        start = int(first)
        stop = int(last) if dots else start
    except ValueError:
        start, stop = 0, -1
    if not 0 <= start <= stop < min(2**32, start + 10_000):
        raise Rejected([BadSeeds(place=None, text=text)])
    return range(start, stop + 1)


def train_all(jobs: Sequence[Job], workers: int | None, quiet: bool) -> tuple[list[Record], int]:
    """Train what is not completed. Returns all records there are, in order, and the exit code.

    Problems of single runs are shown on stderr and do not stop the others.

    Raises: Rejected, with HEB544 or HEB540, when one of them needs software that is not installed
        here, or more memory than there is: none is trained then, since what is trained may be for
        the one that can't be evaluated.
    """
    from hebbdsl.run import interrupts
    from hebbdsl.run.job import completed, failure_of, folder_of, open_afresh, refuse_here
    from hebbdsl.run.progress import showing

    open_afresh()
    problems: list[Problem] = []
    with showing(jobs, quiet) as board:
        folders = [folder_of(job, board) for job in jobs]
        missing = [
            job for job, folder in zip(jobs, folders, strict=True) if completed(job, folder) is None
        ]
        if len(missing) < len(jobs):
            board.say(f"{len(jobs) - len(missing)} of {len(jobs)} runs are there already")
    for job in missing:
        refuse_here(job, board)
    # What is evaluated is trained first, once, however many evaluations share it.
    trainings: list[Job] = []
    for job in missing:
        if (training := job.training) is not None and training not in trainings:
            trainings.append(training)
    if missing:
        from hebbdsl.launch.local import train, workers_for
        from hebbdsl.program.devices import find_device

        _make(missing[0].out)
        device = find_device(missing[0].device).type
        first = [job for job in missing if job.training is None]
        first += [job for job in trainings if job not in first]
        last = [job for job in missing if job.training is not None]
        interrupts.remark("finished runs are kept, the others start again from step 0 next time")
        for group in filter(None, (first, last)):
            with showing(group, quiet) as board:
                problems.extend(train(group, workers_for(len(group), workers, device), board))
        interrupts.remark("")
    records = [record for folder in folders if (record := folder.read()) is not None]
    problems.extend(found for record in records if (found := failure_of(record)) is not None)
    if problems:
        show_problems(problems, sys.stderr)
    errors = [problem.exit_code for problem in problems if problem.severity is Severity.ERROR]
    return records, max(errors, default=0)


@contextmanager
def stating(plan: Plan, out: Path) -> Iterator[None]:
    """Keep beside the runs what the spec says of all of them, however the training inside ends."""
    from hebbdsl.pipeline import state

    try:
        yield
    finally:
        if (problem := state(plan, out)) is not None:
            show_problems([problem], sys.stderr)


def _make(out: Path) -> None:
    """Make the folder of runs before any of them begins. Raises: Rejected, with HEB532."""
    from hebbdsl.diagnostics.codes.run_folder import Unwritable

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        exists = isinstance(error, FileExistsError)
        reason = "it is a file" if exists else error.strerror or str(error)
        raise Rejected([Unwritable(place=str(out), reason=reason)]) from error
