"""Stands for the trained output in what is added to it at test time."""

from __future__ import annotations

from jaxtyping import Float, Int
from torch import Tensor

from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.memory_layer import MemoryLayer
from hebbdsl.parts.outputs.stored import Stored, WithEntropies


class StandIn(MemoryLayer):
    """Passes every question on to the trained output, which is set when an evaluation begins.

    Attributes:
        stands_for: the trained output.
        given: its scores of the next stretch of text, where they are known already.
        given_entropies: the entropies there, where an output needs them.
    """

    stands_for: OutputLayer
    given_entropies: Float[Tensor, "time streams"] | None

    def __init__(self) -> None:
        super().__init__()
        self.given: Float[Tensor, "time streams"] | None = None
        self.given_entropies = None

    def label_log_probabilities(
        self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], in_play: int
    ) -> Float[Tensor, " batch"]:
        return self.stands_for.label_log_probabilities(h, labels, in_play)

    def log_probabilities(
        self, h: Float[Tensor, "batch hidden"], in_play: int
    ) -> Float[Tensor, "batch in_play"]:
        return self.stands_for.log_probabilities(h, in_play)

    def entropies(self, h: Float[Tensor, "batch hidden"], in_play: int) -> Float[Tensor, " batch"]:
        return self.stands_for.entropies(h, in_play)

    def score_text(
        self,
        h: Float[Tensor, "time streams hidden"],
        labels: Int[Tensor, "time streams"],
        in_play: int,
    ) -> Float[Tensor, "time streams"]:
        if self.given is not None:
            return self.given
        return self.stands_for.score_text(h, labels, in_play)

    def score_text_with_entropies(
        self,
        h: Float[Tensor, "time streams hidden"],
        labels: Int[Tensor, "time streams"],
        in_play: int,
    ) -> WithEntropies:
        if self.given is not None:
            assert self.given_entropies is not None, "both are given where both are needed"
            return WithEntropies(self.given, self.given_entropies)
        return self.stands_for.score_text_with_entropies(h, labels, in_play)

    def score_stored(self, stored: Stored) -> Float[Tensor, " words"]:
        searched = self._searched
        return stored.trained if searched is None else searched.score_stored(stored)

    def score_stored_with_entropies(self, stored: Stored) -> WithEntropies:
        if (searched := self._searched) is not None:
            return searched.score_stored_with_entropies(stored)
        assert stored.entropies is not None, "entropies are stored where an output needs them"
        return WithEntropies(stored.trained, stored.entropies)

    @property
    def _searched(self) -> MemoryLayer | None:
        """What it stands for, where settings of it are searched: what was stored of it at first
        does not hold for others."""
        layer = self.stands_for
        return layer if isinstance(layer, MemoryLayer) and any(layer.tunables()) else None

    def clear_memory(self) -> None:
        self.stands_for.clear_memory()
