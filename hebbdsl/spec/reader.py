"""From nodes to typed values, driven by the types of the spec classes alone. Names no part."""

from __future__ import annotations

import re
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from hebbdsl.diagnostics.diagnostic import Problem, Problems
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.expression.errors import ExpressionError
from hebbdsl.parts.part import Part
from hebbdsl.source import Span
from hebbdsl.spec.checked import Origin, Path
from hebbdsl.spec.mismatches import (
    NoWord,
    TwoWords,
    UnknownField,
    found_in_words,
    missing_field,
    name_of,
    no_value,
    start_of,
    unknown_word,
    wrong_type,
)
from hebbdsl.spec.numbers import read_number, read_whole_numbers
from hebbdsl.spec.origins import resolve
from hebbdsl.spec.outcome import BAD, Bad
from hebbdsl.spec.renaming import renamed
from hebbdsl.spec.types import (
    Boolean,
    Choice,
    ExpressionOf,
    ListOf,
    NamedChanges,
    NumberOf,
    OneOf,
    PartOf,
    SectionOf,
    Text,
    Type,
    WholeNumbers,
    fields_of,
)
from hebbdsl.spec.value_problems import (
    MOST_EXPRESSION,
    NeedsQuotes,
    NotAChoice,
    NoValue,
    TooMuchExpression,
    WrongForm,
    WrongLength,
    WrongType,
)
from hebbdsl.syntax import scalars
from hebbdsl.syntax.tree import Broken, Entry, Mapping, Node, Scalar, Sequence, Written
from hebbdsl.vocabulary import refuse_part

T = TypeVar("T")


@dataclass(slots=True)
class Allowance:
    """Characters of expressions that a spec may still have, whoever reads them."""

    left: int = MOST_EXPRESSION


@dataclass(slots=True)
class Reader:
    """Reads nodes; notes problems, where each field stands, and the scalars of expressions."""

    problems: Problems = field(default_factory=Problems)
    origins: dict[Path, Origin] = field(default_factory=dict)
    expressions: dict[Path, Scalar] = field(default_factory=dict)
    allowance: Allowance = field(default_factory=Allowance)

    def value(self, type_: Type, node: Node, path: Path, key: Span | None) -> object:
        """The value of `node` as `type_`, or BAD."""
        self.origins[path] = Origin(node.span, key)
        if isinstance(node, Broken):
            return BAD
        if isinstance(node, Scalar) and node.missing:
            self.problems.add(no_value(type_, node, name_of(path), key))
            return BAD
        match type_:
            case OneOf():
                return self._one_of(type_, node, path, key)
            case PartOf():
                return self._part(type_, node, path, key)
            case SectionOf(cls):
                return self._section(cls, node, path, key)
            case ListOf():
                return self._list(type_, node, path)
            case WholeNumbers():
                return read_whole_numbers(type_, node, path, self.problems)
            case NamedChanges():
                return self._named_changes(type_, node, path)
        if not isinstance(node, Scalar):
            return self._wrong(type_, node, path)
        match type_:
            case NumberOf():
                return read_number(type_, node, path, self.problems)
            case Text():
                return self._text(type_, node, path)
            case Boolean():
                return self._boolean(type_, node, path)
            case Choice():
                return self._choice(type_, node, path)
        return self._expression(type_, node, path)

    def fields(
        self, cls: type, owner: str, mapping: Mapping | None, path: Path, place: Span
    ) -> dict[str, object]:
        """The fields of a spec class that are written, BAD ones among them; unknown ones are noted.

        `place` is where a field that is missing is missed.
        """
        known = fields_of(cls)
        if mapping is not None:
            mapping = renamed(cls, mapping, self.problems)
        found: dict[str, object] = {}
        unknown: list[Entry] = []
        for entry in mapping.entries if mapping is not None else ():
            name = entry.key.text
            if name not in known:
                unknown.append(entry)
            else:
                found[name] = self.value(
                    known[name].type, entry.value, (*path, name), entry.key.span
                )
        written = set(known) if mapping is not None and mapping.lost else set(found)
        self.gaps(cls, owner, tuple(unknown), written, place)
        return found

    def gaps(
        self, cls: type, owner: str, unknown: tuple[Entry, ...], written: set[str], place: Span
    ) -> None:
        """Note fields that there are not, and fields that there should be."""
        known = fields_of(cls)
        for entry in unknown:
            self.problems.add(
                UnknownField(
                    place=entry.key.span, owner=owner, written=entry.key.text, known=tuple(known)
                )
            )
        for name, info in known.items():
            if info.required and name not in written:
                self.problems.add(missing_field(owner, name, info, place))

    def _section(self, cls: type, node: Written, path: Path, key: Span | None) -> object:
        if not isinstance(node, Mapping):
            return self._wrong(SectionOf(cls), node, path)
        place = key if key is not None else node.span
        self.origins[path] = Origin(place, key)
        before = self.problems.error_count
        found = self.fields(cls, name_of(path), node, path, place)
        if BAD in found.values() or self.problems.error_count > before or node.lost:
            return BAD
        return _construct(cls, found)

    def _part(self, type_: PartOf, node: Written, path: Path, key: Span | None) -> object:
        word, inside = self._word(type_, node, path)
        if word is None:
            return BAD
        self.origins[path] = Origin(word.span, key)
        try:
            cls = type_.words.get(word.text)
            if cls is None:
                self.problems.add(unknown_word(type_, word))
                return BAD
            return self._part_of(cls, word, inside, path)
        except Exception as error:
            from hebbdsl.spec.packages import broken_by

            if (problem := broken_by(error, word.span)) is None:
                raise
            self.problems.add(problem)
            return BAD

    def _part_of(self, cls: type[Part], word: Scalar, inside: Node | None, path: Path) -> object:
        if isinstance(inside, Scalar) and inside.missing:
            advice = f"write `{word.text}` alone, or `{word.text}: {{}}`"
            self.problems.add(NoValue(place=word.span, field=word.text, advice=advice))
            return BAD
        if isinstance(inside, Broken):
            return BAD
        if inside is not None and not isinstance(inside, Mapping):
            self.problems.add(
                WrongType(
                    place=inside.span,
                    field=word.text,
                    expected="fields",
                    found=found_in_words(inside),
                )
            )
            return BAD
        before = self.problems.error_count
        found = self.fields(cls, word.text, inside, path, word.span)
        lost = inside is not None and inside.lost
        if BAD in found.values() or self.problems.error_count > before or lost:
            return BAD
        part = _construct(cls, found)
        for problem in part.errors():
            if not isinstance(problem, Problem):
                refuse_part(part, f"`errors` yields {type(problem).__name__}, not a `Problem`")
            self.problems.add(resolve(problem, self.origins, path))
        return part

    def _word(self, type_: PartOf, node: Written, path: Path) -> tuple[Scalar | None, Node | None]:
        """The word of a part with what stands inside it; None, None when there is no one word."""
        if isinstance(node, Scalar):
            return node, None
        if not isinstance(node, Mapping):
            self._wrong(type_, node, path)
            return None, None
        if len(node.entries) == 1:
            return node.entries[0].key, node.entries[0].value
        kind, known = type_.kind.kind, tuple(type_.words)
        written = [entry.key for entry in node.entries if entry.key.text in known]
        if not written and node.lost:
            return None, None
        if not written:
            self.problems.add(NoWord(place=start_of(node), kind=kind, known=known))
            return None, None
        second = next(entry.key for entry in node.entries if entry.key is not written[0])
        self.problems.add(
            TwoWords(place=second.span, kind=kind, second=second.text, first=written[0].span)
        )
        return None, None

    def _list(self, type_: ListOf, node: Written, path: Path) -> object:
        if not isinstance(node, Sequence):
            fits = isinstance(node, Scalar) and _fits(type_.item, node)
            advice = f"a list is written {quoted(f'[{node.span.text}]')}" if fits else None
            return self._wrong(type_, node, path, advice)
        low, high, count = type_.length.minimum, type_.length.maximum, len(node.items)
        if count < low or (high is not None and count > high):
            self.problems.add(
                WrongLength(
                    place=node.span, field=name_of(path), count=count, minimum=low, maximum=high
                )
            )
            return BAD
        items = [
            self.value(type_.item, item, (*path, i), None) for i, item in enumerate(node.items)
        ]
        return BAD if BAD in items else tuple(items)

    def _one_of(self, type_: OneOf, node: Written, path: Path, key: Span | None) -> object:
        if isinstance(node, Scalar) and not node.quoted and scalars.is_null(node.text):
            return None if type_.optional else self._wrong(type_, node, path)
        # No two options of a field have the same shape (a test sees to it).
        fitting = [option for option in type_.options if _fits(option, node)]
        option = next((one for one in fitting if _of_word(one, node)), next(iter(fitting), None))
        if option is None:
            return self._wrong(type_, node, path)
        return self.value(option, node, path, key)

    def _text(self, type_: Text, node: Scalar, path: Path) -> object:
        if not node.quoted and scalars.needs_quotes(node.text):
            self.problems.add(NeedsQuotes(place=node.span, field=name_of(path), written=node.text))
            return BAD
        return node.text if self.name_is_fine(type_, node) else BAD

    def name_is_fine(self, type_: Text, node: Scalar) -> bool:
        """Whether the text matches the type's pattern; if not, that is noted."""
        pattern = type_.pattern
        if pattern is None or re.fullmatch(pattern.regex, node.text):
            return True
        like: str | None = re.sub(r"[^a-z0-9]+", "_", node.text[:64].lower()).strip("_")
        like = like if like and re.fullmatch(pattern.regex, like) else None
        self.problems.add(
            WrongForm(place=node.span, written=node.text, form=pattern.in_words, like=like)
        )
        return False

    def _boolean(self, type_: Boolean, node: Scalar, path: Path) -> object:
        value = None if node.quoted else scalars.boolean(node.text)
        if value is not None:
            return value
        meant = {"true": "true", "yes": "true", "on": "true", "1": "true"}.get(node.text.lower())
        meant = meant or {"false": "false", "no": "false", "off": "false", "0": "false"}.get(
            node.text.lower()
        )
        return self._wrong(type_, node, path, f"write `{meant}`" if meant else None, meant)

    def _choice(self, type_: Choice, node: Scalar, path: Path) -> object:
        for value in type_.values:
            if value == node.text or (str(value) == node.text and not node.quoted):
                return value
        self.problems.add(
            NotAChoice(
                place=node.span,
                field=name_of(path),
                written=node.text,
                known=tuple(map(str, type_.values)),
            )
        )
        return BAD

    def _expression(self, type_: ExpressionOf, node: Scalar, path: Path) -> object:
        had = self.allowance.left
        self.allowance.left -= len(node.text)
        if self.allowance.left < 0:
            if had >= 0:
                self.problems.add(TooMuchExpression(place=node.span))
            return BAD
        self.expressions[path] = node
        try:
            return type_.cls.parse(node.text)
        except ExpressionError as error:
            self.problems.extend(
                replace(fault.problem, place=node.part(fault.extent.start, fault.extent.end))
                for fault in error.faults
            )
            return BAD

    def _named_changes(self, type_: NamedChanges, node: Written, path: Path) -> object:
        if not isinstance(node, Mapping):
            return self._wrong(type_, node, path)
        count, high = len(node.entries), type_.length.maximum
        if high is not None and count > high:
            self.problems.add(
                WrongLength(
                    place=start_of(node), field=name_of(path), count=count, minimum=0, maximum=high
                )
            )
            return BAD
        for entry in node.entries:
            self.origins[(*path, entry.key.text)] = Origin(entry.key.span, entry.key.span)
            self.name_is_fine(type_.name, entry.key)
            if isinstance(entry.value, Scalar) and entry.value.missing:
                advice = "write `{}` for the setup as written"
                self.problems.add(
                    NoValue(place=entry.key.span, field=entry.key.text, advice=advice)
                )
            elif not isinstance(entry.value, (Mapping, Broken)):
                self._wrong(type_, entry.value, (*path, entry.key.text))
        return {entry.key.text: as_written(entry.value) for entry in node.entries}

    def _wrong(
        self,
        type_: Type,
        node: Written,
        path: Path,
        advice: str | None = None,
        instead: str | None = None,
    ) -> Bad:
        self.problems.add(wrong_type(type_, node, name_of(path), advice, instead))
        return BAD


def as_written(node: Node) -> Any:
    """A node as plain values, for keeping what a variant changes."""
    match node:
        case Mapping(entries):
            return {entry.key.text: as_written(entry.value) for entry in entries}
        case Sequence(items):
            return [as_written(item) for item in items]
        case Scalar(text, quoted):
            return text if quoted else scalars.plain(text)
    return None


def _construct(cls: type[T], found: AbstractMapping[str, object]) -> T:
    return cls(**found)


def _of_word(option: Type, node: Written) -> bool:
    """Whether the type is a choice of words, and the node a word: a number is none."""
    return isinstance(option, Choice) and isinstance(node, Scalar) and node.text[:1].isalpha()


def _fits(option: Type, node: Written) -> bool:
    """Whether a node has the shape of the type; whether it has the value is asked later."""
    match node:
        case Mapping():
            return isinstance(option, (PartOf, SectionOf, NamedChanges))
        case Sequence():
            return isinstance(option, (ListOf, WholeNumbers))
    return not isinstance(option, (ListOf, SectionOf, NamedChanges))
