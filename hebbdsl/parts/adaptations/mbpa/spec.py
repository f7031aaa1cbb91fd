"""`mbpa`: fields and sizes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.diagnostics.wording import number_of
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Bounds, Count, NonNegative, Rate
from hebbdsl.parts.capacity import capacity_for
from hebbdsl.parts.language import BLOCK
from hebbdsl.parts.part import FLOAT_BYTES, INTEGER_BYTES, Adaptation
from hebbdsl.parts.problems import NoEffect
from hebbdsl.tasks import Task

if TYPE_CHECKING:
    from hebbdsl.parts.adaptations.adapter import Adapter
    from hebbdsl.parts.exposure import Exposure


BEGINNING = 0.1
"""The step size where none is given, and where the search for one begins."""

NUMBERS = 1 << 22
"""Elements of the largest tensor that is held at once beside the memory: 16 MB."""


@frozen(kw_only=True)
class Mbpa(Adaptation):
    """Memory-based parameter adaptation: for each word or picture the output's rows take a few
    steps of their own, which are then undone.

    The memory holds the last pairs (h_k, y_k) of the stream that is read; of images those of the
    training drawings of the classes in play, whose last drawings come last, so that no label of the
    test is read. For an activation h its K nearest are weighted by w_k ∝ 1 / (ε + ‖h − h_k‖²),
    Σ w_k = 1, and the rows Θ (with their bias) take steps

        Θ ← Θ + α · (∇ Σ_k w_k log p(y_k | h_k; Θ) − β · (Θ − Θ_trained))

    before they predict. The change is Σ_k c_k h_kᵀ with a vector c_k of one number a class for each
    neighbour, so that no copy of Θ is made, and many queries are adapted to at once. Of pairs
    that are equally far any may be taken. The step size that helps one model harms another: `tuned`
    searches it on the validation data, together with what else is tuned there.

    Source:
        Sprechmann et al. 2018, on images and words, in outline; the form of the steps is not known
        to be theirs.
    """

    task: ClassVar[Task | None] = None
    needs_rows: ClassVar[bool] = True
    remembers: ClassVar[bool] = True

    size: Annotated[
        int,
        Bounds(minimum=1, maximum=10**7),
        "how many pairs are remembered: of the stream, or of the training drawings",
    ] = 1_000
    neighbours: Annotated[Count, "K: how many of them a step is made on"] = 16
    steps: Annotated[
        int, Bounds(minimum=1, maximum=100), "gradient steps for each word or picture"
    ] = 1
    learning_rate: Annotated[
        NonNegative | Literal["tuned"],
        "α: step size; 0 changes nothing; `tuned`: searched on the validation data",
    ] = BEGINNING
    pull: Annotated[NonNegative, "β: pull back to the trained rows at each step"] = 0.0
    epsilon: Annotated[Rate, "ε: added to squared distances"] = 1e-3

    def warnings(self, run: Exposure) -> Iterator[Problem]:
        drawings = run.examples_at_test
        if drawings is not None and self.size > drawings:
            yield NoEffect(
                place=At.field("size"),
                field="size",
                why=f"there are {number_of(drawings, 'training drawing')}, all of which fit in",
                advice="leave it out, or give a number below that of the training drawings",
            )
        if drawings is not None and drawings < self.neighbours <= self.size:
            yield NoEffect(
                place=At.field("neighbours"),
                field="neighbours",
                why=f"there are {number_of(drawings, 'training drawing')}, all of which are taken",
                advice="leave it out, or ask fewer",
            )
        if self.neighbours > self.size:
            yield NoEffect(
                place=At.field("neighbours"),
                field="neighbours",
                why=f"{number_of(self.size, 'pair')} are remembered, all of which are taken",
                advice="leave it out, or remember more: raise `size`",
            )
        if self.pull and self.steps == 1:
            yield NoEffect(
                place=At.field("pull"),
                field="pull",
                why="the one step begins at the trained rows",
                advice="leave it out, or make more `steps`",
            )

    def size_field(self) -> str | None:
        return "size"

    def tunes(self) -> tuple[str, ...]:
        return ("learning_rate",) if self.learning_rate == "tuned" else ()

    def block(self, classes: int) -> int:
        """How many words are adapted at once.

        With one step nothing is held for each neighbour; with more, a vector over the classes.
        """
        held = classes * (1 if self.steps == 1 else self.neighbours)
        return max(1, min(NUMBERS // held, self.size))

    def bytes_at_test(
        self, parameters: int, hidden: int, classes: int, words: int | None, drawings: int | None
    ) -> int:
        """Activations, labels, and the trained rows' probabilities of all classes at each; of a
        text also logits of a block, twice."""
        pair = (hidden + classes) * FLOAT_BYTES + INTEGER_BYTES
        if drawings is not None:
            return min(self.size, drawings) * pair
        block = self.block(classes)
        slots = self.size + block
        pairs = slots if words is None else min(slots, capacity_for(words))
        at_once = min(block, BLOCK) if words is None else min(block, BLOCK, words)
        return pairs * pair + 2 * at_once * classes * FLOAT_BYTES

    def build(self) -> Adapter:
        from hebbdsl.parts.adaptations.mbpa.module import MbpaAdapter

        return MbpaAdapter(self)
