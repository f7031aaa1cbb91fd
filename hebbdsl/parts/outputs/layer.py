"""The questions that every output layer answers, so that the loop never asks which one it has."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from hebbdsl.parts.outputs.stored import WithEntropies

Moments = Callable[[Tensor], Sequence[Tensor]]
"""What the optimizer keeps of each element of a parameter: running means of its gradients."""


def no_moments(_: Tensor) -> Sequence[Tensor]:
    """Of an optimizer that keeps nothing."""
    return ()


AT_ONCE = 1 << 22
"""Probabilities that are held at once where no more than their entropy is wanted: 16 MB."""


class OutputLayer(nn.Module):
    """Probabilities of classes given activations, with what happens around a step.

    A simple one answers `log_probabilities`, and draws its weights in `initialise`. What learns
    nothing, and may be added at test time, is a `MemoryLayer`.

    Classes are ordered by when a curriculum brings them in: those in play are `0 .. in_play - 1`,
    and no other takes part in any normalisation. Labels are always in play.

    Attributes:
        samples: whether its loss is an estimate: `draw` is to be called before each step.
    """

    samples: bool = False

    def initialise(self, generator: torch.Generator) -> None:
        """Draw the initial weights in place. `generator` is on the CPU, so are the weights."""

    def class_rows(self) -> nn.Parameter | None:
        """The row of each class, that an embedding may be tied to; None: there are none."""
        return None

    @abstractmethod
    def log_probabilities(
        self, h: Float[Tensor, "batch hidden"], in_play: int
    ) -> Float[Tensor, "batch in_play"]:
        """Log-probabilities of all classes in play; each row's probabilities sum to one."""

    def label_log_probabilities(
        self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], in_play: int
    ) -> Float[Tensor, " batch"]:
        """The log-probability of each label given its activation. Differentiable.

        Where it can be had without those of all classes, an output says how.
        """
        return self.log_probabilities(h, in_play).gather(1, labels[:, None]).squeeze(1)

    @torch.no_grad()
    def entropies(self, h: Float[Tensor, "batch hidden"], in_play: int) -> Float[Tensor, " batch"]:
        """The entropy of the probabilities at each activation, in nats. No gradient passes."""
        parts = torch.split(h, max(1, AT_ONCE // in_play))
        return torch.cat([entropies_of(self.log_probabilities(part, in_play)) for part in parts])

    def draw(self, generator: torch.Generator, in_play: int) -> None:
        """Draw what the next loss is estimated from, where it is: of its own, in place.

        Losses until the next draw are of the same.

        Args:
            generator: on the device of the weights, used by this draw alone.
        """

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
            what was written, checked for non-finite numbers; None: nothing.
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

    def text_log_probabilities(
        self,
        h: Float[Tensor, "time streams hidden"],
        labels: Int[Tensor, "time streams"],
        in_play: int,
    ) -> Float[Tensor, "time streams in_play"]:
        """The same of all words at each place, in the stead of `score_text`: labels are remembered.

        An output that remembers a text says its own, or its spec says that it can't.
        """
        found = self.log_probabilities(h.flatten(0, 1), in_play)
        return found.view(*labels.shape, in_play)

    def score_text_with_entropies(
        self,
        h: Float[Tensor, "time streams hidden"],
        labels: Int[Tensor, "time streams"],
        in_play: int,
    ) -> WithEntropies:
        """The same as `score_text`, with the entropies of what is predicted at each token."""
        room = max(1, AT_ONCE // (labels.shape[1] * in_play))
        found = list[WithEntropies]()
        for part, some in zip(torch.split(h, room), torch.split(labels, room), strict=True):
            every = self.text_log_probabilities(part, some, in_play)
            of_labels = every.gather(2, some[:, :, None]).squeeze(2)
            found.append(WithEntropies(of_labels, entropies_of(every.detach())))
        return WithEntropies(*map(torch.cat, zip(*found, strict=True)))

    def clear_memory(self) -> None:
        """Clear what was remembered at test time, at a boundary."""

    def computed_with(self) -> Mapping[str, str]:
        """What it computed with that depends on the machine and may change results, by what for;
        outputs inside it apart."""
        return {}


def entropies_of(
    log_probabilities: Float[Tensor, "*places classes"],
) -> Float[Tensor, "*places"]:
    """−Σ p log p over the classes; what is impossible adds nothing."""
    found: Tensor = torch.special.entr(log_probabilities.exp()).sum(dim=-1)
    return found
