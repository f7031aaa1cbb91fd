"""From a checked experiment to its plan. What a variant costs, its task says: arithmetic only."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problems
from hebbdsl.parts.part import Facts
from hebbdsl.plan.checks import across_problems, drafts_problems
from hebbdsl.plan.plan import Plan, VariantPlan
from hebbdsl.spec.checked import Checked, Draft, Sections, Variant
from hebbdsl.spec.experiment import Setup


def make_plan(checked: Checked) -> Plan:
    """What every variant will cost.

    Raises: Rejected, with what does not fit together in any variant.
    """
    problems = Problems()
    drafts = drafts_of(checked)
    problems.extend(drafts_problems(drafts))
    problems.extend(across_problems(drafts, checked.baseline))
    problems.raise_errors()
    return plan_checked(checked)


def plan_checked(checked: Checked) -> Plan:
    """The same of an experiment of which it is known that everything fits together."""
    return Plan(
        checked, {name: plan_setup(variant.setup) for name, variant in checked.variants.items()}
    )


def plan_setup(setup: Setup, facts: Facts | None = None) -> VariantPlan:
    """The plan of one setup whose parts fit together.

    Args:
        facts: what is known of the data once it has been read; None: what is published.
    """
    if not setup.model.suits(setup.data.task):
        raise TypeError("the model reads other data: stage 4 refuses such a setup")
    known = setup.data.facts() if facts is None else facts
    return setup.data.task.plan_class.of(setup, known)


def drafts_of(checked: Checked) -> tuple[Draft, ...]:
    """Every variant as what stage 3 had of it, all sections being there."""
    return tuple(map(_draft, checked.variants.values()))


def _draft(variant: Variant) -> Draft:
    setup = variant.setup
    sections = Sections(
        data=setup.data,
        model=setup.model,
        output=setup.output,
        curriculum=setup.curriculum,
        training=setup.training,
        evaluation=setup.evaluation,
        no_curriculum=setup.curriculum is None,
    )
    return Draft(variant.name, sections, variant.origins)
