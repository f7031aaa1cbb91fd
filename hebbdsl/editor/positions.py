"""Between the language, which counts code points, and editors, which count units of an encoding."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hebbdsl.source import Source


class Units(Enum):
    """What an editor counts along a line; the value is the protocol's name for it."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    UTF_32 = "utf-32"

    def width(self, text: str) -> int:
        match self:
            case Units.UTF_8:
                return len(text.encode("utf-8", "surrogatepass"))
            case Units.UTF_16:
                return len(text) + sum(character > "\uffff" for character in text)
            case Units.UTF_32:
                return len(text)


@dataclass(frozen=True, slots=True)
class Position:
    """Line and character as editors count them, both from 0."""

    line: int
    character: int


def position_of(source: Source, offset: int, units: Units = Units.UTF_16) -> Position:
    """Where an editor says that the code point at `offset` is."""
    offset = min(max(offset, 0), len(source.text))
    line, column = source.position(offset)
    return Position(line - 1, units.width(source.text[offset - column + 1 : offset]))


def offset_at(source: Source, position: Position, units: Units = Units.UTF_16) -> int:
    """The code point that an editor means; beyond the end of a line: its end."""
    starts = source.line_starts
    if position.line < 0:
        return 0
    if position.line >= len(starts):
        return len(source.text)
    start, line = starts[position.line], source.line(position.line + 1)
    if units is Units.UTF_32 or line.isascii():
        return start + min(max(position.character, 0), len(line))
    counted = 0
    for index, character in enumerate(line):
        if counted >= position.character:
            return start + index
        counted += units.width(character)
    return start + len(line)
