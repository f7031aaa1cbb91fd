"""`gru`: fields and sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from hebbdsl.frozen import frozen
from hebbdsl.parts.models.recurrent.spec import Recurrent, StartOfBias

if TYPE_CHECKING:
    from hebbdsl.parts.models.language_network import LanguageNetwork


@frozen(kw_only=True)
class Gru(Recurrent):
    """Gated recurrent units: a state that is kept or replaced, and read through gates.

    With x_t the layer's input, h its output and σ the logistic function:

        r, z, n = W x_t + b                       in three blocks
        r', z', n' = U h_(t−1)                    likewise
        g = tanh(n + σ(r + r') ⊙ (n' + a))
        h_t = σ(z + z') ⊙ h_(t−1) + (1 − σ(z + z')) ⊙ g

    There are four bias vectors, three in b and a; of the six of torch's own module two are sums
    with others. Weights and biases start uniform within ±1/√width of the layer, as torch's do, or
    within `weight_range`.

    Source:
        Cho et al. 2014, with the reset gate inside as torch and cuDNN have it.
    """

    word: ClassVar[str] = "gru"

    forget_bias: Annotated[
        StartOfBias | None,
        "where the bias of z starts, the gate that keeps the state; null: at random like the other"
        " biases",
    ] = None

    def weights(self, inputs: int, outputs: int) -> int:
        return 3 * outputs * (inputs + outputs + 1) + outputs

    def build(self, vocabulary_size: int) -> LanguageNetwork:
        from hebbdsl.parts.models.gru.module import GruLayer
        from hebbdsl.parts.models.recurrent.module import RecurrentNetwork

        layers = [GruLayer(i, o, self.forget_bias) for i, o in self.widths()]
        return RecurrentNetwork(self, vocabulary_size, layers)
