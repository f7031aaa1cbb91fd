"""`transformer` in torch."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from hebbdsl.parts.float64 import has_float64
from hebbdsl.parts.models.language_network import LanguageNetwork, Masks, State, hidden_dropped

if TYPE_CHECKING:
    from hebbdsl.parts.models.transformer.spec import Transformer

SLOWEST = 10_000
"""The slowest pair of a head turns by one radian in about so many words (Su et al. 2021)."""


class Block(nn.Module):
    """Attention over remembered and present words, then the feed-forward layer."""

    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.heads = heads
        self.attention_norm = nn.LayerNorm(width)
        self.read = nn.Parameter(torch.empty(3 * width, width))
        self.mix = nn.Parameter(torch.empty(width, width))
        self.feedforward_norm = nn.LayerNorm(width)
        self.up = nn.Parameter(torch.empty(inner, width))
        self.down = nn.Parameter(torch.empty(width, inner))

    def attention(
        self,
        x: Float[Tensor, "time batch width"],
        keys: Float[Tensor, "batch heads context head"],
        values: Float[Tensor, "batch heads context head"],
        turns: tuple[Tensor, Tensor],
        allowed: Bool[Tensor, "time all"],
    ) -> tuple[Float[Tensor, "time batch width"], Tensor, Tensor]:
        """What is added to `x`, and the keys and values to remember, not yet turned."""
        time, batch, width = x.shape
        context = keys.shape[2]
        read = F.linear(self.attention_norm(x), self.read)
        q, k, v = read.view(time, batch, 3, self.heads, -1).permute(2, 1, 3, 0, 4).unbind()
        keys = torch.cat([keys, k.to(keys.dtype)], dim=2)
        values = torch.cat([values, v.to(values.dtype)], dim=2)
        cosine, sine = turns
        attended = F.scaled_dot_product_attention(
            turned(q, cosine[context:], sine[context:]),
            turned(keys, cosine, sine).to(q.dtype),
            values.to(q.dtype),
            attn_mask=allowed,
        )
        joined = attended.permute(2, 0, 1, 3).reshape(time, batch, width)
        # Copies: a slice would keep all keys of this window in memory.
        left = (keys[:, :, time:].contiguous(), values[:, :, time:].contiguous())
        return F.linear(joined, self.mix), *left

    def feedforward(self, x: Float[Tensor, "*places width"]) -> Float[Tensor, "*places width"]:
        return F.linear(F.gelu(F.linear(self.feedforward_norm(x), self.up)), self.down)


class TransformerNetwork(LanguageNetwork):
    """Blocks between embedding and projection.

    The state: how many words are remembered, then keys and values of each block. Keys are kept as
    they are before they are turned, and turned anew with places counted from the oldest of them:
    only distances matter, and no place ever grows large.
    """

    spec: Transformer

    def __init__(self, spec: Transformer, vocabulary_size: int) -> None:
        super().__init__(spec, vocabulary_size)
        self.widening = (
            None
            if spec.embedding_width == spec.d_model
            else nn.Parameter(torch.empty(spec.d_model, spec.embedding_width))
        )
        self.blocks = nn.ModuleList(
            Block(spec.d_model, spec.num_heads, spec.inner_width) for _ in range(spec.num_layers)
        )
        self.norm = nn.LayerNorm(spec.d_model)
        # A number by now: torch before 2.8 does not compile the root of a field.
        self._scale = sqrt(spec.embedding_width)
        self._turns: tuple[object, tuple[Tensor, Tensor]] | None = None

    def initialise_layers(self, generator: torch.Generator) -> None:
        spec = self.spec
        if self.widening is not None:
            self.draw_weights(self.widening, spec.embedding_width, generator)
        norms = [self.norm]
        for block in self._blocks():
            for weights in (block.read, block.mix, block.up, block.down):
                self.draw_weights(weights, weights.shape[1], generator)
            with torch.no_grad():
                block.mix.div_(sqrt(2 * spec.num_layers))
                block.down.div_(sqrt(2 * spec.num_layers))
            norms += [block.attention_norm, block.feedforward_norm]
        for norm in norms:
            nn.init.ones_(norm.weight)
            nn.init.zeros_(norm.bias)

    def start(self, batch: int, device: torch.device | str) -> State:
        spec = self.spec
        shape = (batch, spec.num_heads, spec.context_length, spec.d_model // spec.num_heads)
        memories = (
            torch.zeros(shape, dtype=self.norm.weight.dtype, device=device)
            for _ in range(2 * spec.num_layers)
        )
        return (torch.zeros((), dtype=torch.int64, device=device), *memories)

    def layers_forward(
        self, x: Float[Tensor, "time batch embedding"], state: State, masks: Masks
    ) -> tuple[Float[Tensor, "time batch last"], State]:
        remembered, *memories = state
        context, time = self.spec.context_length, len(x)
        turns = self._rotary_angles(context + time, memories[0])
        allowed = attended(remembered, context, time)
        after = [(remembered + time).clamp(max=context)]
        x = x * self._scale
        if self.widening is not None:
            x = F.linear(x, self.widening)
        for number, block in enumerate(self._blocks()):
            keys, values = memories[2 * number : 2 * number + 2]
            added, *left = block.attention(x, keys, values, turns, allowed)
            x = x + hidden_dropped(added, masks, 2 * number)
            x = x + hidden_dropped(block.feedforward(x), masks, 2 * number + 1)
            after += left
        h: Tensor = self.norm(x)
        return h, tuple(after)

    def _rotary_angles(self, places: int, like: Tensor) -> tuple[Tensor, Tensor]:
        """Those of `rotary_angles`, kept from window to window while windows are of one length."""
        head = self.spec.d_model // self.spec.num_heads
        if torch.compiler.is_compiling():
            return rotary_angles(places, head, like)
        key = places, like.device, like.dtype
        if self._turns is None or self._turns[0] != key:
            # What is kept from an evaluation is trained with.
            with torch.inference_mode(False):
                self._turns = key, rotary_angles(places, head, like)
        return self._turns[1]

    def _blocks(self) -> Iterator[Block]:
        for block in self.blocks:
            assert isinstance(block, Block)
            yield block


def attended(remembered: Int[Tensor, ""], context: int, time: int) -> Bool[Tensor, "time all"]:
    """Which of `context` remembered and `time` present words each present word attends to.

    Itself and the `context` words before it, less places of the memory that hold no word yet.
    """
    places = torch.arange(context + time, device=remembered.device)
    back = places[context:, None] - places
    return (back >= 0) & (back <= context) & (places >= context - remembered)


def rotary_angles(
    places: int, head: int, like: Tensor
) -> tuple[Float[Tensor, "places half"], Float[Tensor, "places half"]]:
    """Cosine and sine of the angle by which each pair of a head is turned at each place."""
    # In float64, by the host where the device has none: far places keep their angles exact.
    device = like.device if has_float64(like.device) else "cpu"
    halves = torch.arange(0, head, 2, dtype=torch.float64, device=device)
    at = torch.arange(places, dtype=torch.float64, device=device)
    angles = torch.outer(at, SLOWEST ** (-halves / head))
    return angles.cos().to(like), angles.sin().to(like)


def turned(
    x: Float[Tensor, "*rows places head"],
    cosine: Float[Tensor, "places half"],
    sine: Float[Tensor, "places half"],
) -> Float[Tensor, "*rows places head"]:
    """Each pair (element i of the first half, of the second half) turned by the place's angle."""
    first, second = x.chunk(2, dim=-1)
    pairs = (first * cosine - second * sine, first * sine + second * cosine)
    return torch.cat(pairs, dim=-1).to(x.dtype)
