"""A new spec with comments, from the words of its parts: what `hebbdsl init` writes."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hebbdsl.diagnostics.catalogue import first_sentence
from hebbdsl.parts.part import Dataset, Optimizer, Output, Part
from hebbdsl.spec.canonical import Plain
from hebbdsl.spec.checked import Path
from hebbdsl.spec.experiment import Experiment, Setup, Training
from hebbdsl.spec.glossary import WIDTH, spelt
from hebbdsl.spec.printing import Surface, print_plain
from hebbdsl.spec.types import Field, ListOf, OneOf, PartOf, Type, fields_of
from hebbdsl.tasks import Task
from hebbdsl.vocabulary import FIRST, usable_words, word_of, words_of

_LONGEST = 40
_MIXED = 2
"""How many parts a list of them begins with."""


def offered(kind: type[Part]) -> tuple[str, ...]:
    """The words of a kind that a new spec may begin with: `trained` is nothing to be trained."""
    return tuple(
        word
        for word, cls in usable_words(kind).items()
        if not (issubclass(cls, Output) and cls.is_trained)
    )


def asked() -> Mapping[str, type[Part]]:
    """The parts that a new spec is made of: name of the field, and kind of the word it takes."""
    sections = {
        name: part.kind
        for name, info in fields_of(Setup).items()
        if (part := _part_in(info.type)) is not None
    }
    return {**sections, "optimizer": Optimizer}


def first_words(given: Mapping[str, str]) -> Mapping[str, str]:
    """A word for every part that is not given, where one of its kind suits the data's task."""
    task = _task(given.get("data", FIRST[Dataset]))
    words = ((name, _first_word(kind, task)) for name, kind in asked().items())
    return {**{name: word for name, word in words if word is not None}, **given}


def _first_word(kind: type[Part], task: Task) -> str | None:
    """What a new spec begins with; None: no word of the kind suits the task."""
    words = usable_words(kind)
    return next((word for word in (FIRST[kind], *words) if words[word].suits(task)), None)


def _task(word: str) -> Task:
    cls = words_of(Dataset)[word]
    assert issubclass(cls, Dataset)
    return cls.task


def _part_in(type_: Type) -> PartOf | None:
    """The kind of part that a field takes, be it optional or not."""
    match type_:
        case PartOf():
            return type_
        case OneOf((PartOf() as part,)):
            return part
    return None


def scaffold(name: str, words: Mapping[str, str], surface: Surface, *, compared: bool) -> str:
    """The text of a spec called `name`, its parts the `words`, as `first_words` gives them.

    Fields that have no default are written, and those that are worth a look. Comments are the
    sentences of the fields themselves. `compared`: with the plainest output as a second variant.
    """
    text = _Scaffold(compared, _task(words["data"])).write(name, words, surface)
    # A blank line before every block of comments that stands at the margin.
    return re.sub(r"(?m)^(?!#)(.+)\n(?=#)", r"\1\n\n", text)


@dataclass(slots=True)
class _Scaffold:
    compared: bool
    task: Task
    above: dict[Path, str] = field(default_factory=dict)
    beside: dict[Path, str] = field(default_factory=dict)

    def write(self, name: str, words: Mapping[str, str], surface: Surface) -> str:
        value: dict[str, Plain] = {"hebbdsl": 1, "experiment": name}
        value["about"] = "Which question does this experiment answer?"
        value["seeds"] = list(_of(Experiment, "seeds").default)  # type: ignore[call-overload]
        self.beside[("seeds",)] = _of(Experiment, "seeds").about
        for section, info in fields_of(Setup).items():
            self.above[(section,)] = info.about
            part = _part_in(info.type)
            if section == "training":
                value[section] = self._training(words["optimizer"])
            elif part is not None and section in words:
                value[section] = self._part(part.kind, words[section], (section,))
                self.above[(section,)] = "\n".join(self._of_part(info, part, words[section]))
        value |= self._variants(words["output"])
        return print_plain(value, surface, above=self.above, beside=self.beside)

    def _of_part(self, info: Field, part: PartOf, word: str) -> Iterator[str]:
        cls = part.words[word]
        others = [
            other
            for other, its in ((other, part.words[other]) for other in offered(part.kind))
            if other != word and its.suits(self.task)
        ]
        said = f"{info.about}; instead of {word}: {', '.join(others)}" if others else info.about
        yield from _wrapped(said)
        left = [_default(f) for f in fields_of(cls).values() if not self._shown(f)]
        yield from _wrapped(f"{word}: {first_sentence(cls)}")
        if left:
            yield from _wrapped(f"left at their defaults: {', '.join(left)}")

    def _training(self, optimizer: str) -> dict[str, Plain]:
        made: dict[str, Plain] = {}
        for info in filter(self._shown, fields_of(Training).values()):
            path = ("training", info.name)
            self.beside[path] = info.about
            made[info.name] = (
                self._part(info.type.kind, optimizer, path)
                if isinstance(info.type, PartOf)
                else self._begun(info)
            )
        return made

    def _part(self, kind: type[Part], word: str, path: Path) -> Plain:
        """The word with the fields that are shown, in the form of plain values."""
        cls = words_of(kind)[word]
        made: dict[str, Plain] = {}
        for info in filter(self._shown, fields_of(cls).values()):
            self.beside[(*path, info.name)] = info.about
            made[info.name] = self._begun(info)
        return {word: made}

    def _shown(self, info: Field) -> bool:
        """What must be written, and what is suggested for such data."""
        if info.required or info.suggested is None:
            return info.required
        on = info.on.task if info.on is not None else info.suggested.on
        return on in (None, self.task)

    def _begun(self, info: Field) -> Plain:
        """What a field begins with: what is suggested, its default, or the first of its type."""
        if info.suggested is not None and info.suggested.value is not None:
            value = info.suggested.value
            return [value] if isinstance(info.type, ListOf) else value
        if info.required:
            return self._first_of(info.type)
        return list(info.default) if isinstance(info.default, tuple) else info.default

    def _first_of(self, type_: Type) -> Plain:
        """Words that need no fields, as many as a list of them should begin with."""
        match type_:
            case PartOf():
                return self._bare(type_, _plain_words(type_)[0])
            case ListOf(PartOf() as item, length):
                count = max(_MIXED, length.minimum)
                return [self._bare(item, word) for word in _plain_words(item)[:count]]
        raise TypeError(f"a field of type {type(type_).__name__} without a default suggests none")

    def _bare(self, type_: PartOf, word: str) -> Plain:
        """The word inside another, with what such data asks of it alone."""
        fields = fields_of(type_.words[word]).values()
        asked = [f for f in fields if f.suggested is not None and f.suggested.on == self.task]
        return {word: {info.name: self._begun(info) for info in asked}}

    def _variants(self, output: str) -> dict[str, Plain]:
        """The output, and beside it the plainest there is."""
        plainest = next(iter(words_of(Output)))
        variants: dict[str, Plain] = {output: {}}
        self.above[("variants",)] = _of(Experiment, "variants").about
        if self.compared and output != plainest:
            variants[plainest] = {"output": {plainest: {}}}
            self.beside[("baseline",)] = _of(Experiment, "baseline").about
            return {"baseline": plainest, "variants": variants}
        return {"variants": variants}


def _of(cls: type, name: str) -> Field:
    return fields_of(cls)[name]


def _default(info: Field) -> str:
    """`gamma 0.01`; of a default that takes long to say, the name alone."""
    default = spelt(info.default)
    return f"{info.name} {default}" if len(default) <= _LONGEST else info.name


def _plain_words(type_: PartOf) -> list[str]:
    return [
        word_of(cls)
        for cls in type_.words.values()
        if not any(info.required for info in fields_of(cls).values())
    ]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)
