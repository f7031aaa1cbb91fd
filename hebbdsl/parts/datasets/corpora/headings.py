"""Where articles begin in WikiText: at lines such as `= Robert Boulter =`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

END, MARK = "<eos>", "="


def title_places(
    tokens: Int[np.ndarray, " tokens"], words: Sequence[str]
) -> Int[np.ndarray, " articles"]:
    """The place of the first sign of each title, in their order.

    A title is a line between one `=` and another; headings of sections stand between several.
    """
    if MARK not in words or END not in words:
        return np.empty(0, dtype=np.int64)
    mark, end = words.index(MARK), words.index(END)
    ends = np.flatnonzero(tokens == end)
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    # Shorter lines hold no name between two signs.
    long = ends - starts >= 3
    starts, ends = starts[long], ends[long]
    titled = (tokens[starts] == mark) & (tokens[ends - 1] == mark)
    of_sections = (tokens[starts + 1] == mark) | (tokens[ends - 2] == mark)
    found: Int[np.ndarray, " articles"] = starts[titled & ~of_sections].astype(np.int64)
    return found
