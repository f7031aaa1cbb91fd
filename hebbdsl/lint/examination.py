"""Stages 2 to 4 of a source, and lint: the nouns as far as they came, and all problems at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hebbdsl.diagnostics.diagnostic import Problems, Rejected
from hebbdsl.frozen import frozen
from hebbdsl.plan.checks import across_problems, drafts_problems
from hebbdsl.source import Source
from hebbdsl.spec.checker import Drafted, examine
from hebbdsl.spec.extending import Reading, from_disk
from hebbdsl.syntax.reading import read_source
from hebbdsl.syntax.surfaces import parse_tree
from hebbdsl.syntax.tree import Tree

if TYPE_CHECKING:
    from hebbdsl.plan.plan import Plan


@frozen
class Examined:
    """What stages 2 to 4 leave of a source: their nouns as far as they came, and all problems.

    The plan is there where none of them is an error; it keeps the warnings.
    """

    problems: Problems
    tree: Tree | None = None
    drafted: Drafted | None = None
    plan: Plan | None = None


def examine_source(
    source: Source, overrides: Sequence[str] = (), reading: Reading = from_disk
) -> Examined:
    """`reading` says how specs are had that this one extends."""
    problems = Problems()
    tree: Tree | None = None
    try:
        tree = parse_tree(source)
        return _examined(tree, overrides, reading, problems)
    except Rejected as rejected:
        problems.extend(rejected.problems)
    except Exception as error:
        from hebbdsl.spec.packages import broken_by

        if (broken := broken_by(error, source.name)) is None:
            raise
        problems.add(broken)
    return Examined(problems, tree)


def _examined(
    tree: Tree, overrides: Sequence[str], reading: Reading, problems: Problems
) -> Examined:
    drafted = examine(tree, overrides, reading)
    problems.extend(drafted.problems)
    problems.extend(map(drafted.extended.noted, drafts_problems(drafted.drafts)))
    across = across_problems(drafted.drafts, drafted.baseline)
    problems.extend(map(drafted.extended.noted, across))
    if problems.errors:
        return Examined(problems, tree, drafted)
    from hebbdsl.lint.rules import lint_problems  # which a spec with errors does without
    from hebbdsl.plan.planning import plan_checked

    plan = plan_checked(drafted.checked())
    warnings = lint_problems(plan, tree, overridden=bool(overrides))
    problems.extend(map(drafted.extended.noted, warnings))
    return Examined(problems, tree, drafted, plan.with_warnings(problems.warnings))


def examine_file(path: Path, overrides: Sequence[str] = ()) -> Examined:
    try:
        return examine_source(read_source(path), overrides)
    except Rejected as rejected:
        problems = Problems()
        problems.extend(rejected.problems)
        return Examined(problems)
