"""Applying changes to a tree before it is checked, guided by the types of its fields."""

from __future__ import annotations

from collections.abc import Sequence as AbstractSequence
from dataclasses import field, replace

from hebbdsl.diagnostics.diagnostic import Problem, Problems
from hebbdsl.diagnostics.typos import Unknown
from hebbdsl.diagnostics.wording import plain_list, quoted
from hebbdsl.expression.numerals import whole_number
from hebbdsl.frozen import frozen
from hebbdsl.source import Span
from hebbdsl.spec.changes import Change, changes_of
from hebbdsl.spec.mismatches import UnknownField
from hebbdsl.spec.renaming import renamed, renamed_key
from hebbdsl.spec.types import ListOf, OneOf, PartOf, SectionOf, Type, fields_of
from hebbdsl.syntax import scalars
from hebbdsl.syntax.tree import Broken, Entry, Mapping, Node, Scalar, Sequence

Steps = tuple[Scalar, ...]


@frozen
class Overriding:
    """Applies changes for one variant; a change that leads nowhere is noted and left out.

    `variant` is the name to say in messages, empty where there is only one setup.
    """

    variant: str
    problems: Problems

    def apply(self, cls: type, root: Mapping, made: AbstractSequence[Change]) -> Mapping:
        """`root`, the mapping of a spec class, with every change made in order."""
        for change in made:
            root = self._section(cls, "", root, change.path, 0, change.value)
        return root

    def _changed(
        self, type_: Type, node: Node | None, path: Steps, depth: int, value: Node
    ) -> Node | None:
        """What stands at `path[:depth]` once `value` is put at `path`; None: leave it as it is."""
        if isinstance(type_, OneOf):
            type_ = _chosen(type_, node)
        if depth == len(path):
            if isinstance(type_, SectionOf) and isinstance(value, Mapping):
                return self._merged(type_.cls, path, node, value)
            return value
        if isinstance(node, Broken):
            return None
        match type_:
            case SectionOf(cls):
                if not isinstance(node, Mapping):
                    node = Mapping((), path[depth - 1].span)
                return self._section(cls, path[depth - 1].text, node, path, depth, value)
            case PartOf():
                return self._part(type_, node, path, depth, value)
            case ListOf():
                return self._list(type_, node, path, depth, value)
        self._nothing(path, depth, "it is a single value")
        return None

    def _merged(self, cls: type, path: Steps, node: Node | None, value: Mapping) -> Node | None:
        if isinstance(node, Broken):
            return None
        if not isinstance(node, Mapping):
            return value
        owner = path[-1].text if path else ""
        for change in changes_of(value):
            node = self._section(cls, owner, node, change.path, 0, change.value)
        return node

    def _section(
        self, cls: type, owner: str, node: Mapping, path: Steps, depth: int, value: Node
    ) -> Mapping:
        node = renamed(cls, node, self.problems)
        path = self._renamed(cls, path, depth)
        step, known = path[depth], fields_of(cls)
        if step.text not in known:
            self.problems.add(
                UnknownField(place=_shown(step), owner=owner, written=step.text, known=tuple(known))
            )
            return node
        return self._with_field(known[step.text].type, node, path, depth, value)

    def _with_field(
        self, type_: Type, node: Mapping, path: Steps, depth: int, value: Node
    ) -> Mapping:
        step = path[depth]
        old = node.entry(step.text)
        if old is None and node.lost and depth + 1 < len(path):
            return node  # it may be what could not be read
        new = self._changed(type_, old.value if old else None, path, depth + 1, value)
        if new is None:
            return node
        written_here = depth + 1 == len(path)
        entry = Entry(step if old is None or written_here else old.key, new)
        if old is None:
            return replace(node, entries=(*node.entries, entry))
        return replace(node, entries=tuple(entry if e is old else e for e in node.entries))

    def _part(
        self, type_: PartOf, node: Node | None, path: Steps, depth: int, value: Node
    ) -> Node | None:
        part = _word(node)
        if part is None:
            if node is None or (isinstance(node, Scalar) and scalars.is_null(node.text)):
                self._nothing(path, depth, "it is not set")
            return None
        word, inside = part
        cls = type_.words.get(word.text)
        if cls is None:
            return None  # an unknown word, which the checker says
        path = self._renamed(cls, path, depth)
        step, known = path[depth], fields_of(cls)
        if step.text not in known:
            self.problems.add(
                NoSuchPath(
                    place=_shown(step),
                    path=_joined(path, depth),
                    word=word.text,
                    variant=self.variant,
                    written=step.text,
                    known=tuple(known),
                )
            )
            return None
        inside = renamed(cls, inside, self.problems)
        fields = self._with_field(known[step.text].type, inside, path, depth, value)
        return Mapping((Entry(word, fields),), word.span)

    def _list(
        self, type_: ListOf, node: Node | None, path: Steps, depth: int, value: Node
    ) -> Node | None:
        if not isinstance(node, Sequence):
            self._nothing(path, depth, "the list is not written here")
            return None
        step = path[depth]
        index = whole_number(step.text)
        if not isinstance(index, int) or not 0 <= index < len(node.items):
            self.problems.add(
                NoSuchItem(
                    place=_shown(step),
                    path=_joined(path, depth),
                    item=step.text,
                    count=len(node.items),
                )
            )
            return None
        new = self._changed(type_.item, node.items[index], path, depth + 1, value)
        if new is None:
            return None
        return Sequence((*node.items[:index], new, *node.items[index + 1 :]), node.span)

    def _renamed(self, cls: type, path: Steps, depth: int) -> Steps:
        key = renamed_key(cls, path[depth], self.problems)
        return (*path[:depth], key, *path[depth + 1 :])

    def _nothing(self, path: Steps, depth: int, what: str) -> None:
        place = _shown(path[depth])
        self.problems.add(NothingInside(place=place, path=_joined(path, depth), what=what))


def _chosen(type_: OneOf, node: Node | None) -> Type:
    """The option that a path can go into: a part or section, or the list when one is written."""
    if isinstance(node, Sequence):
        return next((o for o in type_.options if isinstance(o, ListOf)), type_.options[0])
    inner = (o for o in type_.options if isinstance(o, (PartOf, SectionOf)))
    return next(inner, type_.options[0])


def _word(node: Node | None) -> tuple[Scalar, Mapping] | None:
    """The word of a part and its fields, empty where none are written."""
    match node:
        case Scalar() if not node.missing and not scalars.is_null(node.text):
            return node, Mapping((), node.span)
        case Mapping() if len(node.entries) == 1:
            inside = node.entries[0].value
            if isinstance(inside, Mapping):
                return node.entries[0].key, inside
    return None


def _joined(path: Steps, depth: int) -> str:
    return ".".join(step.text for step in path[:depth])


def _shown(step: Scalar) -> Span:
    """The characters of a step; of an empty one (`output..gamma`) the dot that follows."""
    place = step.span
    return place if place.end > place.start else Span(place.source, place.start, place.start + 1)


class NoSuchPath(Unknown):
    """A change goes into a part that has no such field.

    The path of a variant or of `--set` names fields. What fields there are depends on the word
    that the part is in that variant. Giving `output` a new word replaces all its fields.
    `validate --fix` corrects a slip of a letter or two that can mean only one field.

    Wrong:
        output: softmax
        variants:
          raw_write: {output.rescale: none}

    Right:
        output: hebbian
        variants:
          raw_write: {output.rescale: none}
    """

    code = "HEB210"
    path: str
    word: str
    variant: str = field(compare=False)
    """The first variant in which it is so: the same in others is not said again."""

    @property
    def title(self) -> str:
        where = f" in {quoted(self.variant)}" if self.variant else ""
        word, name = quoted(self.word), quoted(self.written)
        return f"{quoted(self.path)} is {word}{where}, which has no field {name}"

    label = "unknown field"

    @property
    def takes(self) -> str:
        takes = f"takes: {plain_list(self.known)}" if self.known else "has no fields"
        return f"{quoted(self.word)} {takes}"


class NothingInside(Problem):
    """A path goes into something that has nothing inside: a number, a word, a field not written.

    Wrong:
        variants:
          slow: {training.steps.most: 500}

    Right:
        variants:
          slow: {training.steps: 500}
    """

    code = "HEB211"
    path: str
    what: str

    title = "nothing can be changed inside {path!q}: {what}"
    label = "leads nowhere"
    hint = "give {path!q} itself a value"


class NoSuchItem(Problem):
    """A path names an item that the list does not have. Items count from 0.

    Wrong:
        model:
          convnet: {channels: [8, 8]}
        variants:
          wide: {model.channels.2: 16}

    Right:
        model:
          convnet: {channels: [8, 8]}
        variants:
          wide: {model.channels.1: 16}
    """

    code = "HEB213"
    path: str
    item: str
    count: int

    title = "{path!q} has no item {item!q}"
    label = "no such item"

    @property
    def hint(self) -> str | None:
        return f"items count from 0 to {self.count - 1}" if self.count else "the list is empty"
