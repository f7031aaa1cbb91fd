"""The questions that every word model's module answers."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from hebbdsl.frozen import frozen
from hebbdsl.parts.initialisation import draw, draw_within

if TYPE_CHECKING:
    from hebbdsl.parts.models.language_model import LanguageModel

State = tuple[Tensor, ...]
"""What a window leaves for the next one. Whoever trains on windows detaches it."""


@frozen(kw_only=True)
class Masks:
    """Factors of dropout for one window: 0, or 1/(1 − p). None: no dropout there.

    Attributes:
        words: for each word of the vocabulary, wherever it stands.
        input: for the embedded words; with locked dropout of time 1, the same at all times.
        hidden: for what stands between layers, likewise.
        weights: for each layer's hidden-to-hidden weights.
        output: for the activation, likewise. The caller multiplies by it, since a Hebbian write may
            want the activation as it was before.
    """

    words: Float[Tensor, " words"] | None = None
    input: Float[Tensor, "#time batch embedding"] | None = None
    hidden: tuple[Float[Tensor, "#time batch _"], ...] = ()
    weights: tuple[Float[Tensor, "_ _"], ...] = ()
    output: Float[Tensor, "#time batch features"] | None = None


NO_MASKS = Masks()


class LanguageNetwork(nn.Module):
    """Activations of words in their order. Time comes first, as recurrent kernels have it.

    Drawing masks is left to `masks`, so that `forward` draws nothing. The embedding, where it is
    tied, is passed in: it is the output's parameter.
    """

    embedding: nn.Parameter | None
    projection: nn.Parameter | None

    def __init__(self, spec: LanguageModel, vocabulary_size: int) -> None:
        super().__init__()
        self.spec, self.vocabulary_size = spec, vocabulary_size
        self.embedding = (
            None if spec.tied else nn.Parameter(torch.empty(vocabulary_size, spec.embedding_width))
        )
        self.projection = (
            None
            if spec.features is None
            else nn.Parameter(torch.empty(spec.features, spec.last_width))
        )

    def initialise(self, generator: torch.Generator) -> None:
        """Draw the initial weights in place. `generator` is on the CPU, so are the weights."""
        if self.embedding is not None:
            draw_within(self.embedding, self.spec.embedding_range, generator)
        self.initialise_layers(generator)
        if self.projection is not None:
            self.draw_weights(self.projection, self.spec.last_width, generator)

    def draw_weights(self, parameter: Tensor, fan_in: int, generator: torch.Generator) -> None:
        """Weights of a layer: within the range that the spec gives, else within ±1/√fan_in."""
        if self.spec.weight_range is None:
            draw(parameter, fan_in, generator)
        else:
            draw_within(parameter, self.spec.weight_range, generator)

    @abstractmethod
    def initialise_layers(self, generator: torch.Generator) -> None:
        """Draw what stands between embedding and projection."""

    @abstractmethod
    def start(self, batch: int, device: torch.device | str) -> State:
        """What is known before the first word of each of `batch` texts: nothing."""

    @abstractmethod
    def layers_forward(
        self, x: Float[Tensor, "time batch embedding"], state: State, masks: Masks
    ) -> tuple[Float[Tensor, "time batch last"], State]:
        """From embedded words to what the last layer gives, with the state that follows."""

    def masks(self, generator: torch.Generator, batch: int, time: int) -> Masks:
        """Dropout's factors for one window, on the generator's device, which alone decides them."""
        spec = self.spec
        times = 1 if spec.locked_dropout else time
        return Masks(
            words=_factors((self.vocabulary_size,), spec.embedding_dropout, generator),
            input=_factors((times, batch, spec.embedding_width), spec.input_dropout, generator),
            hidden=tuple(
                factors
                for width in spec.hidden_dropped
                if (factors := _factors((times, batch, width), spec.hidden_dropout, generator))
                is not None
            ),
            output=_factors((times, batch, spec.activation_width), spec.dropout, generator),
        )

    def forward(
        self,
        tokens: Int[Tensor, "time batch"],
        rows: Float[Tensor, "words embedding"] | None,
        state: State,
        masks: Masks | None = None,
    ) -> tuple[Float[Tensor, "time batch features"], State]:
        """The activation at each place, from the words up to it, and the state after the last.

        Args:
            rows: the output's rows where the embedding is tied, else None.
            state: that of `start`, or what the window before left.
            masks: None: no dropout.
        """
        return self.from_embedded(self.look_up(tokens, rows), tokens, state, masks)

    def look_up(
        self, tokens: Int[Tensor, "time batch"], rows: Float[Tensor, "words embedding"] | None
    ) -> Float[Tensor, "time batch embedding"]:
        """The embedding of each word."""
        table = rows if self.embedding is None else self.embedding
        assert table is not None, "a tied embedding is passed in"
        return F.embedding(tokens, table)

    def from_embedded(
        self,
        x: Float[Tensor, "time batch embedding"],
        tokens: Int[Tensor, "time batch"],
        state: State,
        masks: Masks | None = None,
    ) -> tuple[Float[Tensor, "time batch features"], State]:
        """The rest of `forward`, for a caller that wants the gradient of `x` rather than of rows.

        A gradient of `time · batch` rows is added to one of all rows in place, where autograd would
        make a second one of all rows first.
        """
        masks = NO_MASKS if masks is None else masks
        if masks.words is not None:
            x = x * masks.words[tokens].unsqueeze(-1)
        if masks.input is not None:
            x = x * masks.input
        h, state = self.layers_forward(x, state, masks)
        return (h if self.projection is None else F.linear(h, self.projection)), state


def hidden_dropped(x: Tensor, masks: Masks, place: int) -> Tensor:
    """`x` after hidden dropout, `place` counting the places where it falls."""
    return x * masks.hidden[place] if place < len(masks.hidden) else x


def _factors(shape: tuple[int, ...], p: float, generator: torch.Generator) -> Tensor | None:
    if p == 0:
        return None
    draws = torch.rand(shape, generator=generator, device=generator.device)
    return (draws >= p).float().div_(1 - p)


def weight_factors(
    shapes: list[tuple[int, ...]], p: float, generator: torch.Generator
) -> tuple[Tensor, ...]:
    """Factors of dropout on weights of these shapes; none without dropout."""
    return tuple(f for shape in shapes if (f := _factors(shape, p, generator)) is not None)
