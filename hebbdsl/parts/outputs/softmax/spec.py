"""`softmax`: fields and sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import AddedLater, Rate
from hebbdsl.parts.part import Layer, Output

if TYPE_CHECKING:
    from hebbdsl.parts.outputs.layer import OutputLayer


@frozen(kw_only=True)
class Softmax(Output):
    """A row per class, learnt by gradient: p(i | h) ∝ exp(θ[i]·h + b[i]).

    Rows start uniform in a cube, as torch's Linear draws them, and so large that a row of width d
    has the norm `row_norm` on the mean square. The scale matters: gradient steps turn a large row
    more slowly, and a Hebbian write with `mean_row` keeps the scale that it finds.
    """

    adapts_rows: ClassVar[bool] = True

    bias: Annotated[bool, "add a learnt number b[i] to each class's logit"] = True
    row_norm: Annotated[
        Rate | None, "root mean square norm of the rows at the start; null: 1/√3, as torch's Linear"
    ] = None

    products: Annotated[
        Literal["float32", "bfloat16"],
        AddedLater(),
        "arithmetic of the products of rows and activations where there are many classes; the"
        " softmax, sums over words and the rows stay in float32",
    ] = "float32"

    def row_width(self, hidden: int) -> int:
        return hidden

    def layers(self, hidden: int, classes: int) -> tuple[Layer, ...]:
        parameters = classes * (hidden + self.bias)
        return (Layer("softmax", (classes,), parameters=parameters),)

    def build(self, hidden: int, classes: int) -> OutputLayer:
        from hebbdsl.parts.outputs.softmax.module import SoftmaxLayer

        return SoftmaxLayer(self, hidden, classes)
