"""What two experiments do not share in meaning. Order, spelling and defaults are no differences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from hebbdsl.diagnostics.diagnostic import At
from hebbdsl.expression.claim import Claim
from hebbdsl.expression.condition import Condition
from hebbdsl.frozen import frozen
from hebbdsl.parts.part import Part
from hebbdsl.source import Span
from hebbdsl.spec.canonical import Plain, plain
from hebbdsl.spec.checked import Checked, Origins, Path, Variant
from hebbdsl.spec.experiment import Setup
from hebbdsl.spec.origins import span_of

HEAD = ("experiment", "about", "seeds")


@frozen
class Side:
    """A value of one of the two specs, and where it was written, or where it was left out."""

    value: Plain
    place: Span | None


@frozen
class Difference:
    """Two values at one path; `variants` are those in which they stand, none for the head.

    `old` or `new` is None where there is nothing: a claim that was added, say.
    """

    path: str
    old: Side | None
    new: Side | None
    variants: tuple[str, ...] = ()


@frozen
class Differences:
    """What differs between an old and a new experiment.

    Attributes:
        found: of the head, then of setups, each said once for all variants it is the same in.
        added, removed: variants that one of the two does not have.
        runs: of each variant that both have, whether the same runs are trained.
    """

    found: tuple[Difference, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    runs: dict[str, bool]

    def __bool__(self) -> bool:
        return bool(self.found or self.added or self.removed)


def differences(old: Checked, new: Checked, variant: str | None = None) -> Differences:
    """`variant`: only the setups of that one, which both have, and nothing else."""
    if variant is not None:
        both: list[str] = [variant]
        found: list[Difference] = []
    else:
        both = [name for name in old.variants if name in new.variants]
        found = [*_head(old, new), *_claims(old, new)]
    found.extend(_setups(old, new, both))
    runs = {name: _same_runs(old.variants[name].setup, new.variants[name].setup) for name in both}
    if variant is not None:
        return Differences(tuple(found), (), (), runs)
    added = tuple(name for name in new.variants if name not in old.variants)
    removed = tuple(name for name in old.variants if name not in new.variants)
    return Differences(tuple(found), added, removed, runs)


def _same_runs(old: Setup, new: Setup) -> bool:
    """Whether the runs of one are those of the other, seed by seed: what their identity is of."""
    return bool(plain(old, deciding_only=True) == plain(new, deciding_only=True))


def _head(old: Checked, new: Checked) -> Iterator[Difference]:
    for name in HEAD:
        before, after = getattr(old.experiment, name), getattr(new.experiment, name)
        if before != after:
            yield _pair((name,), before, after, old.origins, new.origins)
    if old.baseline != new.baseline:
        yield _pair(("baseline",), old.baseline, new.baseline, old.origins, new.origins)
    # Without `--variant`, `run` trains the first.
    first, other = next(iter(old.variants)), next(iter(new.variants))
    if first != other and first in new.variants and other in old.variants:
        sides = _pair(("variants",), first, other, old.origins, new.origins)
        yield Difference("first variant", sides.old, sides.new)


def _claims(old: Checked, new: Checked) -> Iterator[Difference]:
    """Claims that one of the two does not make, whatever their order."""
    before, after = old.experiment.claims, new.experiment.claims
    for index, claim in enumerate(before):
        if claim not in after:
            yield Difference("claims", _side(("claims", index), claim, old.origins), None)
    for index, claim in enumerate(after):
        if claim not in before:
            yield Difference("claims", None, _side(("claims", index), claim, new.origins))


def _setups(old: Checked, new: Checked, names: list[str]) -> Iterator[Difference]:
    """Each difference once, with the names of all variants in which it is found."""
    found: dict[tuple[str, str, str], tuple[Difference, list[str]]] = {}
    for name in names:
        for one in _differing(old.variants[name], new.variants[name]):
            assert one.old is not None, "both have the field"
            assert one.new is not None, "both have the field"
            key = (one.path, repr(one.old.value), repr(one.new.value))
            found.setdefault(key, (one, []))[1].append(name)
    for one, variants in found.values():
        yield Difference(one.path, one.old, one.new, tuple(variants))


def _differing(old: Variant, new: Variant) -> Iterator[Difference]:
    for field in fields(Setup):
        before, after = getattr(old.setup, field.name), getattr(new.setup, field.name)
        for path, one, other in _pairs(before, after, (field.name,)):
            yield _pair(path, one, other, old.origins, new.origins)


def _pairs(old: object, new: object, path: Path) -> Iterator[tuple[Path, object, object]]:
    """The smallest values that differ. Parts of two words differ as wholes, and so do lists."""
    if old == new:
        return
    if isinstance(old, tuple) and isinstance(new, tuple) and len(old) == len(new):
        if any(isinstance(item, Part) for item in (*old, *new)):
            for index, (one, other) in enumerate(zip(old, new, strict=True)):
                yield from _pairs(one, other, (*path, index))
            return
    elif type(old) is type(new) and is_dataclass(old) and not isinstance(old, (Condition, Claim)):
        for field in fields(old):
            one, other = getattr(old, field.name), getattr(new, field.name)
            yield from _pairs(one, other, (*path, field.name))
        return
    yield path, old, new


def _pair(path: Path, old: object, new: object, before: Origins, after: Origins) -> Difference:
    name = ".".join(map(str, path))
    return Difference(name, _side(path, old, before), _side(path, new, after))


def _side(path: Path, value: object, origins: Origins) -> Side:
    return Side(plain(value, defaults=False), span_of(At(path), origins))
