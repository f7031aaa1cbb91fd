"""From the text of a corpus to numbers, in one pass over each split."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, repeat
from pathlib import Path
from typing import BinaryIO

import numpy as np

from hebbdsl.diagnostics.codes.corpora import NothingKnown, NotText, TooManyWords
from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.parts.datasets.corpora.rules import EOS, UNK, Rules
from hebbdsl.parts.datasets.corpora.source import Piece

_BLOCK = 1 << 20

MOST_DISTINCT = 30_000_000
"""Different words that are held while a text is read: some 3 GB."""

Told = Callable[[int], None]
"""Is told how many bytes of text have been read."""


@dataclass(frozen=True)
class Vocabulary:
    """Attributes:
    words: in the order of ids.
    counts: int64 [words], of train.
    """

    words: Sequence[str]
    counts: np.ndarray


class Counting:
    """Numbers words in the order in which they first come, and counts them.

    What is written is provisional: `settle` says which id each number becomes.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._numbers: defaultdict[str, int] = defaultdict(count().__next__)
        self._counts = np.zeros(0, np.int64)

    def write(self, pieces: Sequence[Piece], file: BinaryIO, told: Told) -> str:
        """Write the provisional numbers of a split. Returns the digest of its text."""
        digest = hashlib.sha256()
        numbered = self._numbers.__getitem__
        for piece, text in _texts(pieces, digest, told):
            words = self._rules.cut(text)
            numbers = np.fromiter(map(numbered, words), np.int32, len(words))
            counts = np.bincount(numbers, minlength=len(self._counts))
            counts[: len(self._counts)] += self._counts
            self._counts = counts
            numbers.tofile(file)
            if len(self._numbers) > MOST_DISTINCT:
                raise Rejected([TooManyWords(place=piece.name, most=MOST_DISTINCT)])
        return digest.hexdigest()

    def settle(self, *, also_unknown: bool) -> tuple[Vocabulary, np.ndarray]:
        """The vocabulary, and the id of each provisional number.

        `<eos>` is known however rare it is, where there is one: without it lines would run on.

        Args:
            also_unknown: another split holds a word that train does not: then there is `<unk>`
                even where all words of train are known.

        Raises: Rejected, with HEB552, where `min_count` leaves nothing.
        """
        rules, words, counts = self._rules, list(self._numbers), self._counts
        kept = counts >= rules.min_count
        end, own = self._numbers.get(EOS), self._numbers.get(UNK)
        if own is not None:
            kept[own] = False
        if end is not None:
            kept[end] = True
        order = np.array(sorted(range(len(words)), key=words.__getitem__), np.int64)
        order = order[np.argsort(-counts[order], kind="stable")]
        order = order[kept[order]]
        needs = also_unknown or own is not None or len(order) < len(words)
        limit = rules.vocabulary
        if limit is not None and len(order) + needs > limit:
            needs, first = True, order[: limit - 1]
            if end is not None and end not in first:
                first = np.append(first[:-1], end)
            order = first
        if all(words[index] == EOS for index in order):
            raise Rejected([NothingKnown(place=None, min_count=rules.min_count)])
        chosen, found = [words[index] for index in order], counts[order]
        places, rest = np.arange(len(order), dtype=np.int32), -1
        if needs:
            unknown = int(counts.sum() - found.sum())
            rest = bisect_left(
                range(len(chosen)), (-unknown, UNK), key=lambda n: (-int(found[n]), chosen[n])
            )
            chosen.insert(rest, UNK)
            found = np.insert(found, rest, unknown)
            places[rest:] += 1
        final = np.full(len(words) + 1, rest, np.int32)
        final[order] = places
        return Vocabulary(chosen, found), final

    def has_words(self, numbers: Path) -> bool:
        """Whether a split that was written holds more than ends of lines."""
        end = self._numbers.get(EOS, -1)
        with open(numbers, "rb") as file:
            while len(block := np.fromfile(file, np.int32, _BLOCK)):
                if (block != end).any():
                    return True
        return False

    def rewrite(self, pieces: Sequence[Piece], file: BinaryIO, told: Told) -> tuple[str, bool]:
        """Provisional numbers of a split that is not counted: words that are not train's get the
        number past the last. Returns the digest of the text, and whether there were any."""
        digest = hashlib.sha256()
        past, found, any_unknown = len(self._numbers), self._numbers.get, False
        for _, text in _texts(pieces, digest, told):
            words = self._rules.cut(text)
            numbers = np.fromiter(map(found, words, repeat(past)), np.int32, len(words))
            any_unknown = any_unknown or bool((numbers == past).any())
            numbers.tofile(file)
        return digest.hexdigest(), any_unknown


def _texts(
    pieces: Sequence[Piece], digest: hashlib._Hash, told: Told
) -> Iterator[tuple[Piece, str]]:
    """Blocks as text, each file's last line ended. Raises: Rejected, with HEB550."""
    for piece in pieces:
        lines, held = 0, ""
        for number, block in enumerate(piece.blocks()):
            text = _decoded(block if number else block.removeprefix(_MARK), piece, lines)
            digest.update(block)
            lines += block.count(b"\n")
            told(len(block))
            if held:
                yield piece, held
            held = text.replace("\r\n", "\n")
        if held:
            yield piece, held if held.endswith("\n") else f"{held}\n"


_MARK = b"\xef\xbb\xbf"
"""Says that a file is in UTF-8, and is no text."""


def _decoded(block: bytes, piece: Piece, lines: int) -> str:
    """Raises: Rejected, with HEB550, which counts on from the lines before the block."""
    what, at = "", block.find(b"\0")
    if at >= 0:
        what = "a NUL byte"
    else:
        try:
            return block.decode()
        except UnicodeDecodeError as error:
            at = error.start
            what = f"byte 0x{block[at]:02x}, which is not UTF-8"
    line = lines + block.count(b"\n", 0, at) + 1
    raise Rejected([NotText(place=piece.name, line=line, what=what)])
