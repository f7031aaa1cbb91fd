"""`lstm` in torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import torch
from torch import Tensor

from hebbdsl.parts.models.recurrent.module import RecurrentLayer


class LstmLayer(RecurrentLayer):
    """Gates in torch's order: input, forget, cell, output. The state is output and cell."""

    states: ClassVar[int] = 2
    gates: ClassVar[int] = 4

    def __init__(self, inputs: int, outputs: int, forget_bias: float | None) -> None:
        super().__init__(inputs, outputs)
        self._forget_bias = forget_bias

    def biases(self) -> Iterator[Tensor]:
        yield self.bias

    def start_bias(self) -> None:
        if self._forget_bias is not None:
            with torch.no_grad():
                self.bias.chunk(self.gates)[1].fill_(self._forget_bias)

    def kernel_biases(self) -> tuple[Tensor, Tensor]:
        # The kernels add two biases. The second is zero: no parameter, and in no state dict.
        return self.bias, torch.zeros_like(self.bias)

    def kernel(self, x: Tensor, state: list[Tensor], weights: list[Tensor]) -> tuple[Tensor, ...]:
        return torch.lstm(x, state, weights, True, 1, 0.0, self.training, False, False)
