"""Stage 1: what was written, and where each character is."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from hebbdsl.frozen import frozen

_BREAK = re.compile("\r\n|\r|\n")

TEXT_ENDING = ".hebb"
"""How the name of a spec in the text surface ends."""

SET = "--set"
"""The name of a source that is the value of that option: no file has it."""


@frozen(slots=False)
class Source:
    """A text with a name: a spec file, or the value of one `--set`.

    Two readings of one file are equal, so that what is wrong with a parent of many is said once.

    `name` is what diagnostics show (a path as the user gave it). Offsets count code points from 0;
    lines and columns count from 1, columns in code points. A line ends at `\\n`, `\\r\\n` or `\\r`.
    """

    name: str
    text: str

    def __repr__(self) -> str:
        return f"<Source {self.name!r}, {len(self.line_starts)} lines>"

    @property
    def is_text(self) -> bool:
        """Whether it is written in the text surface, as its name says, and not in YAML."""
        return self.name.lower().endswith(TEXT_ENDING)

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        if "\r" not in self.text:  # as in most files
            lengths = (len(line) + 1 for line in self.text.split("\n")[:-1])
            return tuple(accumulate(lengths, initial=0))
        return (0, *(found.end() for found in _BREAK.finditer(self.text)))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of the character at `offset`."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of line `number` (from 1), without its line end."""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")


@dataclass(frozen=True, slots=True)
class Span:
    """The characters from `start` up to, not including, `end` of one source."""

    source: Source
    start: int
    end: int

    def __repr__(self) -> str:
        line, column = self.source.position(self.start)
        return f"<Span {self.source.name}:{line}:{column}, {self.end - self.start} characters>"

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]
