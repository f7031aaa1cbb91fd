"""What adaptations do while a held-out text is read, or held-out images are asked about."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from hebbdsl.parts.outputs.layer import OutputLayer


class Adapter:
    """Changes what was trained, from words that were scored or from training drawings.

    Attributes:
        segment: words of a stream after which all weights change; None: they do not, and `wrap`
            says what does.
        remembers: whether what `wrap` gives is shown the training drawings, by `after_step`, before
            images are asked about.
        training_batches: of how many training batches `gather` is shown the gradients beforehand.
    """

    segment: int | None = None
    remembers: bool = False
    training_batches: int = 0

    def wrap(self, trained: OutputLayer) -> OutputLayer:
        """What stands for the trained output."""
        return trained

    def gather(self, weights: Sequence[nn.Parameter]) -> None:
        """Take in the gradients of a training batch."""

    def begin(self, weights: Sequence[nn.Parameter]) -> None:
        """A held-out text begins."""

    def change(self) -> None:
        """Change the weights by their gradients on the segment that was just scored."""
