"""From the text of a corpus to numbers, in one pass over each split."""

from __future__ import annotations

import codecs
import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import repeat
from pathlib import Path
from typing import BinaryIO

import numpy as np

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.frozen import frozen
from hebbdsl.parts.datasets.corpora.corpus_source import Piece
from hebbdsl.parts.datasets.corpora.numbering import Lookup
from hebbdsl.parts.datasets.corpora.problems import NothingKnown, NotText, TooManyWords
from hebbdsl.parts.datasets.corpora.token_rules import EOS, Rules
from hebbdsl.parts.datasets.corpora.verifying import OnBytes
from hebbdsl.parts.datasets.corpora.word_breaks import UNK

_BLOCK = 1 << 18
"""Numbers that are counted, or looked through, at once."""

_END, _UNKNOWN = EOS.encode(), UNK.encode()

MOST_DISTINCT = 30_000_000
"""Different words that are held while a text is read: some 3 GB."""

MOST_HELD = 1 << 30
"""Bytes of different words that are held."""


@frozen(slots=False)
class Vocabulary:
    """Attributes:
    words: in the order of ids.
    counts: int64 [words], of train.
    """

    words: Sequence[str]
    counts: np.ndarray


class _Numbers(dict[bytes, int]):
    """The number of each word, in the order in which they were first asked for."""

    held = 0
    """Bytes of them all."""

    def __missing__(self, word: bytes) -> int:
        self.held += len(word)
        number = self[word] = len(self)
        return number


class TokenCounter:
    """Numbers words in the order in which they are met, and counts them.

    What is written is provisional: `vocabulary` gives the id that each number becomes.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._numbers = _Numbers()
        self._counts = np.zeros(0, np.int64)

    def write(self, pieces: Sequence[Piece], file: BinaryIO, on_bytes: OnBytes) -> str:
        """Write the provisional numbers of a split. Returns the digest of its text."""
        digest, numbered = hashlib.sha256(), self._numbers.__getitem__
        look_up = Lookup(lambda words: map(numbered, words))
        uncounted, size = list[np.ndarray](), 0
        for piece, text in _texts(pieces, digest, on_bytes):
            numbers = look_up(self._rules.spaced(text))
            file.write(numbers.data)
            uncounted.append(numbers)
            size += len(numbers)
            # Counting passes over all the words there are: so it is done for as many at once.
            if size > max(_BLOCK, len(self._numbers)):
                self._count(uncounted)
                uncounted, size = [], 0
            if len(self._numbers) > MOST_DISTINCT:
                raise Rejected([TooManyWords(place=piece.name, most=MOST_DISTINCT)])
            if self._numbers.held > MOST_HELD:
                raise Rejected([TooManyWords(place=piece.name, most=MOST_HELD, unit="bytes")])
        self._count(uncounted)
        return digest.hexdigest()

    def _count(self, numbers: Sequence[np.ndarray]) -> None:
        found = np.concatenate([np.zeros(0, np.int32), *numbers])
        counts = np.bincount(found, minlength=len(self._counts))
        counts[: len(self._counts)] += self._counts
        self._counts = counts

    def vocabulary(self, place: str, *, also_unknown: bool) -> tuple[Vocabulary, np.ndarray]:
        """The vocabulary, and the id of each provisional number.

        `<eos>` is known however rare it is, where there is one: without it lines would run on.

        Args:
            place: what the text is called, where it is refused.
            also_unknown: another split holds a word that train does not: then there is `<unk>`
                even where all words of train are known.

        Raises: Rejected, with HEB552, where `min_count` leaves nothing.
        """
        rules, words, counts = self._rules, list(self._numbers), self._counts
        end, own = self._numbers.get(_END), self._numbers.get(_UNKNOWN)
        order = _by_count(words, self._candidates(end, own), counts)
        needs = also_unknown or own is not None or len(order) < len(words)
        limit = rules.vocabulary
        if limit is not None and len(order) + needs > limit:
            needs, first = True, order[: limit - 1]
            if end is not None and end not in first:
                first = np.append(first[:-1], end)
            order = first
        if all(words[index] == _END for index in order):
            raise Rejected([NothingKnown(place=place, min_count=rules.min_count)])
        chosen, found = [words[index].decode() for index in order], counts[order]
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

    def _candidates(self, end: int | None, own: int | None) -> np.ndarray:
        """The words that may be known, by number: those of `min_count`, and of them no more than
        the vocabulary can hold, ties apart: sorting millions of rare words takes its time."""
        counts, least = self._counts, self._rules.min_count
        limit = self._rules.vocabulary
        if limit is not None and limit + 1 < len(counts):
            # One more: `<unk>` may be among them, and takes no place.
            least = max(least, int(np.partition(counts, -limit - 1)[-limit - 1]))
        kept = counts >= least
        if own is not None:
            kept[own] = False
        if end is not None:
            kept[end] = True
        return np.flatnonzero(kept)

    def words(self, numbers: Path, enough: int) -> int:
        """How many words a split that was written holds, ends of lines left out, as far as it takes
        to know that there are enough."""
        end, found = self._numbers.get(_END, -1), 0
        with open(numbers, "rb") as file:
            while found < enough and len(block := np.fromfile(file, np.int32, _BLOCK)):
                found += int((block != end).sum())
        return found

    def rewrite(
        self, pieces: Sequence[Piece], file: BinaryIO, on_bytes: OnBytes
    ) -> tuple[str, bool]:
        """Provisional numbers of a split that is not counted: words that are not train's get the
        number past the last. Returns the digest of the text, and whether there were any."""
        digest, past, any_unknown = hashlib.sha256(), len(self._numbers), False
        known = self._numbers.get
        look_up = Lookup(lambda words: map(known, words, repeat(past)))
        for _, text in _texts(pieces, digest, on_bytes):
            numbers = look_up(self._rules.spaced(text))
            any_unknown = any_unknown or bool((numbers == past).any())
            file.write(numbers.data)
        return digest.hexdigest(), any_unknown


def _by_count(words: Sequence[bytes], numbers: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Numbers by falling count, ties by the word. In UTF-8 words stand in the order of their
    letters' codes, as they do in Python."""
    by_word = np.array(sorted(numbers.tolist(), key=words.__getitem__), np.int64)
    return by_word[np.argsort(-counts[by_word], kind="stable")]


def _texts(
    pieces: Sequence[Piece], digest: hashlib._Hash, on_bytes: OnBytes
) -> Iterator[tuple[Piece, bytes]]:
    """Blocks of text, each file's last line ended. Raises: Rejected, with HEB550."""
    for piece in pieces:
        lines, held = 0, b""
        for number, block in enumerate(piece.blocks()):
            text = block if number else block.removeprefix(_MARK)
            _refuse_no_text(text, piece, lines)
            digest.update(block)
            lines += block.count(b"\n")
            on_bytes(len(block))
            if held:
                yield piece, held
            held = text
        if held:
            yield piece, held if held.endswith(b"\n") else held + b"\n"


_NEAR = 64
"""Bytes on both sides that tell a stray NUL from text in UTF-16."""

_MARK = b"\xef\xbb\xbf"
"""Says that a file is in UTF-8, and is no text."""


def _refuse_no_text(block: bytes, piece: Piece, lines: int) -> None:
    """Raises: Rejected, with HEB550, which counts on from the lines before the block."""
    what, at = "", block.find(b"\0")
    if at >= 0:
        what = "a NUL byte"
    else:
        try:
            block.decode()
            return
        except UnicodeDecodeError as error:
            at = error.start
            what = f"byte 0x{block[at]:02x}, which is not UTF-8"
    line = lines + block.count(b"\n", 0, at) + 1
    marked = lines == 0 and block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    near = block[max(0, at - _NEAR) : at + _NEAR]
    wide = marked or 4 * near.count(0) > len(near)
    alone = block[at] == 0 and not wide
    raise Rejected([NotText(place=piece.name, line=line, what=what, wide=wide, alone=alone)])
