"""Variants against the baseline: one change at a time, no setup twice, budgets alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import get_type_hints

from hebbdsl.diagnostics.diagnostic import Also, Problem, Severity
from hebbdsl.diagnostics.wording import listed, number_of, quoted
from hebbdsl.frozen import frozen
from hebbdsl.lint.places import of_variant
from hebbdsl.parts.bounds import Logistics
from hebbdsl.parts.part import Part
from hebbdsl.plan.plan import Plan
from hebbdsl.source import Span
from hebbdsl.spec.checked import Path
from hebbdsl.spec.experiment import Setup, Training

SMALL_SHARE = 0.05
"""Of the baseline's parameters: budgets that differ by no more are alike."""


@frozen
class Change:
    """One thing that differs. `replaces`: a part, or a list of parts, is another."""

    path: Path
    value: object
    replaces: bool

    @property
    def name(self) -> str:
        return ".".join(map(str, self.path))


def changes(one: object, other: object, path: Path = ()) -> Iterator[Change]:
    """The fields of `other` that differ from those of `one`, each as far inside as it goes.

    A word in the place of another is one change, whatever its fields. So is a list of another
    length, and a list of numbers. Fields that only say where data is found do not count.
    """
    if one is other or one == other:  # variants share what they leave alone
        return
    if type(one) is type(other) and isinstance(one, (Part, Setup, Training)):
        for name in _deciding(type(one)):
            yield from changes(getattr(one, name), getattr(other, name), (*path, name))
    elif isinstance(one, tuple) and isinstance(other, tuple) and _parts_alike(one, other):
        for index, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from changes(a, b, (*path, index))
    else:
        yield Change(path, other, _holds_parts(one) or _holds_parts(other))


def _parts_alike(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(isinstance(item, Part) for item in (*one, *other))


def _holds_parts(value: object) -> bool:
    return isinstance(value, Part) or (
        isinstance(value, tuple) and any(isinstance(item, Part) for item in value)
    )


def _deciding(cls: type) -> tuple[str, ...]:
    """Names of the fields that decide what is trained."""
    return _decisive(cls)


@cache
def _decisive(cls: type) -> tuple[str, ...]:
    hints = get_type_hints(cls, include_extras=True)
    return tuple(
        field.name
        for field in fields(cls)
        if not any(
            isinstance(note, Logistics) for note in getattr(hints[field.name], "__metadata__", ())
        )
    )


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


class SeveralChanges(Problem):
    """A variant differs from the baseline in several things, and no other variant parts them.

    What comes of it can't be laid to one of them. A word put in the place of another is one thing,
    with all its fields; two fields of a part are two. Change one thing at a time: a variant that is
    one thing away from another, and that one from the baseline, is in order.

    Wrong:
        variants:
          hebbian: {}
          slow: {output.gamma: 0.02, training.optimizer.learning_rate: 1e-4}

    Right:
        variants:
          hebbian: {}
          gentle: {output.gamma: 0.02}
          slow: {output.gamma: 0.02, training.optimizer.learning_rate: 1e-4}
    """

    code = "HEB701"
    severity = Severity.WARNING
    variant: str
    baseline: str
    paths: tuple[str, ...]

    @property
    def title(self) -> str:
        return (
            f"{quoted(self.variant)} differs from the baseline {quoted(self.baseline)} in"
            f" {number_of(len(self.paths), 'thing')}: {listed(self.paths[:4], 'and')}"
            f"{' and more' if len(self.paths) > 4 else ''}"
        )

    @property
    def label(self) -> str:
        return f"{number_of(len(self.paths), 'change')} at once"

    hint = "add a variant with only one of the changes, so that each has its own effect"


class SameSetup(Problem):
    """Two variants are the same setup, written in two ways.

    Their runs are the same to the last bit: one is trained in vain, and counts as a comparison.
    A change that gives a field the value it has already does this. Change something, or leave the
    variant out.

    Wrong:
        output:
          hebbian: {gamma: 0.05}
        variants:
          hebbian: {}
          steady: {output.gamma: 0.05}

    Right:
        output:
          hebbian: {gamma: 0.05}
        variants:
          hebbian: {}
          steady: {output.gamma: 0.1}
    """

    code = "HEB702"
    severity = Severity.WARNING
    variant: str
    other: str
    first: Span | None

    title = "{variant!q} is the same setup as {other!q}"
    label = "nothing differs"
    hint = "change something in it, or leave it out"
    related = Also("first", "the same")


class OtherBudget(Problem):
    """A part that replaces another changes by the way how many parameters are trained.

    The difference to the baseline is then one of budgets too: more than a twentieth of all
    parameters. Make them alike, for example with the width of the model, or allow it where the
    sizes are a part of the question. A variant that changes a size by name is not meant.

    Wrong:
        model:
          convnet: {channels: [32, 32], features: 64}
        variants:
          hebbian: {}
          cache: {output: cache}

    Right:
        model:
          convnet: {channels: [32, 32], features: 64}
        variants:
          hebbian: {}
          softmax: {output: softmax}
    """

    code = "HEB703"
    severity = Severity.WARNING
    variant: str
    parameters: int
    baseline: str
    reference: int

    title = "{variant!q} trains {parameters:_} parameters, the baseline {baseline!q} {reference:_}"

    @property
    def label(self) -> str:
        share = self.parameters / self.reference - 1 if self.reference else float("inf")
        return f"{abs(share):.0%} {'more' if share > 0 else 'fewer'}"

    hint = "a difference may be one of size: give both as many, or say why not"
