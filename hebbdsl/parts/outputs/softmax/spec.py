"""`softmax`: fields and sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from hebbdsl.parts.part import Layer, Output

if TYPE_CHECKING:
    from hebbdsl.parts.outputs.layer import OutputLayer


@dataclass(frozen=True, kw_only=True, slots=True)
class Softmax(Output):
    """A row per class, learnt by gradient: p(i | h) ∝ exp(θ[i]·h + b[i])."""

    bias: Annotated[bool, "add a learnt number b[i] to each class's logit"] = True

    def layers(self, hidden: int, classes: int) -> tuple[Layer, ...]:
        parameters = classes * (hidden + self.bias)
        return (Layer("softmax", (classes,), parameters=parameters),)

    def build(self, hidden: int, classes: int) -> OutputLayer:
        from hebbdsl.parts.outputs.softmax.module import SoftmaxLayer

        return SoftmaxLayer(hidden, classes, bias=self.bias)
