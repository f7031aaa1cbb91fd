"""How often memories that grow are asked, and how much they hold then."""

from __future__ import annotations

from collections.abc import Iterator

from hebbdsl.parts.part import Output
from hebbdsl.parts.searching import Searching
from hebbdsl.plan.nested import nested_outputs
from hebbdsl.plan.plan import VariantPlan
from hebbdsl.spec.checked import Path


def searches(variant: VariantPlan) -> Iterator[tuple[Path, Output, Searching]]:
    """Every memory that grows, where it stands, and its work as far as that is known."""
    setup, facts = variant.setup, variant.facts
    hidden = setup.model.activation_width
    for path, output in (
        (("output",), setup.output),
        (("evaluation", "output"), setup.evaluation.output),
    ):
        for place, part in nested_outputs(output, path):
            if part.grows:
                if path == ("output",):
                    shown = variant.shown_in_training(part.remembers_train_text)
                else:
                    shown = facts.shown_at_test(part.remembers_train_text)
                work = Searching(
                    hidden=hidden,
                    pairs=shown.pairs,
                    queries=shown.queries,
                    products=shown.comparisons * hidden,
                )
                yield place, part, work
