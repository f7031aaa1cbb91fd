"""From a checked experiment to its plan: shapes, sizes, memory, levels. Arithmetic only."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problems
from hebbdsl.parts.part import FLOAT_BYTES
from hebbdsl.plan.checks import across_problems, drafts_problems
from hebbdsl.plan.plan import Memory, Plan, VariantPlan
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


def plan_setup(setup: Setup) -> VariantPlan:
    """The plan of one setup whose parts fit together."""
    facts = setup.data.facts()
    layers = (
        *setup.model.layers(facts.image),
        *setup.output.layers(setup.model.features, facts.classes),
    )
    weights = FLOAT_BYTES * sum(layer.parameters for layer in layers)
    return VariantPlan(
        setup=setup,
        facts=facts,
        layers=layers,
        levels=setup.curriculum.levels(facts.classes),
        memory=Memory(
            weights=weights,
            gradients=weights,
            optimizer=weights * setup.training.optimizer.state_per_parameter,
            buffers=sum(layer.buffer_bytes for layer in layers),
            data=facts.bytes,
        ),
    )


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
    )
    return Draft(variant.name, sections, variant.origins)
