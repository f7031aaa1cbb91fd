"""`glyphs`: letters of many scripts, drawn from the fonts at hand as if by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Whole
from hebbdsl.parts.datasets.character_set import CharacterSet
from hebbdsl.parts.part import Dataset

if TYPE_CHECKING:
    from hebbdsl.parts.datasets.drawings import CharacterContent
    from hebbdsl.parts.reporter import Reporter

SCRIPTS: Mapping[str, int] = {
    "Latin": 530,
    "Greek": 154,
    "Coptic": 11,
    "Cyrillic": 165,
    "Armenian": 59,
    "Hebrew": 44,
    "Arabic": 153,
    "Lao": 38,
    "Georgian": 109,
    "Canadian_Aboriginal": 323,
    "Lisu": 12,
    "Old_Italic": 25,
}
"""All 12 scripts, each with its number of letters."""


@frozen(kw_only=True)
class Glyphs(CharacterSet):
    """1,623 letters of 12 scripts, 20 drawings each, made from the DejaVu fonts; no download.

    A letter's picture in one of three faces is thinned to a line and cut into strokes where lines
    meet. For each drawing every stroke is shifted, turned and resized a little on its own, all are
    bent by a few waves, stretched, slanted, turned and placed, and inked with a pen as wide as
    Omniglot's. Letters that look alike across scripts stand for one. Rendering takes some seconds,
    once for a seed; the result is kept in the user's cache folder. It is no handwriting: results
    on it say nothing about people's drawings.
    """

    drawings: ClassVar[int] = 20

    alphabets: Annotated[tuple[str, ...], "names of the scripts to choose from; empty: all 12"] = ()
    rendering_seed: Annotated[Whole, "draws the distortions; part of the data, not of a run"] = 0

    def base_classes(self) -> int:
        return sum(SCRIPTS.get(name, 0) for name in set(self.alphabets or SCRIPTS))

    def same_content(self, other: Dataset) -> bool:
        return isinstance(other, type(self)) and other.rendering_seed == self.rendering_seed

    def errors(self) -> Iterator[Problem]:
        yield from CharacterSet.errors(self)
        if self.alphabets:
            from hebbdsl.parts.datasets.alphabets import alphabet_errors

            yield from alphabet_errors(self.alphabets, SCRIPTS)

    def open(self, reporter: Reporter) -> CharacterContent:
        from hebbdsl.parts.datasets.rendering import all_letters, open_rendered

        drawings, fingerprint = open_rendered(
            all_letters(), self.drawings, self.rendering_seed, reporter
        )
        return drawings.content("glyphs", "rendered from DejaVu fonts", fingerprint, self.alphabets)
