"""`convnet` in torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from hebbdsl.parts.initialisation import draw
from hebbdsl.parts.models.network import Network

if TYPE_CHECKING:
    from hebbdsl.parts.classification import Shape
    from hebbdsl.parts.models.convnet.spec import Convnet

MOMENTUM = 0.1
EPSILON = 1e-5
"""Both as in torch's BatchNorm2d."""

CPU_CHUNK = 64
"""Images evaluated at a time on the CPU: a block's activations then stay in its cache."""


class Block(nn.Module):
    """Convolution that keeps the size, batch norm, 2×2 max-pooling, ReLU.

    ReLU comes after pooling: both are monotone, so that the order does not matter to the result,
    and it then has a quarter of the work.
    """

    mean: Tensor
    variance: Tensor

    def __init__(self, inputs: int, outputs: int, kernel: int, *, batch_norm: bool) -> None:
        super().__init__()
        self.kernel = kernel
        self.batch_norm = batch_norm
        self.weight = nn.Parameter(torch.empty(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        if batch_norm:
            self.scale = nn.Parameter(torch.ones(outputs))
            self.register_buffer("mean", torch.zeros(outputs))
            self.register_buffer("variance", torch.ones(outputs))

    def initialise(self, generator: torch.Generator) -> None:
        fan_in = self.weight[0].numel()
        draw(self.weight, fan_in, generator)
        if not self.batch_norm:
            draw(self.bias, fan_in, generator)

    def forward(self, x: Float[Tensor, "batch inputs h w"]) -> Float[Tensor, "batch outputs h2 w2"]:
        padding = self.kernel // 2
        if not self.batch_norm:
            x = F.conv2d(x, self.weight, self.bias, padding=padding)
        elif self.training:
            x = F.conv2d(x, self.weight, padding=padding)
            x = F.batch_norm(
                x,
                self.mean,
                self.variance,
                self.scale,
                self.bias,
                training=True,
                momentum=MOMENTUM,
                eps=EPSILON,
            )
        else:
            # With constant statistics batch norm is linear, and melts into the convolution.
            gain = self.scale * torch.rsqrt(self.variance + EPSILON)
            weight = self.weight * gain[:, None, None, None]
            x = F.conv2d(x, weight, self.bias - self.mean * gain, padding=padding)
        return F.relu(F.max_pool2d(x, 2), inplace=True)


class ConvnetModule(Network):
    """Blocks, then a linear features layer; no ReLU after it.

    Weights and activations are in channels-last order, which convolutions are faster in on the
    CPU and on GPUs with tensor cores.
    """

    def __init__(self, spec: Convnet, shape: Shape) -> None:
        super().__init__()
        inputs, height, width = shape
        blocks = []
        for outputs in spec.channels:
            blocks.append(Block(inputs, outputs, spec.kernel_size, batch_norm=spec.batch_norm))
            inputs, height, width = outputs, height // 2, width // 2
        self.blocks = nn.ModuleList(blocks)
        self.features = nn.Linear(inputs * height * width, spec.features)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def initialise(self, generator: torch.Generator) -> None:
        """Draw the initial weights in place. `generator` is on the CPU, so are the weights."""
        for block in self._blocks():
            block.initialise(generator)
        draw(self.features.weight, self.features.in_features, generator)
        draw(self.features.bias, self.features.in_features, generator)

    def forward(
        self, images: Float[Tensor, "batch channels height width"]
    ) -> Float[Tensor, "batch features"]:
        if self.training or images.device.type != "cpu" or len(images) <= CPU_CHUNK:
            return self._embed(images)
        return torch.cat([self._embed(chunk) for chunk in torch.split(images, CPU_CHUNK)])

    def _embed(self, x: Tensor) -> Tensor:
        x = x.contiguous(memory_format=torch.channels_last)
        for block in self.blocks:
            x = block(x)
        features: Tensor = self.features(x.flatten(1))
        return features

    def _blocks(self) -> Iterator[Block]:
        for block in self.blocks:
            assert isinstance(block, Block)
            yield block
