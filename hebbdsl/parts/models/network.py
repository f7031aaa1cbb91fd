"""The questions that every model's module answers."""

from __future__ import annotations

from abc import abstractmethod

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Network(nn.Module):
    """Activations of inputs. It applies no dropout: masks are drawn by the program."""

    @abstractmethod
    def initialise(self, generator: torch.Generator) -> None:
        """Draw the initial weights in place. `generator` is on the CPU, so are the weights."""

    @abstractmethod
    def forward(self, inputs: Float[Tensor, batch * shape]) -> Float[Tensor, "batch features"]:
        """The activation of each example."""
