"""`trained` in torch: what it stands for is set when an evaluation begins."""

from __future__ import annotations

from jaxtyping import Float, Int
from torch import Tensor

from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.stored import Judged, Stored


class TrainedLayer(OutputLayer):
    """Passes every question on.

    Attributes:
        stands_for: the trained output.
        given: its answers to the next `score_text`, where they are known already.
        unsure: the entropies at the same words, where an output asks for them.
    """

    stands_for: OutputLayer
    unsure: Float[Tensor, "time streams"] | None

    def __init__(self) -> None:
        super().__init__()
        self.given: Float[Tensor, "time streams"] | None = None
        self.unsure = None

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

    def judge_text(
        self,
        h: Float[Tensor, "time streams hidden"],
        labels: Int[Tensor, "time streams"],
        in_play: int,
    ) -> Judged:
        if self.given is not None:
            assert self.unsure is not None, "both are given where both are asked for"
            return Judged(self.given, self.unsure)
        return self.stands_for.judge_text(h, labels, in_play)

    def score_stored(self, stored: Stored) -> Float[Tensor, " words"]:
        return self.stands_for.score_stored(stored) if self._searched else stored.trained

    def judge_stored(self, stored: Stored) -> Judged:
        if self._searched:
            return self.stands_for.judge_stored(stored)
        assert stored.unsure is not None, "entropies are stored where an output asks for them"
        return Judged(stored.trained, stored.unsure)

    @property
    def _searched(self) -> bool:
        """Whether a setting of it is: then it does not always say what was stored at first."""
        return any(True for _ in self.stands_for.tunables())

    def clear_memory(self) -> None:
        self.stands_for.clear_memory()
