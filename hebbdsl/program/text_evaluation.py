"""What a model makes of a held-out text. The weights stay as they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int

from hebbdsl.expression.metrics import Split
from hebbdsl.program.streams import Streams
from hebbdsl.program.word_program import WordProgram

BLOCK = 1_024
"""Words scored at once, over all streams."""


@dataclass(frozen=True, eq=False, slots=True)
class Scored:
    """Negative log-likelihoods, summed by word in nats, and how often each word was asked for."""

    sums: Float[np.ndarray, " words"]
    counts: Int[np.ndarray, " words"]

    def loss(self, chosen: np.ndarray | slice = slice(None)) -> float | None:
        """Mean over the words chosen; None: none of them was asked for."""
        count = int(self.counts[chosen].sum())
        return float(self.sums[chosen].sum()) / count if count else None


def score(program: WordProgram, split: Split, streams: int) -> Scored:
    """Read a split from its first word to its last, the state carried all the way.

    Args:
        streams: 1 reads it as one text; with more, each stream begins as if nothing stood before,
            which is faster, and makes the loss a little higher.
    """
    text = Streams(program.content.splits[split], streams, max(1, BLOCK // streams))
    words = len(program.content.words)
    sums = torch.zeros(words, dtype=torch.float64, device=program.device)
    counts = torch.zeros(words, dtype=torch.int64, device=program.device)
    program.model.eval()
    program.output.eval()
    program.output.forget()
    with torch.inference_mode():
        state = program.start(streams)
        for start in range(0, text.windows, _READ):
            count = min(_READ, text.windows - start)
            for tokens, following in text.read(start, count, program.device):
                h, state = program.step.read(tokens, state)
                in_streams = h.view(*following.shape, -1)
                found = program.output.score_text(in_streams, following, words).flatten()
                labels = following.flatten()
                sums.index_add_(0, labels, -found.double())
                counts.index_add_(0, labels, torch.ones_like(labels))
    program.output.forget()
    return Scored(sums.cpu().numpy(), counts.cpu().numpy())


_READ = 64
"""Windows that are moved to the device at once."""
