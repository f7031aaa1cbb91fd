"""What an opened corpus holds: tokens as numpy arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hebbdsl.expression.metrics import Split

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class WordContent:
    """A corpus that has been found, verified and tokenised.

    Attributes:
        word: the corpus's word (`wikitext`).
        origin: where it came from, for people: a path, an address, "Python 3.11.9's own
            documentation".
        fingerprint: hex digest of the tokens and the vocabulary, the same whatever container they
            came in.
        words: the vocabulary in the order of ids: by falling count in train, ties by the word.
            `<eos>` and `<unk>` take their place by count like any other.
        counts: int64 [words], how often each stands in train.
        splits: int32 [tokens] of each split, read-only memory-maps.
    """

    word: str
    origin: str
    fingerprint: str
    words: Sequence[str]
    counts: np.ndarray
    splits: Mapping[Split, np.ndarray]
