"""Every rule, in one table. A rule reads a plan and names no part."""

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
from hebbdsl.plan.plan import Plan

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
