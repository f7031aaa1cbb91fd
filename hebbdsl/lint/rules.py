"""What lint has to say of a plan: what its rules find, less what the spec allows with a reason.

Every rule is in one table. A rule reads a plan and names no part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.lint import (
    claim_rules,
    curriculum_rules,
    field_rules,
    test_time_rules,
    unit_rules,
    variant_rules,
)
from hebbdsl.lint.suppressions import Suppressions
from hebbdsl.plan.plan import Plan
from hebbdsl.syntax.tree import Tree

RULES: tuple[Callable[[Plan], Iterator[Problem]], ...] = (
    variant_rules.compared_with_baseline,
    claim_rules.too_few_seeds,
    claim_rules.claimed_twice,
    claim_rules.claims_of_equality,
    claim_rules.constant_claims,
    claim_rules.stopped_accuracy,
    claim_rules.ages_after_the_end,
    unit_rules.unlike_units,
    test_time_rules.reading_against_not,
    curriculum_rules.cannot_finish,
    curriculum_rules.classes_never_come,
    curriculum_rules.constant_conditions,
    curriculum_rules.binding_unseen,
    curriculum_rules.validation_unused,
    field_rules.part_warnings,
    field_rules.evaluation_of_all,
    field_rules.of_other_data,
    field_rules.nothing_to_clear,
    field_rules.never_compiled,
    field_rules.long_searches,
)


def run_rules(plan: Plan) -> Iterator[Problem]:
    """What every rule has to say, comments that allow it or not."""
    for rule in RULES:
        yield from rule(plan)


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
