"""`convnet`: fields, shapes and sizes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Second
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Bounds, Formerly, Length, Width
from hebbdsl.parts.classification import ClassificationModel, Shape
from hebbdsl.parts.part import FLOAT_BYTES, Layer

if TYPE_CHECKING:
    from hebbdsl.parts.models.network import Network


@frozen(kw_only=True)
class Convnet(ClassificationModel):
    """Blocks of convolution, batch norm, pooling and ReLU, then a linear features layer.

    The shape of the embedding network of Matching Networks. Each block is a 3×3 convolution that
    keeps the size, batch normalisation, 2×2 max-pooling and ReLU (the two commute); the activation
    is a linear map of the last block's output. Without batch norm, the convolution has a bias.

    Source:
        Vinyals et al. 2016, as used by Rae et al. 2018, section 4.1 (widths not published).
    """

    dimensions: ClassVar[int | None] = 3

    channels: Annotated[
        tuple[Width, ...], Length(1, 12), "channels of each block; each block halves the image"
    ] = (64, 64, 64, 64)
    kernel_size: Annotated[
        int, Formerly("kernel"), Bounds(minimum=1, maximum=15), "side of the convolution, odd"
    ] = 3
    batch_norm: Annotated[bool, "normalise each channel over the batch"] = True

    def errors(self) -> Iterator[Problem]:
        if self.kernel_size % 2 == 0:
            yield EvenKernel(place=At(("kernel_size",)), kernel=self.kernel_size)

    def shape_problems(self, shape: Shape) -> Iterator[Problem]:
        _, height, width = shape
        sizes = [(height, width)]
        for _ in self.channels:
            height, width = sizes[-1]
            sizes.append((height // 2, width // 2))
            if 0 in sizes[-1]:
                yield PooledAway(
                    place=At(("model", "channels")),
                    blocks=len(self.channels),
                    sizes=tuple(sizes),
                )
                return

    def layers(self, shape: Shape) -> tuple[Layer, ...]:
        rows = []
        inputs, height, width = shape
        for number, outputs in enumerate(self.channels, start=1):
            height, width = height // 2, width // 2
            weights = inputs * outputs * self.kernel_size**2
            # Batch norm learns a scale and a shift, and tracks a mean and a variance.
            rows.append(
                Layer(
                    f"block {number}",
                    (outputs, height, width),
                    parameters=weights + outputs * (2 if self.batch_norm else 1),
                    buffer_bytes=2 * outputs * FLOAT_BYTES if self.batch_norm else 0,
                )
            )
            inputs = outputs
        flat = inputs * height * width
        rows.append(Layer("features", (self.features,), parameters=(flat + 1) * self.features))
        return tuple(rows)

    def build(self, shape: Shape) -> Network:
        from hebbdsl.parts.models.convnet.module import ConvnetModule

        return ConvnetModule(self, shape)


class EvenKernel(Problem):
    """A convolution with an even kernel can't keep the size of its image.

    A kernel of odd side k is padded by (k − 1)/2 on each side, and the image keeps its size; an
    even one has no such padding. Use the odd number above or below.

    Wrong:
        model:
          convnet: {channels: [32, 32], kernel_size: 4}

    Right:
        model:
          convnet: {channels: [32, 32], kernel_size: 3}
    """

    code = "HEB402"
    kernel: int

    title = "a kernel of side {kernel} is even"
    label = "must be odd"

    @property
    def hint(self) -> str:
        return f"use {self.kernel - 1} or {self.kernel + 1}"


class PooledAway(Problem):
    """The blocks of a `convnet` halve the image until nothing is left of it.

    Each block halves height and width, rounding down: an image of 28×28 survives four blocks
    (14, 7, 3, 1). Use fewer blocks, or larger images.

    Wrong:
        data:
          glyphs: {image_size: 28, classes: 200}
        model:
          convnet: {channels: [32, 32, 32, 32, 32]}

    Right:
        data:
          glyphs: {image_size: 28, classes: 200}
        model:
          convnet: {channels: [32, 32, 32, 32]}
    """

    code = "HEB401"
    blocks: int
    sizes: tuple[tuple[int, int], ...]
    """Height and width before the first block and after each, the empty one included."""
    image_size: Second = At.field("data", "image_size")

    title = "{blocks} blocks pool an image of {sizes[0][0]}×{sizes[0][1]} away to nothing"

    @property
    def label(self) -> str:
        return f"nothing is left after block {len(self.sizes) - 1}"

    @property
    def hint(self) -> str:
        steps = " → ".join(f"{height}×{width}" for height, width in self.sizes)
        most = len(self.sizes) - 2
        blocks = "1 block" if most == 1 else f"{most} blocks"
        return f"sizes block by block: {steps}; use at most {blocks}, or larger images"

    related = Also("image_size", "images are {sizes[0][0]}×{sizes[0][1]}")
