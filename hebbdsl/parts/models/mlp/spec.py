"""`mlp`: fields, shapes and sizes."""

from __future__ import annotations

from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Annotated

from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Length, Width
from hebbdsl.parts.classification import ClassificationModel, Shape
from hebbdsl.parts.part import Layer

if TYPE_CHECKING:
    from hebbdsl.parts.models.network import Network


@frozen(kw_only=True)
class Mlp(ClassificationModel):
    """Fully connected layers with ReLU between, then a linear features layer.

    The example is flattened first. Without hidden layers the activation is a linear map of it.
    """

    hidden: Annotated[tuple[Width, ...], Length(0, 32), "widths of the hidden layers"] = (256,)

    def widths(self, shape: Shape) -> tuple[int, ...]:
        """Width of the flattened example, then of each layer's output."""
        return (prod(shape), *self.hidden, self.features)

    def layers(self, shape: Shape) -> tuple[Layer, ...]:
        names = (*(f"hidden {i}" for i in range(1, len(self.hidden) + 1)), "features")
        return tuple(
            Layer(name, (outputs,), parameters=(inputs + 1) * outputs)
            for name, (inputs, outputs) in zip(names, pairwise(self.widths(shape)), strict=True)
        )

    def build(self, shape: Shape) -> Network:
        from hebbdsl.parts.models.mlp.module import MlpModule

        return MlpModule(self.widths(shape))
