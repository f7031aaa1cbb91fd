"""Variants against the baseline: one change at a time, no setup twice, budgets alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from hebbdsl.diagnostics.codes.lint_variants import OtherBudget, SameSetup, SeveralChanges
from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.lint.edit_distance import Change, changes
from hebbdsl.lint.places import of_variant
from hebbdsl.plan.plan import Plan

SMALL_SHARE = 0.05
"""Of the baseline's parameters: budgets that differ by no more are alike."""

Changes = Mapping[str, frozenset[Change]]
"""What each variant changes in the baseline."""


def compared_with_baseline(plan: Plan) -> Iterator[Problem]:
    """HEB701 to HEB703."""
    baseline = plan.variants[plan.checked.baseline].setup
    made = {
        name: frozenset(changes(baseline, variant.setup)) for name, variant in plan.variants.items()
    }
    yield from _several_changes(plan, made)
    yield from _same_setup(plan, made)
    yield from _other_budget(plan, made)


def _several_changes(plan: Plan, made: Changes) -> Iterator[Problem]:
    """HEB701: a confounded variant."""
    if all(len(changed) < 2 for changed in made.values()):
        return
    near = _reached(plan, made)
    for name, changed in made.items():
        if len(changed) > 1 and name not in near:
            yield SeveralChanges(
                place=of_variant(plan, name),
                variant=name,
                baseline=plan.checked.baseline,
                paths=tuple(sorted(change.name for change in changed)),
            )


def _same_setup(plan: Plan, made: Changes) -> Iterator[Problem]:
    """HEB702: a variant that is another one in other words."""
    first: dict[frozenset[Change], str] = {}
    for name, changed in made.items():
        other = first.setdefault(changed, name)
        if other != name:
            yield SameSetup(
                place=of_variant(plan, name),
                variant=name,
                other=other,
                first=of_variant(plan, other),
            )


def _other_budget(plan: Plan, made: Changes) -> Iterator[Problem]:
    """HEB703: a part that replaces another, and as many parameters with it."""
    baseline = plan.checked.baseline
    reference = plan.variants[baseline].parameters
    for name, changed in made.items():
        parameters = plan.variants[name].parameters
        apart = abs(parameters - reference) > SMALL_SHARE * reference
        if apart and any(change.replaces for change in changed):
            yield OtherBudget(
                place=of_variant(plan, name),
                variant=name,
                parameters=parameters,
                baseline=baseline,
                reference=reference,
            )


def _reached(plan: Plan, made: Changes) -> set[str]:
    """Variants that lie some steps of one change each from the baseline, over other variants.

    Two variants can only be one change apart where what they change in the baseline is the same
    but for what stands at one path. Those are found by that, instead of setting all pairs side by
    side.
    """
    alike: defaultdict[object, list[str]] = defaultdict(list)
    for name, changed in made.items():
        for key in (changed, *_but_for_one_path(changed)):
            alike[key].append(name)
    reached, waiting = {plan.checked.baseline}, [plan.checked.baseline]
    while waiting:
        name = waiting.pop()
        setup, changed = plan.variants[name].setup, made[name]
        for key in (changed, *_but_for_one_path(changed)):
            for other in alike[key]:
                if other in reached:
                    continue
                if len(list(changes(setup, plan.variants[other].setup))) <= 1:
                    reached.add(other)
                    waiting.append(other)
    return reached


def _but_for_one_path(changed: frozenset[Change]) -> Iterator[object]:
    """For each path with a change at or below it: the other changes, alone and with the path.

    Alone for the variant that changes nothing there, with the path for those that do.
    """
    paths = {
        change.path[:length] for change in changed for length in range(1, 1 + len(change.path))
    }
    for path in paths:
        rest = frozenset(change for change in changed if change.path[: len(path)] != path)
        yield rest
        yield path, rest
