"""The whole compiler on one screen: seven nouns, and the verbs between them.

    path --read_source--> Source --parse_tree--> Tree --check_spec--> Checked --make_plan--> Plan
         --build_program--> Program --run_program--> Record --compare_records--> Comparison

Stages 1 to 4 are instant and never load torch; each ends by raising `Rejected` with all that it
found. `inspect` runs the front half as far as it goes and returns problems instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hebbdsl.diagnostics.diagnostic import Problem, Problems, Rejected

if TYPE_CHECKING:
    from hebbdsl.comparison.comparison import Comparison
    from hebbdsl.expression.claim import Claim
    from hebbdsl.parts.part import Reporter
    from hebbdsl.plan.plan import Plan
    from hebbdsl.program.program import Program
    from hebbdsl.run.monitor import Monitor
    from hebbdsl.run.record import Record
    from hebbdsl.source import Source
    from hebbdsl.spec.checked import Checked
    from hebbdsl.spec.checker import Drafted
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
    from hebbdsl.spec.checker import examine
    from hebbdsl.spec.experiment import Experiment
    from hebbdsl.spec.typed import source_of

    tree = parse_tree(source_of(spec)) if isinstance(spec, Experiment) else spec
    drafted = examine(tree, overrides)
    drafted.problems.raise_errors()
    return drafted.checked()


def make_plan(checked: Checked) -> Plan:
    """Stage 4: what it will cost, for every variant."""
    from hebbdsl.plan.planning import make_plan

    return make_plan(checked)


def inspect(path: Path | str, overrides: Sequence[str] = ()) -> Problems:
    """Everything that stages 1 to 4 have to say of a file, at once."""
    return _shown(_of_file(path, overrides))


def inspect_source(source: Source, overrides: Sequence[str] = ()) -> Problems:
    """The same of a text at hand: one that an editor holds, or that a fix would make."""
    return _shown(examine_source(source, overrides))


def inspect_here(path: Path | str, overrides: Sequence[str] = ()) -> Problems:
    """The same as `inspect`, and what the spec would meet on this machine."""
    from hebbdsl.plan.here import here_problems

    examined = _of_file(path, overrides)
    if examined.drafted is not None:
        examined.problems.extend(here_problems(examined.drafted.drafts, examined.plan))
    return _shown(examined)


def load_plan(path: Path | str, overrides: Sequence[str] = ()) -> Plan:
    """Stages 1 to 4. Raises: Rejected, with everything that is wrong."""
    examined = _of_file(path, overrides)
    _shown(examined).raise_errors()
    assert examined.plan is not None, "what can't be planned has errors"
    return examined.plan


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


@dataclass(frozen=True, slots=True)
class Examined:
    """What stages 2 to 4 leave of a source: their nouns as far as they came, and all problems.

    The plan is there where none of them is an error; it keeps the warnings.
    """

    problems: Problems
    tree: Tree | None = None
    drafted: Drafted | None = None
    plan: Plan | None = None


def examine_source(
    source: Source, overrides: Sequence[str] = (), reading: Reading | None = None
) -> Examined:
    """Stages 2 to 4. `reading` says how specs are had that this one extends, if not from disk."""
    from hebbdsl.lint.linting import lint_problems
    from hebbdsl.plan.checks import across_problems, drafts_problems
    from hebbdsl.plan.planning import plan_checked
    from hebbdsl.spec.checker import examine
    from hebbdsl.spec.extending import from_disk

    problems = Problems()
    tree: Tree | None = None
    try:
        tree = parse_tree(source)
        drafted = examine(tree, overrides, reading or from_disk)
    except Rejected as rejected:
        problems.extend(rejected.problems)
        return Examined(problems, tree)
    problems.extend(drafted.problems)
    problems.extend(map(drafted.extended.noted, drafts_problems(drafted.drafts)))
    across = across_problems(drafted.drafts, drafted.baseline)
    problems.extend(map(drafted.extended.noted, across))
    if problems.errors:
        return Examined(problems, tree, drafted)
    plan = plan_checked(drafted.checked())
    warnings = lint_problems(plan, tree, overridden=bool(overrides))
    problems.extend(map(drafted.extended.noted, warnings))
    return Examined(problems, tree, drafted, plan.with_warnings(problems.warnings))


def _of_file(path: Path | str, overrides: Sequence[str]) -> Examined:
    try:
        return examine_source(read_source(path), overrides)
    except Rejected as rejected:
        problems = Problems()
        problems.extend(rejected.problems)
        return Examined(problems)


def _shown(examined: Examined) -> Problems:
    from hebbdsl.diagnostics.shortening import shortened

    return shortened(examined.problems)


def build_program(
    plan: Plan,
    variant: str | None = None,
    seed: int | None = None,
    device: str = "auto",
    reporter: Reporter | None = None,
) -> Program:
    """Stage 5: the training graph of a variant and a seed (the first ones). Opens the data."""
    from hebbdsl.parts.part import Quiet
    from hebbdsl.plan.here import refuse_large, refuse_missing
    from hebbdsl.program.building import assemble
    from hebbdsl.program.data import open_data
    from hebbdsl.program.devices import find_device

    experiment = plan.checked.experiment
    name = next(iter(plan.variants)) if variant is None else variant
    chosen = plan.variants[name]
    refuse_missing(chosen)
    opened = open_data(chosen.setup.data, reporter or Quiet())
    planned, found = opened.planned(chosen), find_device(device)
    number = experiment.seeds[0] if seed is None else seed
    refuse_large(planned, f"{name}, seed {number}", found.type, trains=True)
    return assemble(experiment.experiment, name, planned, number, opened, found)


def run_program(
    program: Program, out: Path | str = "runs", monitor: Monitor | None = None
) -> Record:
    """Stage 6: train from step 0, and write what happened into the run's folder under `out`.

    A run that was completed there is not trained again.
    """
    from hebbdsl.run.loop import execute
    from hebbdsl.run.monitor import Silent
    from hebbdsl.run.store import RunFolder

    folder = RunFolder.of(
        Path(out), program.experiment, program.variant, program.seed, program.identity
    )
    with folder.locked():
        return folder.completed() or execute(program, folder, monitor or Silent())


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


def compare_recorded(records: Sequence[Record], baseline: str | None = None) -> Comparison:
    """The same of runs that are there, as their spec said, which is kept beside them."""
    from hebbdsl.comparison.recorded import compare_recorded

    return compare_recorded(records, baseline)


def state(plan: Plan, out: Path | str = "runs") -> Problem | None:
    """Keep beside the runs what the spec says of all of them. Returns: a warning, if it can't."""
    from hebbdsl.run.stated import Stated, keep_stated

    experiment = plan.checked.experiment
    stated = Stated(
        experiment=experiment.experiment,
        baseline=plan.checked.baseline,
        variants=tuple(plan.variants),
        claims=tuple(claim.text for claim in experiment.claims),
    )
    return keep_stated(stated, Path(out))
