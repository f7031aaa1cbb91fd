"""`gru` in torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import torch
from torch import Tensor, nn

from hebbdsl.parts.models.recurrent.module import RecurrentLayer


class GruLayer(RecurrentLayer):
    """Gates in torch's order: reset, update, new. The state is the output."""

    states: ClassVar[int] = 1
    gates: ClassVar[int] = 3

    def __init__(self, inputs: int, outputs: int, forget_bias: float | None) -> None:
        super().__init__(inputs, outputs)
        self._forget_bias = forget_bias
        self.inner_bias = nn.Parameter(torch.empty(outputs))

    def biases(self) -> Iterator[Tensor]:
        yield from (self.bias, self.inner_bias)

    def start_bias(self) -> None:
        if self._forget_bias is not None:
            with torch.no_grad():
                self.bias.chunk(self.gates)[1].fill_(self._forget_bias)

    def kernel_biases(self) -> tuple[Tensor, Tensor]:
        # Of the kernels' second bias only the part inside the reset gate is not another's double.
        zeros = self.inner_bias.new_zeros(2 * self.outputs)
        return self.bias, torch.cat([zeros, self.inner_bias])

    def kernel(self, x: Tensor, state: list[Tensor], weights: list[Tensor]) -> tuple[Tensor, ...]:
        return torch.gru(x, state[0], weights, True, 1, 0.0, self.training, False, False)
