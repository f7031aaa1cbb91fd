"""Fields and sizes that recurrent word models share."""

from __future__ import annotations

from abc import abstractmethod
from itertools import pairwise
from typing import Annotated, ClassVar

from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Bounds, Decay, Length, Suggested, Width
from hebbdsl.parts.models.language_model import LanguageModel
from hebbdsl.parts.part import Layer

StartOfBias = Annotated[float, Bounds(minimum=-100, maximum=100)]


@frozen(kw_only=True)
class Recurrent(LanguageModel):
    """Layers that read word after word, each with a state that it changes at every word."""

    compiles: ClassVar[bool] = False
    word: ClassVar[str]
    """What its layers are called in the plan."""

    hidden: Annotated[
        tuple[Width, ...], Length(1, 32), Suggested(), "widths of the recurrent layers"
    ] = (200, 200)
    weight_drop: Annotated[
        Decay,
        "dropout of hidden-to-hidden weights: one mask for all texts and times of a window",
    ] = 0.0

    @property
    def last_width(self) -> int:
        return self.hidden[-1]

    @property
    def last_width_field(self) -> str:
        return "hidden"

    @property
    def hidden_dropped(self) -> tuple[int, ...]:
        return self.hidden[:-1] if self.features is None else self.hidden

    def widths(self) -> tuple[tuple[int, int], ...]:
        """What each layer reads and gives."""
        return tuple(pairwise((self.embedding_width, *self.hidden)))

    @abstractmethod
    def weights(self, inputs: int, outputs: int) -> int:
        """Parameters of a layer."""

    def inner_layers(self) -> tuple[Layer, ...]:
        return tuple(
            Layer(f"{self.word} {number}", (outputs,), parameters=self.weights(inputs, outputs))
            for number, (inputs, outputs) in enumerate(self.widths(), start=1)
        )
