"""Variants by name: those of a parent, with what a child says of them."""

from __future__ import annotations

from dataclasses import replace

from hebbdsl.diagnostics.diagnostic import Problem, Problems
from hebbdsl.diagnostics.wording import plain_list, suggestion
from hebbdsl.spec.changes import Change, composed
from hebbdsl.spec.experiment import Setup
from hebbdsl.syntax import scalars
from hebbdsl.syntax.tree import Broken, Entry, Mapping, Node, Scalar


def with_named(
    root: Mapping,
    inherited: Entry | None,
    made: tuple[Change, ...],
    problems: Problems,
    *,
    extends: bool,
) -> Mapping:
    """`root` with its variants as changed: `variants`, `variants.raw`, `variants.raw.output.gamma`.

    A variant named again takes the place of the inherited one; `null` removes it; a path changes
    it. `inherited` is what the parent says, None where it says nothing or there is none.
    """
    if not made:
        return root
    first = made[0]
    if inherited is not None and isinstance(inherited.value, Broken):
        return root
    if len(first.path) == 1 and not isinstance(first.value, Mapping):
        entry = Entry(first.path[0], first.value)  # no mapping, as the reader will say
    else:
        variants = _Variants(inherited, extends, problems)
        for change in made:
            variants.take(change)
        variants.change()
        written_in = first.value.span if len(first.path) == 1 else first.path[0].span
        lost = isinstance(first.value, Mapping) and first.value.lost
        named = Mapping(tuple(variants.entries.values()), written_in, lost)
        entry = Entry(first.path[0], named)
    others = tuple(
        other for other in root.entries if other.key.text.partition(".")[0] != "variants"
    )
    return replace(root, entries=(*others, entry))


class _Variants:
    """Entries by name, in the order in which each name was first written."""

    def __init__(self, inherited: Entry | None, extends: bool, problems: Problems) -> None:
        mapping = inherited.value if inherited is not None else None
        found = mapping.entries if isinstance(mapping, Mapping) else ()
        self.entries = {entry.key.text: entry for entry in found}
        self._inherited = tuple(self.entries)
        self._extends = extends
        self._problems = problems
        self._changes: dict[str, tuple[Scalar, list[Change]]] = {}

    def take(self, change: Change) -> None:
        path, value = change.path, change.value
        if len(path) == 1 and isinstance(value, Mapping):
            for entry in value.entries:
                self._name(entry.key, entry.value)
        elif len(path) == 2:
            self._name(path[1], value)
        else:
            assert len(path) > 2, "what stands under `variants` itself, and is no mapping, is first"
            _, changes = self._changes.setdefault(path[1].text, (path[1], []))
            changes.append(Change(path[2:], value))

    def _name(self, key: Scalar, value: Node) -> None:
        if not (isinstance(value, Scalar) and not value.quoted and scalars.is_null(value.text)):
            self.entries[key.text] = Entry(key, value)
        elif key.text in self._inherited:
            self.entries.pop(key.text, None)
        else:
            self._problems.add(
                NothingToRemove(
                    place=key.span,
                    variant=key.text,
                    inherited=self._inherited,
                    extends=self._extends,
                )
            )

    def change(self) -> None:
        """Make the changes that paths write into variants, when all variants are known."""
        for name, (key, changes) in self._changes.items():
            old = self.entries.get(name)
            if old is None:
                known = tuple(self.entries)
                self._problems.add(NoVariantToChange(place=key.span, variant=name, known=known))
            elif isinstance(old.value, Mapping):
                self.entries[name] = Entry(old.key, composed(Setup, old.value, changes))


class NothingToRemove(Problem):
    """A variant is set to `null`, which removes an inherited one, but none of that name is
    inherited.

    Wrong:
        variants:
          raw: null

    Right:
        variants:
          raw: {}
    """

    code = "HEB234"
    variant: str
    inherited: tuple[str, ...]
    extends: bool

    title = "there is no inherited variant {variant!q} to remove"
    label = "nothing to remove"

    @property
    def hint(self) -> str | None:
        if not self.extends:
            return "write `{}` for the setup as written"
        known = (
            f"inherited: {plain_list(self.inherited)}" if self.inherited else "none is inherited"
        )
        return suggestion(self.variant, self.inherited, known)


class NoVariantToChange(Problem):
    """A path changes a field of a variant that there is not.

    Only a variant that is inherited, or written in the same file, can be changed by a path.

    Wrong:
        variants:
          raw: {}
        variants.rwa.output.rescale: none

    Right:
        variants:
          raw: {}
        variants.raw.output.rescale: none
    """

    code = "HEB236"
    variant: str
    known: tuple[str, ...]

    title = "there is no variant {variant!q} to change"
    label = "unknown variant"

    @property
    def hint(self) -> str | None:
        known = f"variants: {plain_list(self.known)}" if self.known else "there are no variants"
        return suggestion(self.variant, self.known, known)
