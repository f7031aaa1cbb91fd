"""`cache`: fields and sizes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.diagnostics.wording import number_of
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Bounds, Rate
from hebbdsl.parts.memory_output import MemoryOutput
from hebbdsl.parts.part import FLOAT_BYTES, INTEGER_BYTES, Layer
from hebbdsl.parts.problems import BeyondTheRun

if TYPE_CHECKING:
    from hebbdsl.parts.exposure import Exposure
    from hebbdsl.parts.outputs.layer import OutputLayer

SPARE = 1_024
"""Pairs of a stream that there is room for beside those that are asked for."""


def stream_capacity(size: int, words: int | None) -> int:
    """Places that are held when so many words of a stream were remembered; None: any number."""
    from hebbdsl.parts.capacity import capacity_for

    most = size + SPARE
    return most if words is None else min(most, capacity_for(words))


@frozen(kw_only=True)
class Cache(MemoryOutput):
    """A memory of the last activations with their labels; nothing in it is learnt.

    With pairs (h_j, y_j) of past training batches, and n classes in play:

        p(i | h) = (1 − ε) · Σ_j [y_j = i] exp(θ h·h_j) / Σ_j exp(θ h·h_j) + ε/n

    and p = 1/n while the memory is empty. Keys are detached; a query carries gradients. In training
    batches are remembered after their own loss. On images those are what evaluation asks, and it
    never writes. A held-out text is asked of itself: each stream begins with an empty memory, and a
    word is remembered once it was scored, so that what is ahead is never seen. This reads the words
    of a test text as it goes, which softmax and Hebbian do not. The memory is kept to the end of
    the text, or cleared where articles begin: `evaluation.boundary`.

    Source:
        Grave, Joulin, Usunier 2016, equation 3; the ε is ours, for classes that are not remembered.
    """

    size: Annotated[
        int,
        Bounds(minimum=1, maximum=10**8),
        "how many pairs are remembered; of a held-out text, in each stream",
    ] = 1_000
    theta: Annotated[
        Rate | Literal["tuned"],
        "θ: how sharply near activations are preferred; scales as 1/‖h‖²; `tuned`, under"
        " `evaluation`: searched on the validation data",
    ] = 0.3
    uniform: Annotated[
        float,
        Bounds(above=0, maximum=1),
        "ε: share of the probability that is spread evenly over the classes in play",
    ] = 1e-3

    @property
    def passes_gradients(self) -> bool:
        return self.uniform < 1

    @property
    def predicts_text(self) -> bool:
        return True

    def size_field(self) -> str | None:
        return "size"

    def tunes(self) -> tuple[str, ...]:
        return ("theta",) if self.theta == "tuned" else ()

    def warnings(self, run: Exposure) -> Iterator[Problem]:
        if self.size > run.examples and not run.at_test:
            yield BeyondTheRun(
                place=At.field("size"),
                field="size",
                said=f"{number_of(run.examples, 'example')} are trained on, and remembered",
                advice="memory beyond that stays empty, and takes time and space all the same",
            )

    def layers(self, hidden: int, classes: int) -> tuple[Layer, ...]:
        return self.layers_at_test(hidden, classes, self.size)

    def layers_at_test(self, hidden: int, classes: int, shown: int) -> tuple[Layer, ...]:
        held = min(self.size, shown) * _pair_bytes(hidden)
        return (Layer("cache", (classes,), buffer_bytes=held + INTEGER_BYTES),)

    def bytes_read(self, hidden: int, words: int | None) -> int:
        return stream_capacity(self.size, words) * _pair_bytes(hidden)

    def build(self, hidden: int, classes: int) -> OutputLayer:
        from hebbdsl.parts.outputs.cache.module import CacheLayer

        return CacheLayer(self, hidden)

    def build_at_test(self, hidden: int, classes: int, shown: int) -> OutputLayer:
        from hebbdsl.parts.outputs.cache.module import CacheLayer

        return CacheLayer(self, hidden, room=min(self.size, shown))


def _pair_bytes(hidden: int) -> int:
    return hidden * FLOAT_BYTES + INTEGER_BYTES
