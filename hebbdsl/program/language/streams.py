"""A text cut into streams that are read side by side, window by window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.program.problems import DamagedTokens


@dataclass(frozen=True, eq=False, slots=True)
class Streams:
    """Stream s holds the tokens from s·length on; what is left over at the end is dropped.

    Args:
        tokens: int32 [tokens]; a memory-map is read where it is needed.
        window: words of each stream at once; the last window of a text may have less.
        vocabulary_size: how many words there are; None: what is read is not compared with it.
    """

    tokens: Int[np.ndarray, " tokens"]
    streams: int
    window: int
    vocabulary_size: int | None = None

    @property
    def length(self) -> int:
        """Tokens of a stream. The first is read and no target."""
        return len(self.tokens) // self.streams

    @property
    def windows(self) -> int:
        """How many it takes to read the text once."""
        return -(-(self.length - 1) // self.window)

    def span(self, first: int, count: int) -> tuple[int, int]:
        """Where windows `first .. first + count - 1` begin and end in a stream."""
        return first * self.window, min((first + count) * self.window, self.length - 1)

    def targets(self) -> Int[np.ndarray, " targets"]:
        """Every target when all windows are read, in the order of reading."""
        streams = self.tokens[: self.streams * self.length].reshape(self.streams, self.length)
        return streams[:, 1:].T.ravel()

    def read(
        self, first: int, count: int, device: torch.device
    ) -> Iterator[tuple[Int[Tensor, "time streams"], Int[Tensor, "time streams"]]]:
        """Windows in a row, moved to the device in one copy: words, and the words after them.

        Raises: Rejected, with HEB564, where a number is none of a word.
        """
        begin, end = self.span(first, count)
        rows = np.stack(
            [
                self.tokens[stream * self.length + begin : stream * self.length + end + 1]
                for stream in range(self.streams)
            ],
            axis=1,
        )
        if self.vocabulary_size is not None and len(rows):
            self._refuse_damaged(rows, self.vocabulary_size)
        block = torch.from_numpy(rows.astype(np.int64)).to(device)
        for start in range(0, end - begin, self.window):
            stop = min(start + self.window, end - begin)
            yield block[start:stop], block[start + 1 : stop + 1]

    def _refuse_damaged(self, rows: np.ndarray, vocabulary_size: int) -> None:
        # Read as unsigned, what is below 0 is large.
        most = int(rows.view(np.uint32).max())
        if most >= vocabulary_size:
            place = getattr(self.tokens, "filename", None)
            raise Rejected(
                [DamagedTokens(place=place and str(place), number=most, words=vocabulary_size)]
            )
