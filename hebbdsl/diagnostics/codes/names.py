"""HEB201–HEB219: words, fields and paths that are not known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from hebbdsl.diagnostics.diagnostic import Problem, Related, nearest
from hebbdsl.diagnostics.wording import plain_list, plural, quoted, suggestion
from hebbdsl.source import Span


def _a(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


@dataclass(frozen=True, kw_only=True)
class UnknownField(Problem):
    """A word or section has no field of that name.

    `hebbdsl explain WORD` lists the fields of a word. Nothing unknown is ever ignored.

    Wrong:
        output:
          hebbian: {gama: 0.05}

    Right:
        output:
          hebbian: {gamma: 0.05}
    """

    code: ClassVar[str] = "HEB201"
    owner: str
    field: str
    known: tuple[str, ...]

    @property
    def title(self) -> str:
        if not self.owner:
            return f"a spec has no section {quoted(self.field)}"
        return f"{quoted(self.owner)} has no field {quoted(self.field)}"

    @property
    def label(self) -> str:
        return "unknown field" if self.owner else "unknown section"

    @property
    def hint(self) -> str | None:
        owner = quoted(self.owner) if self.owner else "a spec"
        takes = f"{owner} takes: {plain_list(self.known)}" if self.known else f"{owner} has no fields"
        return suggestion(self.field, self.known, takes)

    @property
    def fix(self) -> str | None:
        return nearest(self.field, self.known)


@dataclass(frozen=True, kw_only=True)
class UnknownWord(Problem):
    """There is no model, output, data set … of that name.

    `hebbdsl explain` lists the words of every kind.

    Wrong:
        output:
          hebian: {gamma: 0.05}

    Right:
        output:
          hebbian: {gamma: 0.05}
    """

    code: ClassVar[str] = "HEB202"
    kind: str
    word: str
    known: tuple[str, ...]
    field_of: str | None = None
    """A word of this kind that has a field of this name: the writer may have left the word out."""

    @property
    def title(self) -> str:
        return f"there is no {self.kind} {quoted(self.word)}"

    @property
    def label(self) -> str:
        return f"unknown {self.kind}"

    @property
    def hint(self) -> str | None:
        if self.field_of is not None:
            example = f"{self.field_of}: {{{self.word}: …}}"
            return f"{quoted(self.word)} is a field: write {quoted(example)}"
        return suggestion(self.word, self.known, f"{plural(self.kind)}: {plain_list(self.known)}")

    @property
    def fix(self) -> str | None:
        return nearest(self.word, self.known)


@dataclass(frozen=True, kw_only=True)
class MissingField(Problem):
    """A field that has no default is not written.

    Wrong:
        curriculum:
          growing: {start: 30, add: 10}

    Right:
        curriculum:
          growing: {start: 30, add: 10, when: test_accuracy >= 0.6}
    """

    code: ClassVar[str] = "HEB203"
    owner: str
    field: str
    expected: str
    about: str = ""

    @property
    def title(self) -> str:
        return f"{quoted(self.owner) if self.owner else 'the spec'} lacks {quoted(self.field)}"

    @property
    def label(self) -> str:
        return f"needs {quoted(self.field)}"

    @property
    def hint(self) -> str | None:
        about = f" ({self.about})" if self.about else ""
        return f"add {quoted(self.field + ': …')}, {self.expected}{about}"


@dataclass(frozen=True, kw_only=True)
class WordOfAnotherKind(Problem):
    """A word stands where a word of another kind is asked for.

    Wrong:
        output: convnet

    Right:
        output: softmax
    """

    code: ClassVar[str] = "HEB204"
    word: str
    kind: str
    asked: str
    known: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{quoted(self.word)} is {_a(self.kind)}, not {_a(self.asked)}"

    @property
    def label(self) -> str:
        return f"{_a(self.asked)} is asked for"

    @property
    def hint(self) -> str | None:
        return f"{plural(self.asked)}: {plain_list(self.known)}"


@dataclass(frozen=True, kw_only=True)
class TwoWords(Problem):
    """Two words stand where one part is asked for.

    A part is one word with its fields. Check the indentation: fields stand below or behind their
    word. Several outputs are combined by `mixture`.

    Wrong:
        output:
          hebbian: {gamma: 0.05}
          softmax: {}

    Right:
        output:
          hebbian: {gamma: 0.05}
    """

    code: ClassVar[str] = "HEB205"
    kind: str
    second: str
    first: Span

    @property
    def title(self) -> str:
        return f"one {self.kind} is asked for, and {quoted(self.second)} stands here too"

    @property
    def label(self) -> str:
        return "one too many"

    @property
    def related(self) -> tuple[Related, ...]:
        return (Related(self.first, "first"),)

    @property
    def hint(self) -> str | None:
        return f"keep one, or indent {quoted(self.second)} if it is a field"


@dataclass(frozen=True, kw_only=True)
class NoWord(Problem):
    """A part has no word: its fields stand where the word should, or nothing does.

    Wrong:
        output: {gamma: 0.05, T: 500}

    Right:
        output:
          hebbian: {gamma: 0.05, T: 500}
    """

    code: ClassVar[str] = "HEB206"
    kind: str
    known: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"the word of the {self.kind} is missing"

    @property
    def label(self) -> str:
        return f"which {self.kind}?"

    @property
    def hint(self) -> str | None:
        example = f"{self.known[0]}: {{…}}" if self.known else "word: {…}"
        return f"write {quoted(example)}; {plural(self.kind)}: {plain_list(self.known)}"


@dataclass(frozen=True, kw_only=True)
class NoSuchPath(Problem):
    """A change goes into a part that has no such field.

    The path of a variant or of `--set` names fields. What fields there are depends on the word
    that the part is in that variant. Giving `output` a new word replaces all its fields.

    Wrong:
        output: softmax
        variants:
          raw_write: {output.rescale: none}

    Right:
        output: hebbian
        variants:
          raw_write: {output.rescale: none}
    """

    code: ClassVar[str] = "HEB210"
    path: str
    word: str
    variant: str = field(compare=False)
    """The first variant in which it is so: the same in others is not said again."""
    name: str
    known: tuple[str, ...]

    @property
    def title(self) -> str:
        where = f" in {quoted(self.variant)}" if self.variant else ""
        return (
            f"{quoted(self.path)} is {quoted(self.word)}{where}, which has no field {quoted(self.name)}"
        )

    @property
    def label(self) -> str:
        return "unknown field"

    @property
    def hint(self) -> str | None:
        takes = f"takes: {plain_list(self.known)}" if self.known else "has no fields"
        return suggestion(self.name, self.known, f"{quoted(self.word)} {takes}")

    @property
    def fix(self) -> str | None:
        return nearest(self.name, self.known)


@dataclass(frozen=True, kw_only=True)
class NothingInside(Problem):
    """A path goes into something that has nothing inside: a number, a word, a field not written.

    Wrong:
        variants:
          slow: {training.steps.most: 10}

    Right:
        variants:
          slow: {training.steps: 10}
    """

    code: ClassVar[str] = "HEB211"
    path: str
    what: str

    @property
    def title(self) -> str:
        return f"nothing can be changed inside {quoted(self.path)}: {self.what}"

    @property
    def label(self) -> str:
        return "leads nowhere"

    @property
    def hint(self) -> str | None:
        return f"give {quoted(self.path)} itself a value"


@dataclass(frozen=True, kw_only=True)
class NotOfSetup(Problem):
    """A variant changes what belongs to the whole experiment.

    Variants change `data`, `model`, `output`, `curriculum` and `training`; seeds, claims and the
    like are the same for all of them.

    Wrong:
        variants:
          more: {seeds: 0..99}

    Right:
        seeds: 0..99
        variants:
          more: {}
    """

    code: ClassVar[str] = "HEB212"
    field: str

    @property
    def title(self) -> str:
        return f"a variant cannot change {quoted(self.field)}"

    @property
    def label(self) -> str:
        return "belongs to the whole experiment"

    @property
    def hint(self) -> str | None:
        return f"write {quoted(self.field)} at the top of the spec"


@dataclass(frozen=True, kw_only=True)
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

    code: ClassVar[str] = "HEB213"
    path: str
    item: str
    count: int

    @property
    def title(self) -> str:
        return f"{quoted(self.path)} has no item {quoted(self.item)}"

    @property
    def label(self) -> str:
        return "no such item"

    @property
    def hint(self) -> str | None:
        return f"items count from 0 to {self.count - 1}" if self.count else "the list is empty"


@dataclass(frozen=True, kw_only=True)
class NoVersion(Problem):
    """The spec does not say which version of the language it is written in.

    Begin every spec with `hebbdsl: 1`.

    Wrong:
        hebbdsl validate unversioned.yaml

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code: ClassVar[str] = "HEB214"

    @property
    def title(self) -> str:
        return "the version of the language is missing"

    @property
    def label(self) -> str:
        return "begin with `hebbdsl: 1`"

    @property
    def hint(self) -> str | None:
        return "add the line `hebbdsl: 1` at the top"


@dataclass(frozen=True, kw_only=True)
class NotAChange(Problem):
    """The value of `--set` is not of the form `path=value`.

    Wrong:
        hebbdsl validate --set training.steps specs/omniglot_curriculum.yaml

    Right:
        hebbdsl validate --set training.steps=100 specs/omniglot_curriculum.yaml
    """

    code: ClassVar[str] = "HEB215"

    @property
    def title(self) -> str:
        return "`--set` takes `path=value`"

    @property
    def label(self) -> str:
        return "no `=`"

    @property
    def hint(self) -> str | None:
        return "for example `--set training.steps=100`"
