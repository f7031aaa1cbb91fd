"""What the language asks for at a place: keys as written, walked along the types of the fields."""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence as AbstractSequence
from dataclasses import dataclass, replace

from hebbdsl.expression.numerals import whole_number
from hebbdsl.parts.part import Part
from hebbdsl.spec.checked import Draft, Path
from hebbdsl.spec.experiment import Experiment, Setup
from hebbdsl.spec.types import (
    Field,
    ListOf,
    NamedChanges,
    OneOf,
    PartOf,
    SectionOf,
    Type,
    fields_of,
)
from hebbdsl.syntax.tree import Entry, Mapping, Node, Scalar, Sequence
from hebbdsl.vocabulary import word_of

Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """What stands, or may stand, at a place.

    Attributes:
        type: of the value there.
        path: of fields, from the root of the experiment.
        field: the field whose value this is, or has this among its items.
        owner: the word or section that has the field; empty for the experiment itself.
        variant: whose changes these are; None outside of variants.
    """

    type: Type
    path: Path = ()
    field: Field | None = None
    owner: str = ""
    variant: str | None = None

    @property
    def options(self) -> tuple[Type, ...]:
        return self.type.options if isinstance(self.type, OneOf) else (self.type,)


ROOT = Expected(SectionOf(Experiment))


@dataclass(frozen=True, slots=True)
class Written:
    """Which words are written where: what decides where a path leads.

    `drafts` know what is inherited; the partial tree what is being written.
    """

    root: Mapping
    drafts: tuple[Draft, ...] = ()

    def word(self, path: Path, variant: str | None) -> str | None:
        """The word of the part at a path, as the variant has it."""
        if variant is not None:
            inside = entry_at(self.root, ("variants", variant))
            if inside is not None and (found := _word(node_at(inside.value, path))) is not None:
                return found
        found = _word(node_at(self.root, path))
        if found is not None:
            return found
        for draft in self.drafts:
            part = value_at(draft, path)
            if variant in (None, draft.name) and isinstance(part, Part):
                return word_of(part)
        return None

    def variants(self) -> tuple[str, ...]:
        """The names of all variants, in the order written, inherited ones behind."""
        entry = entry_at(self.root, ("variants",))
        written = entry.value.entries if entry and isinstance(entry.value, Mapping) else ()
        names = [e.key.text for e in written] + [draft.name for draft in self.drafts]
        return tuple(dict.fromkeys(names))


def expected_at(keys: Keys, written: Written, start: Expected = ROOT) -> Expected | None:
    """What the keys lead to; None where they lead nowhere."""
    expected: Expected | None = start
    for key in keys:
        if expected is None:
            return None
        expected = _inside(expected, key, written)
    return expected


def _inside(expected: Expected, key: str | int, written: Written) -> Expected | None:
    for option in expected.options:
        match option, key:
            case ListOf(item), int():
                return replace(expected, type=item, path=(*expected.path, key))
            case PartOf(), str() if key in option.words:
                return replace(expected, type=SectionOf(option.words[key]), owner=key)
            case NamedChanges(), str():
                return Expected(SectionOf(Setup), variant=key)
            case SectionOf(), str():
                return along(replace(expected, type=option), key.split("."), written)
    return None


def along(expected: Expected, steps: AbstractSequence[str], written: Written) -> Expected | None:
    """What a path of fields leads to, through whatever parts stand there."""
    found: Expected | None = expected
    for step in steps:
        if found is None:
            return None
        found = _step(found, step, written)
    return found


def _step(expected: Expected, step: str, written: Written) -> Expected | None:
    for option in expected.options:
        match option:
            case SectionOf(cls):
                return _field(expected, cls, step, expected.owner)
            case PartOf():
                for word in words_at(expected, option, written):
                    if step in fields_of(option.words[word]):
                        return _field(expected, option.words[word], step, word)
            case ListOf(item) if isinstance(index := whole_number(step), int):
                return replace(expected, type=item, path=(*expected.path, index))
            case NamedChanges():
                return Expected(SectionOf(Setup), variant=step)
    return None


def words_at(expected: Expected, part: PartOf, written: Written) -> tuple[str, ...]:
    """The word that stands where a part is asked for; all that may, where none does."""
    word = written.word(expected.path, expected.variant)
    return (word,) if word is not None and word in part.words else tuple(part.words)


def _field(expected: Expected, cls: type, name: str, owner: str) -> Expected | None:
    field = fields_of(cls).get(name)
    if field is None:
        return None
    owner_of_more = name if isinstance(field.type, SectionOf) else owner
    return replace(
        expected, type=field.type, path=(*expected.path, name), field=field, owner=owner_of_more
    )


def value_at(draft: Draft, path: Path) -> object:
    """The value of a field in a variant as far as it could be built; None where it could not."""
    value: object = draft.sections
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, tuple) and step < len(value) else None
        else:
            value = getattr(value, step, None)
    return value


def entry_at(node: Node, path: Path) -> Entry | None:
    """The entry that writes a field: by its name, below the word of a part, or by a dotted path."""
    if not isinstance(node, Mapping) or not path:
        return None
    for length in range(len(path), 0, -1):
        entry = node.entry(".".join(map(str, path[:length])))
        if entry is None:
            continue
        rest = path[length:]
        return entry if not rest else _below(entry.value, rest)
    return None


def node_at(node: Node, path: Path) -> Node | None:
    """What is written for a field."""
    entry = entry_at(node, path)
    if entry is not None:
        return entry.value
    if path and isinstance(path[-1], int):
        items = node_at(node, path[:-1])
        if isinstance(items, Sequence) and path[-1] < len(items.items):
            return items.items[path[-1]]
    return None


def _below(value: Node, path: Path) -> Entry | None:
    if isinstance(value, Sequence) and path and isinstance(path[0], int):
        inside = path[0] < len(value.items)
        return _below(value.items[path[0]], path[1:]) if inside else None
    if (found := entry_at(value, path)) is not None:
        return found
    if isinstance(value, Mapping) and len(value.entries) == 1:
        return entry_at(value.entries[0].value, path)
    return None


def _word(node: Node | None) -> str | None:
    match node:
        case Scalar(text=text) if text:
            return text
        case Mapping(entries) if len(entries) == 1:
            return entries[0].key.text
    return None


def fields_by_path(expected: Expected, written: Written) -> AbstractMapping[str, Expected]:
    """Every path that may be changed from here, with the fields of the words that stand there."""
    found: dict[str, Expected] = {}
    waiting = [("", expected)]
    while waiting:
        before, current = waiting.pop(0)
        for option in current.options:
            classes: tuple[tuple[str, type], ...] = ()
            if isinstance(option, SectionOf):
                classes = ((current.owner, option.cls),)
            elif isinstance(option, PartOf):
                words = words_at(current, option, written)
                classes = tuple((word, option.words[word]) for word in words)
            for owner, cls in classes:
                for name in fields_of(cls):
                    inner = _field(current, cls, name, owner)
                    if inner is not None and f"{before}{name}" not in found:
                        found[f"{before}{name}"] = inner
                        if len(inner.path) < 3:
                            waiting.append((f"{before}{name}.", inner))
    return found
