"""What lint has to say of a plan: what its rules find, less what the spec allows with a reason."""

from __future__ import annotations

from collections.abc import Iterator

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.lint.rules import run_rules
from hebbdsl.lint.suppressions import Suppressions
from hebbdsl.plan.plan import Plan
from hebbdsl.syntax.tree import Tree


def lint_problems(plan: Plan, tree: Tree, *, overridden: bool = False) -> Iterator[Problem]:
    """Warnings of a plan without errors, and of comments that allow nothing.

    Args:
        tree: of the spec itself. Comments of a spec that it extends are obeyed too, and judged
            when that one is checked.
        overridden: fields were changed from outside the file. A comment may then allow nothing
            though it does without the change, and that is not held against it.
    """
    allowances = Suppressions(tree)
    for problem in run_rules(plan):
        if not allowances.allow(problem):
            yield problem
    yield from allowances.problems(unused=not overridden)
