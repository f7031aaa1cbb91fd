"""The whole compiler on one screen: seven nouns, and the verbs between them.

    path --read_source--> Source --parse_tree--> Tree --check_spec--> Checked --make_plan--> Plan
         --build_program--> Program --run_program--> Record --compare_records--> Comparison

Stages 1 to 4 are instant and never load torch; each ends by raising `Rejected` with all that it
found. `inspect` runs the front half as far as it goes and returns problems instead. `run_spec` and
`compare` go from the spec to its end: they run what is missing, and what that needs first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from hebbdsl.diagnostics.diagnostic import MOST_SHOWN, Problems

if TYPE_CHECKING:
    from hebbdsl.comparison.comparison import Comparison
    from hebbdsl.expression.claim import Claim
    from hebbdsl.launch.schedule import Runs
    from hebbdsl.lint.examination import Examined
    from hebbdsl.parts.reporter import Reporter
    from hebbdsl.plan.plan import Plan
    from hebbdsl.program.program import Program
    from hebbdsl.run.monitor import JobMonitor, Monitor
    from hebbdsl.run.record import Record
    from hebbdsl.source import Source
    from hebbdsl.spec.checked import Checked
    from hebbdsl.spec.experiment import Experiment
    from hebbdsl.spec.extending import Reading
    from hebbdsl.syntax.tree import Tree


def read_source(path: Path | str) -> Source:
    """Stage 1: what was written."""
    from hebbdsl.syntax.reading import read_source

    return read_source(Path(path))


def parse_tree(source: Source) -> Tree:
    """Stage 2: how it is built. The surface is chosen by the name's ending."""
    from hebbdsl.syntax.surfaces import parse_tree

    return parse_tree(source)


def check_spec(spec: Tree | Experiment, overrides: Sequence[str] = ()) -> Checked:
    """Stage 3: what it means. `overrides` are `path=value`, applied last to every variant.

    An experiment made in Python is checked as a file that says the same would be: the places of
    its problems are in that text, which is named `<python>`.
    """
    from hebbdsl.spec.checker import check
    from hebbdsl.spec.experiment import Experiment
    from hebbdsl.spec.typed import source_of

    return check(parse_tree(source_of(spec)) if isinstance(spec, Experiment) else spec, overrides)


def make_plan(checked: Checked) -> Plan:
    """Stage 4: what it will cost, for every variant."""
    from hebbdsl.plan.planning import make_plan

    return make_plan(checked)


def inspect(path: Path | str, overrides: Sequence[str] = ()) -> Problems:
    """Everything that stages 1 to 4 have to say of a file, at once."""
    from hebbdsl.lint.examination import examine_file

    return _shown(examine_file(Path(path), overrides))


def inspect_source(source: Source, overrides: Sequence[str] = ()) -> Problems:
    """The same of a text at hand: one that an editor holds, or that a fix would make."""
    return _shown(examine_source(source, overrides))


def inspect_here(path: Path | str, overrides: Sequence[str] = ()) -> Problems:
    """The same as `inspect`, and what the spec would meet on this machine."""
    from hebbdsl.lint.examination import examine_file
    from hebbdsl.plan.here import here_problems

    examined = examine_file(Path(path), overrides)
    if examined.drafted is not None:
        examined.problems.extend(here_problems(examined.drafted.drafts, examined.plan))
    return _shown(examined)


def inspect_plan_here(plan: Plan) -> Problems:
    """What the runs of a plan would meet on this machine."""
    from hebbdsl.plan.here import here_problems
    from hebbdsl.plan.planning import drafts_of

    problems = Problems()
    problems.extend(here_problems(drafts_of(plan.checked), plan))
    return problems


def examine_source(
    source: Source, overrides: Sequence[str] = (), reading: Reading | None = None
) -> Examined:
    """Stages 2 to 4. `reading` says how specs are had that this one extends, if not from disk."""
    from hebbdsl.lint.examination import examine_source
    from hebbdsl.spec.extending import from_disk

    return examine_source(source, overrides, reading or from_disk)


def load_plan(path: Path | str, overrides: Sequence[str] = ()) -> Plan:
    """Stages 1 to 4. Raises: Rejected, with everything that is wrong."""
    from hebbdsl.lint.examination import examine_file

    examined = examine_file(Path(path), overrides)
    _shown(examined).raise_errors()
    assert examined.plan is not None, "what can't be planned has errors"
    return examined.plan


def _shown(examined: Examined) -> Problems:
    if len(examined.problems) <= MOST_SHOWN:
        return examined.problems
    from hebbdsl.diagnostics.shortening import shortened

    return shortened(examined.problems)


def load_spec(path: Path | str, overrides: Sequence[str] = ()) -> Experiment:
    """Stages 1 to 3 of a file, as typed objects, with all that it inherits.

    `check_spec` takes them again, changed or not. Raises: Rejected, with everything that is wrong.
    """
    return check_spec(parse_tree(read_source(path)), overrides).experiment


def dump_spec(experiment: Experiment, to: Path | str = "yaml") -> str:
    """The text of an experiment in a surface, `"yaml"` or `"hebb"`, without what is default.

    Any other `to` is the path of a file, whose ending says the surface: it is written too.

    Raises: Rejected, when the experiment is not sound, or the ending is not one of a spec.
    """
    from hebbdsl.spec.typed import dump

    return dump(check_spec(experiment).experiment, to)


def build_program(
    plan: Plan,
    variant: str | None = None,
    seed: int | None = None,
    device: str = "auto",
    reporter: Reporter | None = None,
) -> Program:
    """Stage 5: the training graph of a variant and a seed (the first ones). Opens the data.

    Raises: Rejected, when the data can't be had, or this machine is too small.
    """
    from hebbdsl.run.job import Job, build, refuse
    from hebbdsl.run.session import Session

    experiment, session = plan.checked.experiment, Session(reporter)
    name = next(iter(plan.variants)) if variant is None else variant
    number = experiment.seeds[0] if seed is None else seed
    job = Job(experiment.experiment, name, plan.variants[name], number, Path("runs"), device)
    refuse(job, session)
    return build(job, session)


def run_program(
    program: Program, out: Path | str = "runs", monitor: Monitor | None = None
) -> Record:
    """Stage 6: train from step 0, and write what happened into the run's folder under `out`.

    A run that was completed there is not trained again.
    """
    from hebbdsl.run.job import run_built
    from hebbdsl.run.monitor import Silent
    from hebbdsl.run.store import RunFolder

    identity = program.identity
    folder = RunFolder.of(Path(out), program.experiment, program.variant, program.seed, identity)
    with folder.locked():
        return folder.completed() or run_built(program, folder, monitor or Silent())


def run_spec(
    spec: Path | str | Experiment | Plan,
    variants: Sequence[str] | None = None,
    seeds: Iterable[int] | None = None,
    *,
    overrides: Sequence[str] = (),
    out: Path | str = "runs",
    device: str = "auto",
    threads: int = 1,
    workers: int | None = 1,
    retrain: bool = False,
    monitor: JobMonitor | None = None,
) -> Runs:
    """Stages 1 to 6 of variants × seeds, by default all; what was completed is not run again.

    Args:
        overrides: `path=value`, applied last to every variant; not to a plan, which is made.
        out: folder of runs; `runs/<experiment>/<variant>/seed-<n>-<identity>` is written.
        device: as torch names it; `"auto"` takes the fastest there is.
        threads: of the CPU, for each run.
        workers: processes that run at a time; None: one a core on the CPU, one on anything else.
            A script that asks for more than one guards its call by `if __name__ == "__main__":`.
        retrain: set completed runs aside, and run them again.
        monitor: is told of progress; None: nobody is. `show_progress()` gives the terminal's.

    Returns: the records, and what kept a run from having one. A run whose loss became infinite has
        one too, with status `failed`.

    Raises: Rejected, when the spec is wrong, or what it needs is not here; nothing was run then.
    """
    from hebbdsl.launch.schedule import run_jobs
    from hebbdsl.launch.selection import select_jobs
    from hebbdsl.run.monitor import Silent

    plan, monitor = _planned(spec, overrides), monitor or Silent()
    jobs = select_jobs(
        plan, variants, seeds, out=out, device=device, threads=threads, retrain=retrain
    )
    return run_jobs(plan, jobs, monitor, workers)


def _planned(spec: Path | str | Experiment | Plan, overrides: Sequence[str]) -> Plan:
    from hebbdsl.plan.plan import Plan

    if isinstance(spec, Plan):
        return spec
    if isinstance(spec, Path | str):
        return load_plan(spec, overrides)
    return make_plan(check_spec(spec, overrides))


def compare(
    spec: Path | str | Experiment,
    variants: Sequence[str] | None = None,
    seeds: Iterable[int] | None = None,
    *,
    overrides: Sequence[str] = (),
    out: Path | str = "runs",
    device: str = "auto",
    threads: int = 1,
    workers: int | None = 1,
    retrain: bool = False,
    baseline: str | None = None,
    monitor: JobMonitor | None = None,
) -> Comparison:
    """All seven stages: run what is missing of a spec, and compare its variants.

    Args: as of `run_spec`, and
        baseline: the variant of ratios and tests; None: as the spec says.

    Raises: Rejected, when the spec is wrong, or a run could not be had: the others were run, and
        are not run again next time.
    """
    from hebbdsl.diagnostics.diagnostic import Rejected
    from hebbdsl.launch.selection import check_baseline

    plan = _planned(spec, overrides)
    check_baseline(plan, baseline)
    runs = run_spec(
        plan,
        variants,
        seeds,
        out=out,
        device=device,
        threads=threads,
        workers=workers,
        retrain=retrain,
        monitor=monitor,
    )
    if len(runs.records) < len(runs.jobs):
        raise Rejected(runs.problems)
    return compare_runs(plan, runs, baseline)


def show_progress() -> AbstractContextManager[JobMonitor]:
    """A monitor that shows what runs do on stderr, while the `with` block lasts."""
    from hebbdsl.run.progress import show_progress

    return show_progress()


def evaluate_run(
    run: Path | str,
    overrides: Sequence[str] = (),
    name: str | None = None,
    device: str = "auto",
    threads: int = 1,
    monitor: JobMonitor | None = None,
) -> Record:
    """Evaluate the weights of a recorded run as `overrides` of `evaluation` say.

    Args:
        run: the folder of a finished training; it is left as it is.
        name: of the variant that the new record is of; None: made of the run's.

    Raises: Rejected, also when a number was not finite.
    """
    from hebbdsl.launch.evaluation_job import evaluate_run
    from hebbdsl.run.monitor import Silent

    return evaluate_run(Path(run), overrides, name, device, threads, monitor or Silent())


def compare_records(
    records: Sequence[Record],
    *,
    baseline: str | None = None,
    claims: Sequence[Claim] = (),
    order: Sequence[str] = (),
    asked: Sequence[str] | None = None,
    declared: str | None = None,
) -> Comparison:
    """Stage 7: what differs between the variants, and what that did."""
    from hebbdsl.comparison.comparing import compare_records

    return compare_records(
        records, baseline=baseline, claims=claims, order=order, asked=asked, declared=declared
    )


def compare_runs(plan: Plan, runs: Runs, baseline: str | None = None) -> Comparison:
    """The same of the runs of a spec, which says the baseline, the claims and the order."""
    return compare_records(
        runs.records,
        baseline=plan.checked.baseline if baseline is None else baseline,
        claims=plan.checked.experiment.claims,
        order=tuple(plan.variants),
        asked=tuple(dict.fromkeys(job.variant for job in runs.jobs)),
        declared=plan.checked.baseline,
    )


def compare_recorded(folders: Sequence[Path], baseline: str | None = None) -> Comparison:
    """The same of runs that are there, as their spec said, which is kept beside them."""
    from hebbdsl.comparison.recorded import compare_recorded
    from hebbdsl.run.store import read_records

    return compare_recorded(read_records(folders), baseline)
