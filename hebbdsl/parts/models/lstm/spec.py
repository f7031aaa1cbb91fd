"""`lstm`: fields and sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from hebbdsl.frozen import frozen
from hebbdsl.parts.models.recurrent.spec import Recurrent, StartOfBias

if TYPE_CHECKING:
    from hebbdsl.parts.models.language_network import LanguageNetwork


@frozen(kw_only=True)
class Lstm(Recurrent):
    """Long short-term memory: a cell that is kept, added to and read through gates.

    With x_t the layer's input, h its output and σ the logistic function:

        i, f, g, o = W x_t + U h_(t−1) + b        in four blocks
        c_t = σ(f) ⊙ c_(t−1) + σ(i) ⊙ tanh(g)
        h_t = σ(o) ⊙ tanh(c_t)

    There is one bias vector b; torch's own module has two, of which only the sum matters. Weights
    and biases start uniform within ±1/√width of the layer, as torch's do, or within `weight_range`.

    Source:
        Hochreiter and Schmidhuber 1997; Gers et al. 2000 (the forget gate); Merity et al. 2018
        (weight-drop, locked dropout).
    """

    word: ClassVar[str] = "lstm"

    forget_bias: Annotated[
        StartOfBias | None,
        "where the bias of the forget gate starts; null: at random like the other biases",
    ] = None

    def weights(self, inputs: int, outputs: int) -> int:
        return 4 * outputs * (inputs + outputs + 1)

    def build(self, vocabulary_size: int) -> LanguageNetwork:
        from hebbdsl.parts.models.lstm.module import LstmLayer
        from hebbdsl.parts.models.recurrent.module import RecurrentNetwork

        layers = [LstmLayer(i, o, self.forget_bias) for i, o in self.widths()]
        return RecurrentNetwork(self, vocabulary_size, layers)
