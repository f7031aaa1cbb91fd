"""Stage 2's noun: mappings, lists and scalars, each with its characters. Knows no surface."""

from __future__ import annotations

from dataclasses import dataclass

from hebbdsl.diagnostics.diagnostic import Also, Problem
from hebbdsl.frozen import frozen
from hebbdsl.source import Source, Span


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A word, number, text or expression, as written.

    Attributes:
        text: what it says, quotes and escapes undone.
        quoted: it stood in quotes, so it can only be a text.
        span: all its characters, quotes included.
        offsets: where in the source each character of `text` stands, with the end as one more;
            None when no such map was kept (very long texts).
    """

    text: str
    quoted: bool
    span: Span
    offsets: tuple[int, ...] | range | None = None

    def part(self, start: int, end: int) -> Span:
        """The source of `text[start:end]`; empty where it is."""
        if self.offsets is None:
            return self.span
        first = self.offsets[min(start, len(self.text))]
        last = self.offsets[min(max(end, start) - 1, len(self.text))] + 1 if end > start else first
        return Span(self.span.source, first, max(first, last))

    @property
    def missing(self) -> bool:
        """Nothing stands where a value should."""
        return not self.text and not self.quoted


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True, eq=False)
class Mapping:
    """Entries in the order written; no two keys are equal.

    `lost`: there were entries of which not even the key could be read, so that nothing can be said
    to be missing here.
    """

    entries: tuple[Entry, ...]
    span: Span
    lost: bool = False

    def entry(self, key: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.key.text == key), None)


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Broken:
    """A value that could not be parsed; the tree's problems say why, and nothing else is said."""

    span: Span


Written = Mapping | Sequence | Scalar

Node = Written | Broken


@frozen(eq=False)
class Tree:
    """What a source says. `problems` are those after which the rest can still be judged (a key that
    is written twice counts once, a `Broken` value counts for nothing): stage 3 says them together
    with its own."""

    source: Source
    root: Mapping
    problems: tuple[Problem, ...] = ()

    def __repr__(self) -> str:
        keys = ", ".join(entry.key.text for entry in self.root.entries[:20])
        return f"<Tree of {self.source.name!r}: {keys!r}>"


class DuplicateKey(Problem):
    """A key is written twice in one mapping.

    One of the two would silently win. Remove one.

    Wrong:
        output:
          hebbian: {gamma: 0.05, T: 500, gamma: 0.01}

    Right:
        output:
          hebbian: {gamma: 0.05, T: 500}
    """

    code = "HEB125"
    key: str
    first: Span

    title = "{key!q} is written twice"
    label = "second"
    related = Also("first", "first")
    hint = "remove one of the two"
