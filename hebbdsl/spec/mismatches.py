"""What is said where a node is not what the type of its place asks for."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Also, Problem, nearest
from hebbdsl.diagnostics.typos import Unknown
from hebbdsl.diagnostics.wording import entry, part, plain_list, plural, quoted
from hebbdsl.source import Span
from hebbdsl.spec.checked import Path
from hebbdsl.spec.types import Field, OneOf, PartOf, Type, fields_of, in_short, in_words
from hebbdsl.spec.value_problems import NoValue, WrongType
from hebbdsl.syntax import scalars
from hebbdsl.syntax.tree import Mapping, Scalar, Sequence, Written
from hebbdsl.vocabulary import KINDS, usable_words, words_of


def missing_field(owner: str, name: str, info: Field, place: Span) -> Problem:
    """A field that must be written is not."""
    expected = in_words(info.type)
    if isinstance(info.type, PartOf):
        expected = f"one of {', '.join(info.type.words)}"
    return MissingField(place=place, owner=owner, field=name, expected=expected, about=info.about)


def unknown_word(type_: PartOf, word: Scalar) -> Problem:
    """A word that there is not, or not of this kind."""
    from hebbdsl.spec.packages import word_twice

    kind, known = type_.kind.kind, tuple(type_.words)
    for other in KINDS:
        if word.text in words_of(other):
            return WordOfAnotherKind(
                place=word.span, word=word.text, kind=other.kind, asked=kind, known=known
            )
    if (twice := word_twice(word.text, word.span)) is not None:
        return twice
    holder = None
    if nearest(word.text, known) is None:
        holder = next(
            (w for w, cls in usable_words(type_.kind).items() if word.text in fields_of(cls)), None
        )
    return UnknownWord(place=word.span, kind=kind, written=word.text, known=known, field_of=holder)


def no_value(type_: Type, node: Scalar, name: str, key: Span | None) -> Problem:
    """Nothing is written behind a field's name."""
    optional = isinstance(type_, OneOf) and type_.optional
    advice = "write a value, or `null`" if optional else f"it takes {in_words(type_)}"
    return NoValue(place=key if key is not None else node.span, field=name, advice=advice)


def wrong_type(
    type_: Type, node: Written, name: str, advice: str | None = None, instead: str | None = None
) -> Problem:
    """A node of another shape than the type has; `instead` is what `--fix` may write."""
    return WrongType(
        place=node.span if isinstance(node, Scalar) else start_of(node),
        field=name,
        expected=in_short(type_),
        found=found_in_words(node),
        advice=advice,
        instead=instead,
    )


def found_in_words(node: Written) -> str:
    """A node's shape, or its scalar, as messages call it."""
    match node:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
    return scalars.in_words(node.text, node.quoted)


def start_of(node: Written) -> Span:
    """A collection's first characters: its whole would underline many lines."""
    if (
        isinstance(node, Mapping)
        and node.entries
        and node.entries[0].key.span.start == node.span.start
    ):
        return node.entries[0].key.span
    return Span(node.span.source, node.span.start, min(node.span.start + 1, node.span.end))


def name_of(path: Path) -> str:
    """How messages call the value at `path`: by its field, and which item of it."""
    names_ = [str(step) for step in path]
    field_at = max((i for i, step in enumerate(path) if isinstance(step, str)), default=0)
    return ".".join(names_[field_at:])


def _a(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


class UnknownField(Unknown):
    """A word or section has no field of that name.

    `hebbdsl explain WORD` lists the fields of a word. Nothing unknown is ever ignored.
    `validate --fix` corrects a slip of a letter or two that can mean only one field.

    Wrong:
        output:
          hebbian: {gama: 0.05}

    Right:
        output:
          hebbian: {gamma: 0.05}
    """

    code = "HEB201"
    owner: str

    @property
    def title(self) -> str:
        if not self.owner:
            return f"a spec has no section {quoted(self.written)}"
        return f"{quoted(self.owner)} has no field {quoted(self.written)}"

    @property
    def label(self) -> str:
        return "unknown field" if self.owner else "unknown section"

    @property
    def takes(self) -> str:
        owner = quoted(self.owner) if self.owner else "a spec"
        return (
            f"{owner} takes: {plain_list(self.known)}" if self.known else f"{owner} has no fields"
        )


class UnknownWord(Unknown):
    """There is no model, output, data set … of that name.

    `hebbdsl explain` lists the words of every kind. `validate --fix` corrects a slip of a letter
    or two that can mean only one word.

    Wrong:
        output:
          hebian: {gamma: 0.05}

    Right:
        output:
          hebbian: {gamma: 0.05}
    """

    code = "HEB202"
    kind: str
    field_of: str | None = None
    """A word of this kind that has a field of this name: the writer may have left the word out."""

    title = "there is no {kind} {written!q}"
    label = "unknown {kind}"

    @property
    def takes(self) -> str:
        return f"{plural(self.kind)}: {plain_list(self.known)}"

    @property
    def hint(self) -> str | None:
        if self.field_of is not None:
            example = part(self.field_of, entry(self.written, "…", self.place, True), self.place)
            return f"{quoted(self.written)} is a field: write {quoted(example)}"
        return super().hint


class MissingField(Problem):
    """A field that has no default is not written.

    Wrong:
        output: {mixture: {weights: learned}}

    Right:
        output: {mixture: {experts: [softmax, cache], weights: learned}}
    """

    code = "HEB203"
    owner: str
    field: str
    expected: str
    about: str = ""

    @property
    def title(self) -> str:
        return f"{quoted(self.owner) if self.owner else 'the spec'} lacks {quoted(self.field)}"

    label = "needs {field!q}"

    @property
    def hint(self) -> str | None:
        about = f" ({self.about})" if self.about else ""
        return f"add {quoted(entry(self.field, '…', self.place))}, {self.expected}{about}"


class WordOfAnotherKind(Problem):
    """A word stands where a word of another kind is asked for.

    Wrong:
        output: convnet

    Right:
        output: softmax
    """

    code = "HEB204"
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

    code = "HEB205"
    kind: str
    second: str
    first: Span

    title = "one {kind} is asked for, and {second!q} stands here too"
    label = "one too many"
    related = Also("first", "first")

    @property
    def hint(self) -> str | None:
        if self.first.source.is_text:
            return f"keep one; fields of {quoted(self.first.text)} stand in its parentheses"
        return f"keep one, or indent {quoted(self.second)} if it is a field"


class NoWord(Problem):
    """A part has no word: its fields stand where the word should, or nothing does.

    Wrong:
        output: {gamma: 0.05, T: 500}

    Right:
        output:
          hebbian: {gamma: 0.05, T: 500}
    """

    code = "HEB206"
    kind: str
    known: tuple[str, ...]

    title = "the word of the {kind} is missing"
    label = "which {kind}?"

    @property
    def hint(self) -> str | None:
        example = part(self.known[0] if self.known else "word", "…", self.place)
        return f"write {quoted(example)}; {plural(self.kind)}: {plain_list(self.known)}"
