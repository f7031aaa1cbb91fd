"""`trained`: it has no fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hebbdsl.frozen import frozen
from hebbdsl.parts.part import Layer, Output

if TYPE_CHECKING:
    from hebbdsl.parts.outputs.layer import OutputLayer


@frozen(kw_only=True)
class Trained(Output):
    """The output that the model was trained with, with its weights.

    It stands under `evaluation` alone, where memories are added to it.
    """

    is_trained: ClassVar[bool] = True

    @property
    def learns(self) -> bool:
        return False

    def layers(self, hidden: int, classes: int) -> tuple[Layer, ...]:
        return ()

    def build(self, hidden: int, classes: int) -> OutputLayer:
        from hebbdsl.parts.outputs.trained.module import TrainedLayer

        return TrainedLayer()
