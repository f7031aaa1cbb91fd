"""`glyphs`: letters of many scripts, drawn from the fonts at hand as if by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from hebbdsl.parts.bounds import Whole
from hebbdsl.parts.part import Dataset


@dataclass(frozen=True, kw_only=True, slots=True)
class Glyphs(Dataset):
    """At least 1,600 letters of many scripts, 20 drawings each, rendered from the DejaVu fonts."""

    drawings: ClassVar[int] = 20

    rendering_seed: Annotated[Whole, "draws the distortions; part of the data, not of a run"] = 0

    def base_classes(self) -> int:
        return 1_600
