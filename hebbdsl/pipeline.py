"""The whole compiler on one screen: seven nouns, and the verbs between them.

    path --read_source--> Source --parse_tree--> Tree --check_spec--> Checked --make_plan--> Plan
         --build_program--> Program --run_program--> Record --compare_records--> Comparison

Stages 1 to 4 are instant and never load torch; each ends by raising `Rejected` with all that it
found. `inspect` runs the front half as far as it goes and returns problems instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hebbdsl.diagnostics.diagnostic import Problems, Rejected

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
    from hebbdsl.syntax.tree import Tree


def read_source(path: Path | str) -> Source:
    """Stage 1: what was written."""
    from hebbdsl.syntax.reading import read_source

    return read_source(Path(path))


def parse_tree(source: Source) -> Tree:
    """Stage 2: how it is built. The surface is chosen by the name's ending."""
    from hebbdsl.syntax.parsing import parse_tree

    return parse_tree(source)


def check_spec(tree: Tree, overrides: Sequence[str] = ()) -> Checked:
    """Stage 3: what it means. `overrides` are `path=value`, applied last to every variant."""
    from hebbdsl.spec.checker import examine

    drafted = examine(tree, overrides)
    drafted.problems.raise_errors()
    return drafted.checked()


def make_plan(checked: Checked) -> Plan:
    """Stage 4: what it will cost, for every variant."""
    from hebbdsl.plan.planning import make_plan

    return make_plan(checked)


def inspect(path: Path | str, overrides: Sequence[str] = ()) -> Problems:
    """Everything that stages 1 to 4 have to say of a file, at once."""
    return _front_half(path, overrides)[0]


def load_plan(path: Path | str, overrides: Sequence[str] = ()) -> Plan:
    """Stages 1 to 4. Raises: Rejected, with everything that is wrong."""
    problems, drafted = _front_half(path, overrides)
    problems.raise_errors()
    assert drafted is not None, "a file that could not be read has errors"
    return make_plan(drafted.checked())


def _front_half(path: Path | str, overrides: Sequence[str]) -> tuple[Problems, Drafted | None]:
    from hebbdsl.plan.checks import draft_problems
    from hebbdsl.spec.checker import examine

    problems = Problems()
    try:
        drafted = examine(parse_tree(read_source(path)), overrides)
    except Rejected as rejected:
        problems.extend(rejected.problems)
        return problems, None
    problems.extend(drafted.problems)
    for draft in drafted.drafts:
        problems.extend(draft_problems(draft))
    return problems, drafted


def build_program(
    plan: Plan,
    variant: str | None = None,
    seed: int | None = None,
    device: str = "auto",
    reporter: Reporter | None = None,
) -> Program:
    """Stage 5: the training graph of a variant and a seed (the first ones). Opens the data."""
    from hebbdsl.parts.part import Quiet
    from hebbdsl.program.building import assemble
    from hebbdsl.program.devices import find_device
    from hebbdsl.program.opening import open_data

    experiment = plan.checked.experiment
    name = next(iter(plan.variants)) if variant is None else variant
    chosen = plan.variants[name]
    opened = open_data(chosen.setup.data, reporter or Quiet())
    return assemble(
        experiment.experiment,
        name,
        chosen,
        experiment.seeds[0] if seed is None else seed,
        opened,
        find_device(device),
    )


def run_program(
    program: Program, out: Path | str = "runs", monitor: Monitor | None = None
) -> Record:
    """Stage 6: train from step 0, and write what happened into the run's folder under `out`.

    A run that is settled there is not trained again.
    """
    from hebbdsl.run.execution import execute
    from hebbdsl.run.monitor import Silent
    from hebbdsl.run.store import RunFolder

    folder = RunFolder.of(
        Path(out), program.experiment, program.variant, program.seed, program.identity
    )
    with folder.held():
        return folder.settled() or execute(program, folder, monitor or Silent())


def compare_records(
    records: Sequence[Record],
    *,
    baseline: str | None = None,
    claims: Sequence[Claim] = (),
    order: Sequence[str] = (),
) -> Comparison:
    """Stage 7: what differs between the variants, and what that did."""
    from hebbdsl.comparison.comparing import compare_records

    return compare_records(records, baseline=baseline, claims=claims, order=order)
