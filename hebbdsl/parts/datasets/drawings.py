"""Drawings as packed bits: their fingerprint, and their pixels at a size."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence

import numpy as np
import numpy.typing as npt

from hebbdsl.frozen import frozen
from hebbdsl.parts.datasets.content import Content

SIDE = 105
"""Height and width in pixels at which drawings are kept: Omniglot's."""

ROW_BYTES = -(-SIDE * SIDE // 8)
"""Bytes of one drawing: its pixels row by row, eight a byte, the last byte filled with zeros."""

Bytes = npt.NDArray[np.uint8]


def pack(ink: npt.NDArray[np.bool_]) -> Bytes:
    """[..., SIDE, SIDE], true where there is ink, to [..., ROW_BYTES]."""
    return np.packbits(ink.reshape(*ink.shape[:-2], SIDE * SIDE), axis=-1)


@frozen(eq=False, slots=False)
class CharacterContent(Content):
    """Drawn characters of alphabets.

    Attributes:
        names: one unique name a character, alphabet by alphabet.
        alphabets: the alphabet of each, parallel to `names`.
        read: pixels of some characters at a size: `read(classes, size)` is uint8
            [len(classes), drawings, size, size], ink 255, paper 0, box-filtered.
    """

    names: tuple[str, ...]
    alphabets: tuple[str, ...]
    read: Callable[[Sequence[int], int], Bytes]


@frozen(eq=False, slots=False)
class Drawings:
    """All drawings of some classes, a bit a pixel.

    Attributes:
        names: one unique name a class, `alphabet/character`.
        bits: uint8 [classes, drawings, ROW_BYTES].
    """

    names: tuple[str, ...]
    bits: Bytes

    def fingerprint(self) -> str:
        """SHA-256 over the names and the pixels in their order; no container takes part in it."""
        digest = hashlib.sha256(f"drawings {self.bits.shape[1]} {SIDE}\n".encode())
        digest.update("".join(f"{name}\n" for name in self.names).encode())
        digest.update(np.ascontiguousarray(self.bits).data)
        return digest.hexdigest()

    def content(
        self, word: str, origin: str, fingerprint: str, alphabets: Collection[str]
    ) -> CharacterContent:
        """As the stages see it, with the classes of some alphabets only; none named: all."""
        of_class = [name.partition("/")[0] for name in self.names]
        kept = [i for i, name in enumerate(of_class) if not alphabets or name in alphabets]

        def read(classes: Sequence[int], size: int) -> Bytes:
            return self.read([kept[i] for i in classes], size)

        return CharacterContent(
            word=word,
            origin=origin,
            fingerprint=fingerprint,
            names=tuple(self.names[i] for i in kept),
            alphabets=tuple(of_class[i] for i in kept),
            read=read,
        )

    def read(self, classes: Sequence[int], size: int) -> Bytes:
        """uint8 [classes, drawings, size, size], ink 255, paper 0.

        A pixel is the share of ink in the area that it covers, times 255, rounded to nearest; all
        sums are of whole numbers, so that every machine gets the same pixels.
        """
        drawings = self.bits.shape[1]
        pixels = np.empty((len(classes), drawings, size, size), np.uint8)
        overlap = _overlap(size)
        for start in range(0, len(classes), 32):
            chosen = self.bits[np.asarray(classes[start : start + 32], np.int64)]
            ink = np.unpackbits(chosen, axis=-1, count=SIDE * SIDE)
            if size == SIDE:
                pixels[start : start + 32] = ink.reshape(*chosen.shape[:2], SIDE, SIDE) * 255
                continue
            # Sums are at most SIDE², whole numbers that float32 holds exactly in any order.
            planes = ink.reshape(-1, SIDE, SIDE).astype(np.float32)
            area = (overlap @ (planes @ overlap.T)).astype(np.int64)
            rounded = (area * (2 * 255) + SIDE * SIDE) // (2 * SIDE * SIDE)
            pixels[start : start + 32] = rounded.reshape(*chosen.shape[:2], size, size)
        return pixels


def _overlap(size: int) -> npt.NDArray[np.float32]:
    """[size, SIDE]: how much of old pixel j lies in new pixel i, in units of 1/size old pixels."""
    new, old = np.arange(size)[:, None], np.arange(SIDE)[None, :]
    shared: npt.NDArray[np.int64] = np.minimum((new + 1) * SIDE, (old + 1) * size) - np.maximum(
        new * SIDE, old * size
    )
    shared = np.clip(shared, 0, None)
    return shared.astype(np.float32)
