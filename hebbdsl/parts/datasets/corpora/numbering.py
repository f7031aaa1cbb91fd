"""Words as numbers, many at once: what stands between white space is looked up by its bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

_SHORT = 8
"""Bytes of a word that fill one integer. No text holds a NUL, so that words of different length are
different integers."""

_FEW = 1 << 18
"""Short words whose numbers are at hand; a power of two."""

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(64 - (_FEW.bit_length() - 1))
_MASKS = np.array([(1 << 8 * min(size, _SHORT)) - 1 for size in range(_SHORT + 2)], np.uint64)
"""Keep so many bytes of an integer; the last one serves all longer words."""


WIDE_SPACES = "\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""White space beyond ASCII, as `str.split` knows it."""


def _coded(size: int) -> np.ndarray:
    """Those of `size` bytes in UTF-8, as integers."""
    found = [space.encode() for space in WIDE_SPACES]
    alike = [int.from_bytes(space, "little") for space in found if len(space) == size]
    return np.array(alike, np.uint64)


_BY_SIZE = {2: _coded(2), 3: _coded(3)}
_LEADING = tuple(sorted({space.encode()[0] for space in WIDE_SPACES}))


class Lookup:
    """The numbers of words, as another table gives them, the frequent ones without asking it.

    A word of at most eight bytes is an integer. A fixed table holds one such integer in each of its
    places, and its number: where it stands at the place that a product of it points to, no Python
    is run for the word. So memory does not grow with the text, and nothing rests on chance: what
    is at hand is compared whole.

    Args:
        numbers_of: the numbers of words, always the same for the same word.
    """

    def __init__(self, numbers_of: Callable[[Sequence[bytes]], Iterable[int]]) -> None:
        self._numbers_of = numbers_of
        self._keys = np.zeros(_FEW, np.uint64)
        self._numbers = np.zeros(_FEW, np.int32)

    def __call__(self, text: bytes) -> np.ndarray:
        """int32 [words], of a text in UTF-8 without NUL: as `numbers_of` gives them for what
        `str.split` finds."""
        # At the end room for the integers that begin at the last word.
        padded = text + b" " * (_SHORT + 1)
        signs = np.frombuffer(padded, np.uint8)
        integers = np.ndarray(len(signs) - _SHORT + 1, "<u8", signs, strides=(1,))
        space = _spaces(signs)
        if not text.isascii():
            _add_wide_spaces(space, signs, integers)
        edges = np.flatnonzero(space[1:] != space[:-1]) + 1
        if not space[0]:
            edges = np.concatenate([np.zeros(1, edges.dtype), edges])
        starts, ends = edges[::2], edges[1::2]
        lengths = np.minimum(ends - starts, _SHORT + 1)
        keys = integers[starts] & _MASKS[lengths]
        places = ((keys * _SPREAD) >> _SHIFT).astype(np.intp)
        found: np.ndarray = self._numbers[places]
        others = np.flatnonzero((self._keys[places] != keys) | (lengths > _SHORT))
        if len(others):
            bounds = zip(starts[others].tolist(), ends[others].tolist(), strict=True)
            words = [padded[start:end] for start, end in bounds]
            asked = np.fromiter(self._numbers_of(words), np.int32, len(words))
            found[others] = asked
            short = lengths[others] <= _SHORT
            kept = others[short]
            # Of words at one place the last one stays, in both tables.
            self._keys[places[kept]], self._numbers[places[kept]] = keys[kept], asked[short]
        return found


def _spaces(signs: np.ndarray) -> np.ndarray:
    """Which bytes are white space of ASCII: 9 to 13 and 28 to 32."""
    return ((signs - np.uint8(9)) <= 4) | ((signs - np.uint8(28)) <= 4)


def _add_wide_spaces(space: np.ndarray, signs: np.ndarray, integers: np.ndarray) -> None:
    leading = signs == _LEADING[0]
    for lead in _LEADING[1:]:
        leading |= signs == lead
    places = np.flatnonzero(leading)
    for size, spaces in _BY_SIZE.items():
        found = places[np.isin(integers[places] & _MASKS[size], spaces)]
        for behind in range(size):
            space[found + behind] = True
