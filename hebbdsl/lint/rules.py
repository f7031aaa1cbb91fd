"""Every rule, in one table. A rule reads a plan and names no part."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.lint import claims, course, fields, reading, units, variants
from hebbdsl.plan.plan import Plan

RULES: tuple[Callable[[Plan], Iterator[Problem]], ...] = (
    variants.compared_with_baseline,
    claims.too_few_seeds,
    claims.claimed_twice,
    claims.claims_of_equality,
    claims.foregone_claims,
    claims.stopped_accuracy,
    claims.ages_after_the_end,
    units.unlike_units,
    reading.reading_against_not,
    course.cannot_finish,
    course.foregone_conditions,
    course.binding_unseen,
    course.held_out_unread,
    fields.part_doubts,
    fields.evaluation_of_all,
    fields.of_other_data,
    fields.nothing_to_clear,
    fields.never_compiled,
    fields.long_searches,
)


def found_by_rules(plan: Plan) -> Iterator[Problem]:
    """What every rule has to say, comments that allow it or not."""
    for rule in RULES:
        yield from rule(plan)
