"""What recurrent word models share in torch: layers of fused kernels, run one after the other."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from hebbdsl.parts.bfloat16.module import has_bfloat16
from hebbdsl.parts.models.language_network import (
    LanguageNetwork,
    Masks,
    State,
    hidden_dropped,
    weight_factors,
)

if TYPE_CHECKING:
    from hebbdsl.parts.models.recurrent.spec import Recurrent


class RecurrentLayer(nn.Module):
    """One layer: the kernel is the subclass's. Gates are stacked in the order that torch has."""

    states: ClassVar[int]
    """How many tensors it carries: its last output, and what else it remembers."""
    gates: ClassVar[int]

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.outputs = outputs
        self.input_weights = nn.Parameter(torch.empty(self.gates * outputs, inputs))
        self.hidden_weights = nn.Parameter(torch.empty(self.gates * outputs, outputs))
        self.bias = nn.Parameter(torch.empty(self.gates * outputs))

    @abstractmethod
    def biases(self) -> Iterator[Tensor]:
        """Its biases, in the order in which they are drawn."""

    @abstractmethod
    def start_bias(self) -> None:
        """Set the biases that do not start at random."""

    @abstractmethod
    def kernel(self, x: Tensor, state: list[Tensor], weights: list[Tensor]) -> tuple[Tensor, ...]:
        """All outputs, then each tensor of the state; all states have a leading dimension of 1."""

    @abstractmethod
    def kernel_biases(self) -> tuple[Tensor, Tensor]:
        """The two biases that torch's kernels take."""

    def forward(
        self,
        x: Float[Tensor, "time batch inputs"],
        state: Sequence[Float[Tensor, "batch outputs"]],
        factors: Float[Tensor, "rows outputs"] | None,
    ) -> tuple[Float[Tensor, "time batch outputs"], State]:
        """All outputs and the state after the last. `factors` multiply hidden-to-hidden weights.

        Under autocast the kernel runs in its dtype, with weights and state cast here: of themselves
        torch's kernels take half precision on CUDA whatever autocast says. A CPU without
        instructions for it computes in float32 with what was rounded. The state comes back in the
        dtype it had.
        """
        hidden_weights = self.hidden_weights if factors is None else self.hidden_weights * factors
        weights = [self.input_weights, hidden_weights, *self.kernel_biases()]
        device = x.device.type
        if torch.is_autocast_enabled(device):
            dtype = torch.get_autocast_dtype(device)
        else:
            dtype = self.bias.dtype
        with torch.autocast(device, enabled=False):
            cast = [w.to(dtype) for w in (*weights, x, *state)]
            if dtype is torch.bfloat16 and device == "cpu" and not has_bfloat16(x.device):
                cast = [one.float() for one in cast]
            (*weights, x), before = cast[: len(weights) + 1], cast[len(weights) + 1 :]
            h, *after = self.kernel(
                x,
                [s.unsqueeze(0) for s in before],
                packed(weights) if device == "cuda" else weights,
            )
            h = h.to(dtype)
        return h, tuple(a.squeeze(0).to(b.dtype) for a, b in zip(after, state, strict=True))


class RecurrentNetwork(LanguageNetwork):
    """Embedding, recurrent layers with dropout between, projection."""

    spec: Recurrent

    def __init__(
        self, spec: Recurrent, vocabulary_size: int, layers: Sequence[RecurrentLayer]
    ) -> None:
        super().__init__(spec, vocabulary_size)
        self.layers = nn.ModuleList(layers)

    def initialise_layers(self, generator: torch.Generator) -> None:
        for layer in self._layers():
            for weights in (layer.input_weights, layer.hidden_weights, *layer.biases()):
                self.draw_weights(weights, layer.outputs, generator)
            layer.start_bias()

    def start(self, batch: int, device: torch.device | str) -> State:
        return tuple(
            torch.zeros(batch, layer.outputs, dtype=layer.bias.dtype, device=device)
            for layer in self._layers()
            for _ in range(layer.states)
        )

    def masks(self, generator: torch.Generator, batch: int, time: int) -> Masks:
        shapes = [tuple(layer.hidden_weights.shape) for layer in self._layers()]
        return replace(
            super().masks(generator, batch, time),
            weights=weight_factors(shapes, self.spec.weight_drop, generator),
        )

    def layers_forward(
        self, x: Float[Tensor, "time batch embedding"], state: State, masks: Masks
    ) -> tuple[Float[Tensor, "time batch last"], State]:
        after: list[Tensor] = []
        for number, layer in enumerate(self._layers()):
            before = state[len(after) : len(after) + layer.states]
            factors = masks.weights[number] if masks.weights else None
            x, left = layer(x, before, factors)
            after.extend(left)
            x = hidden_dropped(x, masks, number)
        return x, tuple(after)

    def _layers(self) -> Iterator[RecurrentLayer]:
        for layer in self.layers:
            assert isinstance(layer, RecurrentLayer)
            yield layer


def packed(weights: list[Tensor]) -> list[Tensor]:
    """The same weights in one block of memory, as cuDNN wants them.

    It would copy them into one at every call otherwise, and warn.
    """
    block = torch.cat([w.flatten() for w in weights])
    parts = torch.split(block, [w.numel() for w in weights])
    return [part.view(w.shape) for part, w in zip(parts, weights, strict=True)]
