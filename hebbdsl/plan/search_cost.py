"""How often memories that grow are asked, and how much they hold then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hebbdsl.plan.nested import nested_memories
from hebbdsl.plan.plan import VariantPlan
from hebbdsl.spec.checked import Path

if TYPE_CHECKING:
    from hebbdsl.parts.memory_output import MemoryOutput
    from hebbdsl.parts.neighbour_search import Searching


def searches(variant: VariantPlan) -> Iterator[tuple[Path, MemoryOutput, Searching]]:
    """Every memory that grows, where it stands, and its work as far as that is known."""
    setup, facts = variant.setup, variant.facts
    hidden = setup.model.activation_width
    for path, output in (
        (("output",), setup.output),
        (("evaluation", "output"), setup.evaluation.output),
    ):
        for place, memory in nested_memories(output, path):
            if memory.grows:
                from hebbdsl.parts.neighbour_search import Searching

                if path == ("output",):
                    shown = variant.shown_in_training(memory.remembers_train)
                else:
                    shown = facts.shown_at_test(memory.remembers_train)
                work = Searching(
                    hidden=hidden,
                    pairs=shown.pairs,
                    queries=shown.queries,
                    products=shown.comparisons * hidden,
                )
                yield place, memory, work
