"""What an opened data set holds: drawn characters, as numpy arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class LabelledContent:
    """A data set that has been found and verified.

    Attributes:
        word: the data set's word (`omniglot`).
        origin: where it came from, for people: a path, an address, "rendered".
        fingerprint: hex digest of the decoded content, the same whatever container it came in.
        names: one unique name a class, in the data's own order (alphabet by alphabet).
        alphabets: the alphabet of each class, parallel to `names`.
        read: pixels of some classes at a size: `read(classes, size)` is uint8
            [len(classes), drawings, size, size], ink 255, paper 0, box-filtered.
    """

    word: str
    origin: str
    fingerprint: str
    names: tuple[str, ...]
    alphabets: tuple[str, ...]
    read: Callable[[Sequence[int], int], np.ndarray]
