"""`dynamic_evaluation`: fields and sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Bounds, Count, Formerly, NonNegative, Rate
from hebbdsl.parts.part import FLOAT_BYTES, Adaptation

if TYPE_CHECKING:
    from hebbdsl.parts.adaptations.adapter import Adapter


@frozen(kw_only=True)
class DynamicEvaluation(Adaptation):
    """Gradient descent at test time: all weights learn each segment once it was scored.

    With MS the root of the mean, over training batches, of a weight's squared gradient:

        θ ← θ + λ · min(MS / mean(MS), 1/λ) · (θ_train − θ) − η · g / (MS + ε)

    where g is the gradient of the segment's mean loss. Weights that training moves much move more
    freely, and all are pulled back to where training left them. They come back bit for bit.

    Source:
        Krause, Kahembwe, Murray, Renals 2018, with RMS statistics from training.
    """

    learning_rate: Annotated[NonNegative, "η: step size; 0 changes nothing"] = 0.002
    decay: Annotated[
        float, Bounds(minimum=0, maximum=1), "λ: pull back to the trained weights at each step"
    ] = 0.02
    epsilon: Annotated[Rate, "ε: added to MS, against steps that are too large"] = 0.001
    segment_length: Annotated[
        Count, Formerly("segment"), "words of the text between two changes"
    ] = 5
    training_batches: Annotated[Count, "training batches whose gradients make MS"] = 200

    def bytes_at_test(
        self, parameters: int, hidden: int, classes: int, words: int | None, drawings: int | None
    ) -> int:
        return 3 * parameters * FLOAT_BYTES  # θ_train, MS, gradients

    def build(self) -> Adapter:
        from hebbdsl.parts.adaptations.dynamic_evaluation.module import DynamicEvaluationAdapter

        return DynamicEvaluationAdapter(self)
