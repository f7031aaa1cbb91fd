"""Initial weights, drawn from a generator rather than from torch's global one."""

from __future__ import annotations

from math import sqrt

import torch


def draw(parameter: torch.Tensor, fan_in: int, generator: torch.Generator) -> None:
    """Fill `parameter` from the uniform distribution on ±1/√fan_in.

    That is the law of torch's own Linear and Conv2d, for weights and biases alike.
    """
    draw_within(parameter, 1 / sqrt(fan_in), generator)


def draw_within(parameter: torch.Tensor, bound: float, generator: torch.Generator) -> None:
    """Fill `parameter` from the uniform distribution on ±`bound`.

    Numbers are drawn in the order of a contiguous tensor, so that they do not depend on the memory
    format.
    """
    numbers = torch.empty(parameter.shape, dtype=parameter.dtype)
    numbers.uniform_(-bound, bound, generator=generator)
    with torch.no_grad():
        parameter.copy_(numbers)
