"""Whether a stream is a terminal that shows colours."""

from __future__ import annotations

import os
from typing import TextIO

from hebbdsl.diagnostics.render import COLOUR, PLAIN, Paint


def paint_for(stream: TextIO) -> Paint:
    """Colours on a terminal, unless NO_COLOR is set."""
    coloured = (
        stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
    return COLOUR if coloured else PLAIN
