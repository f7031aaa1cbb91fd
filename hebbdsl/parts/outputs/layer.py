"""The questions that every output layer answers, so that the loop never asks which one it has."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from hebbdsl.parts.outputs.stored import Knob, Stored

Moments = Callable[[Tensor], Sequence[Tensor]]
"""What the optimizer keeps of each element of a parameter: running means of its gradients."""


def no_moments(_: Tensor) -> Sequence[Tensor]:
    """Of an optimizer that keeps nothing."""
    return ()


class OutputLayer(nn.Module):
    """Probabilities of classes given activations, with what happens around a step.

    Classes are ordered by when a curriculum brings them in: those in play are `0 .. in_play - 1`,
    and no other takes part in any normalisation. Labels are always in play.
    """

    def initialise(self, generator: torch.Generator) -> None:
        """Draw the initial weights in place. `generator` is on the CPU, so are the weights."""

    def class_rows(self) -> nn.Parameter | None:
        """The row of each class, that an embedding may be tied to; None: there are none."""
        return None

    @abstractmethod
    def label_log_probabilities(
        self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], in_play: int
    ) -> Float[Tensor, " batch"]:
        """The log-probability of each label given its activation. Differentiable."""

    @abstractmethod
    def log_probabilities(
        self, h: Float[Tensor, "batch hidden"], in_play: int
    ) -> Float[Tensor, "batch in_play"]:
        """Log-probabilities of all classes in play; each row's probabilities sum to one."""

    def loss(
        self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], in_play: int
    ) -> Float[Tensor, ""]:
        """Mean negative log-likelihood of the labels, in nats."""
        return -self.label_log_probabilities(h, labels, in_play).mean()

    def after_step(
        self,
        h: Float[Tensor, "batch hidden"],
        clean: Float[Tensor, "batch hidden"],
        labels: Int[Tensor, " batch"],
        in_play: int,
        moments: Moments = no_moments,
    ) -> Tensor | None:
        """What a training batch leaves behind after the optimizer's step: a write, a memory.

        Args:
            h: detached activations as the loss saw them, dropped out where dropout is on.
            clean: the same before dropout.
            moments: what the optimizer keeps of a parameter, to be changed in place.

        Returns:
            what was written, to be watched for numbers that are not finite; None: nothing.
        """
        return None

    def score_text(
        self,
        h: Float[Tensor, "time streams hidden"],
        labels: Int[Tensor, "time streams"],
        in_play: int,
    ) -> Float[Tensor, "time streams"]:
        """The log-probability of each word of a stretch of held-out text, streams side by side.

        A stretch goes on where the one before ended. What is remembered at test time is remembered
        here, each word of a stream after it was scored.
        """
        found = self.label_log_probabilities(h.flatten(0, 1), labels.flatten(), in_play)
        return found.view(labels.shape)

    def forget(self) -> None:
        """Clear what was remembered at test time, at a boundary."""

    def knobs(self) -> Iterator[Knob]:
        """The numbers that are to be searched on validation."""
        return iter(())

    def score_stored(self, stored: Stored) -> Float[Tensor, " words"]:
        """The log-probability of each stored label, shares found on the way kept."""
        return stored.scored_by(self, None)

    def tuned(self) -> Mapping[str, float | Sequence[float]]:
        """What was chosen on validation, by path."""
        return {}
