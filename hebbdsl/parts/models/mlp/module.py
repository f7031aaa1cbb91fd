"""`mlp` in torch."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from hebbdsl.parts.initialisation import draw
from hebbdsl.parts.models.network import Network


class MlpModule(Network):
    """Linear layers with ReLU between them; none after the last."""

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        self.linear = nn.ModuleList(nn.Linear(i, o) for i, o in pairwise(widths))

    def initialise(self, generator: torch.Generator) -> None:
        """Draw the initial weights in place. `generator` is on the CPU, so are the weights."""
        for layer in self.linear:
            assert isinstance(layer, nn.Linear)
            draw(layer.weight, layer.in_features, generator)
            draw(layer.bias, layer.in_features, generator)

    def forward(self, inputs: Float[Tensor, batch * shape]) -> Float[Tensor, "batch features"]:
        x = inputs.flatten(1)
        for number, layer in enumerate(self.linear):
            x = layer(F.relu(x) if number else x)
        return x
