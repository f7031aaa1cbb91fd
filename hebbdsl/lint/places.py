"""Where problems of a plan stand: names of variants, and fields that were written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.plan.plan import Plan, VariantPlan
from hebbdsl.source import Span
from hebbdsl.spec.checked import Path
from hebbdsl.spec.origins import resolve, span_of

WarningsOf = Callable[[VariantPlan], Iterator[tuple[Path, Problem]]]
"""The warnings of a variant, each at a field below the path that stands beside it."""


def of_head(plan: Plan, *path: str | int, key: bool = False) -> Span | None:
    """The characters of a field of the experiment's head."""
    return span_of(At(path, key), plan.checked.origins)


def of_variant(plan: Plan, name: str) -> Span | None:
    """The name of a variant, where it is given its changes."""
    return of_head(plan, "variants", name, key=True)


def in_every_use(plan: Plan, warnings_of: WarningsOf) -> Iterator[Problem]:
    """Warnings of a written value that every variant gives that takes it.

    A value that does its work in one variant is not written in vain, though the changes of another
    leave it none. A field that has its default was not written, and nothing is said of it.
    """
    found: defaultdict[tuple[str, Path, Span], list[Problem]] = defaultdict(list)
    for name, variant in plan.variants.items():
        origins = plan.checked.variants[name].origins
        for prefix, problem in warnings_of(variant):
            assert isinstance(problem.place, At), "a warning stands at a field"
            path = (*prefix, *problem.place.path)
            if path in origins:
                resolved = resolve(problem, origins, prefix)
                found[problem.code, path, origins[path].value].append(resolved)
    for (_, path, place), problems in found.items():
        if len(problems) == _uses(plan, path, place):
            yield problems[0]


def _uses(plan: Plan, path: Path, place: Span) -> int:
    """Variants whose field at `path` is the value written at `place`."""
    written = (variant.origins.get(path) for variant in plan.checked.variants.values())
    return sum(origin is not None and origin.value == place for origin in written)


def in_any_use(plan: Plan, warnings_of: WarningsOf) -> Iterator[Problem]:
    """Warnings of some variant, each once for a place."""
    found: dict[tuple[str, object], Problem] = {}
    for name, variant in plan.variants.items():
        for prefix, problem in warnings_of(variant):
            resolved = resolve(problem, plan.checked.variants[name].origins, prefix)
            found.setdefault((resolved.code, resolved.place), resolved)
    yield from found.values()
