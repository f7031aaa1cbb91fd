"""What an opened data set holds; of classification, labelled examples as numpy arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from hebbdsl.parts.part import Facts


@dataclass(frozen=True, eq=False)
class Content:
    """A data set that has been found and verified.

    Attributes:
        word: the data set's word (`omniglot`).
        origin: where it came from, for people: a path, an address, "rendered".
        fingerprint: hex digest of the decoded content, the same whatever container it came in.
    """

    word: str
    origin: str
    fingerprint: str

    def facts(self) -> Facts | None:
        """What is known of the data now that it has been read; None: what was published."""
        return None


@dataclass(frozen=True, eq=False)
class LabelledContent(Content):
    """Examples of classes.

    Attributes:
        names: one unique name a class, in the data's own order (alphabet by alphabet).
        alphabets: the alphabet of each class, parallel to `names`.
        read: pixels of some classes at a size: `read(classes, size)` is uint8
            [len(classes), drawings, size, size], ink 255, paper 0, box-filtered.
    """

    names: tuple[str, ...]
    alphabets: tuple[str, ...]
    read: Callable[[Sequence[int], int], np.ndarray]
