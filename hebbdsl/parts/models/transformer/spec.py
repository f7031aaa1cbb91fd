"""`transformer`: fields, sizes and errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Second
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Bounds, Formerly, Suggested, Width
from hebbdsl.parts.models.language_model import LanguageModel
from hebbdsl.parts.part import Layer

if TYPE_CHECKING:
    from hebbdsl.parts.models.language_network import LanguageNetwork


@frozen(kw_only=True)
class Transformer(LanguageModel):
    """Blocks of causal attention and a feed-forward layer, each after a normalisation.

    Each block adds to its input x, the sum running through all blocks:

        x ← x + attention(norm(x));    x ← x + W₂ gelu(W₁ norm(x))

    and the activation is the norm of the last sum. Linear maps have no biases, norms a scale and a
    shift. An embedded word is multiplied by √embedding width; one of another width than the blocks
    is mapped to theirs.

    A word attends to itself and to the `context_length` words before it, wherever windows begin:
    keys and values of that many last words are carried from window to window, without gradients
    across. So what comes out in evaluation does not depend on how a text is cut into windows, and
    word t depends on words t − `num_layers` · `context_length` to t and no others. Positions are
    rotary, so that a score depends on the distance of two words and not on where they stand.

    Weights start uniform within ±1/√inputs, or within `weight_range`; those that lead back into the
    sum are divided by √(2 · `num_layers`).

    Source:
        Vaswani et al. 2017; Xiong et al. 2020 (norms first); Su et al. 2021 (rotary positions);
        Dai et al. 2019 (the carried memory); Radford et al. 2019 (the division by √(2 · layers)).
    """

    d_model: Annotated[Width, Suggested(), Formerly("width"), "width of the blocks"] = 256
    num_layers: Annotated[
        int,
        Bounds(minimum=1, maximum=256),
        Suggested(),
        Formerly("blocks"),
        "blocks, one after the other",
    ] = 4
    num_heads: Annotated[
        Width, Formerly("heads"), "attention heads of each block, which share `d_model` evenly"
    ] = 4
    dim_feedforward: Annotated[
        Width | None,
        Formerly("feedforward"),
        "width inside of the feed-forward layers; null: four times `d_model`",
    ] = None
    context_length: Annotated[
        int,
        Bounds(minimum=1, maximum=65_536),
        Formerly("context"),
        "how many words back a word attends",
    ] = 128

    @property
    def last_width(self) -> int:
        return self.d_model

    @property
    def last_width_field(self) -> str:
        return "d_model"

    @property
    def hidden_dropped(self) -> tuple[int, ...]:
        return (self.d_model,) * (2 * self.num_layers)

    @property
    def inner_width(self) -> int:
        """Width inside of the feed-forward layers."""
        return 4 * self.d_model if self.dim_feedforward is None else self.dim_feedforward

    def errors(self) -> Iterator[Problem]:
        place = At.field("num_heads")
        each, left = divmod(self.d_model, self.num_heads)
        if left:
            half = self.d_model // 2
            better = (n for n in range(min(self.num_heads, half), 0, -1) if half % n == 0)
            yield UnevenHeads(
                place=place,
                heads=self.num_heads,
                width=self.d_model,
                better=None if self.d_model % 2 else next(better),
            )
        elif each % 2:
            yield OddHeads(place=place, heads=self.num_heads, width=self.d_model, each=each)

    def inner_layers(self) -> tuple[Layer, ...]:
        shape, rows = (self.d_model,), []
        if self.embedding_width != self.d_model:
            rows.append(Layer("widening", shape, parameters=self.embedding_width * self.d_model))
        norm = 2 * self.d_model
        block = 2 * norm + 4 * self.d_model**2 + 2 * self.d_model * self.inner_width
        rows += [
            Layer(f"block {n}", shape, parameters=block) for n in range(1, self.num_layers + 1)
        ]
        return (*rows, Layer("norm", shape, parameters=norm))

    def build(self, vocabulary_size: int) -> LanguageNetwork:
        from hebbdsl.parts.models.transformer.module import TransformerNetwork

        return TransformerNetwork(self, vocabulary_size)


class UnevenHeads(Problem):
    """The heads of a transformer can't share `d_model` evenly.

    Each head reads `d_model` / `num_heads` elements, and an even number of them for rotary
    positions. Choose a number of heads that divides half of `d_model`.

    Wrong:
        data: stdlib_docs
        curriculum: null
        model:
          transformer: {d_model: 256, num_heads: 6}

    Right:
        data: stdlib_docs
        curriculum: null
        output: softmax
        model:
          transformer: {d_model: 256, num_heads: 8}
    """

    code = "HEB431"
    heads: int
    width: int
    better: int | None
    """Fewer heads that would do; None: the width is odd."""
    wide: Second = At.field("d_model")

    title = "{heads} heads do not divide a `d_model` of {width:_}"
    label = "{width:_} / {heads} is not whole"

    @property
    def hint(self) -> str:
        if self.better is None:
            return "use an even `d_model`, and a number of heads that divides half of it"
        return f"use {self.better}, or another divisor of {self.width // 2:_}"

    related = Also("wide", "{width:_} here")


class OddHeads(Problem):
    """Each head of a transformer would read an odd number of elements.

    Rotary positions turn pairs of elements of a head, so that `d_model` / `num_heads`
    must be even.

    Wrong:
        data: stdlib_docs
        curriculum: null
        model:
          transformer: {d_model: 100, num_heads: 4}

    Right:
        data: stdlib_docs
        curriculum: null
        output: softmax
        model:
          transformer: {d_model: 96, num_heads: 4}
    """

    code = "HEB432"
    heads: int
    width: int
    each: int
    """Elements of a head."""
    wide: Second = At.field("d_model")

    title = "{heads} heads of {each} elements can't be turned in pairs"
    label = "{width:_} / {heads} is odd"

    @property
    def hint(self) -> str:
        return f"use a `d_model` that {2 * self.heads} divides, or fewer heads"

    related = Also("wide", "{width:_} here")
