"""`hebbian`: fields and sizes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from hebbdsl.diagnostics.diagnostic import At, Problem, Severity
from hebbdsl.diagnostics.wording import number_of
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import AddedLater, Bounds, Formerly, Fraction, Suggested, Whole
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.part import FLOAT_BYTES, INTEGER_BYTES, Layer
from hebbdsl.parts.problems import BeyondTheRun, NoEffect
from hebbdsl.tasks import LANGUAGE

if TYPE_CHECKING:
    from hebbdsl.parts.exposure import Exposure
    from hebbdsl.parts.outputs.layer import OutputLayer


@frozen(kw_only=True)
class Hebbian(Softmax):
    """Softmax whose rows are also written by the activations of the classes just seen.

    After the optimizer's step gives θ̂, each class i among the batch's labels, seen n_i times in it,
    with c_i occurrences counted and h̄_i the mean of its activations:

        λ_i = strength · max(1/c_i, γ) if c_i < T, else 0
        θ[i] = λ_i · h̄_i + (1 − λ_i) · θ̂[i]

    No gradient passes the write; the bias is untouched, and so is the optimizer's state unless
    `moments` says otherwise. With `center` and `rescale`, h̄_i is first centred, then rescaled; one
    of zero norm is then not written.
    `mean_row` reads all rows in play for their norms at every step; nothing else does.

    Source:
        Rae et al. 2018, section 3.
    """

    gamma: Annotated[
        Fraction, Suggested(), "γ: floor of the rate at which a row takes in a fresh activation"
    ] = 0.01
    T: Annotated[
        Whole,
        Suggested(),
        "a class whose counter has reached T learns by gradient alone; 0 never writes",
    ] = 500
    count_timing: Annotated[
        Literal["before", "after"],
        Formerly("counting"),
        "c is the count before this batch plus one (first sight: the row becomes the mean), or the"
        " count after it",
    ] = "before"
    rate: Annotated[
        Literal["inverse", "running_mean"],
        "λ before its floor: 1/c, or n/(seen + n), which makes the row the exact mean of all its"
        " activations",
    ] = "inverse"
    rescale: Annotated[
        Literal["none", "row", "mean_row"],
        Suggested("row", on=LANGUAGE),
        "norm that the written activation is given: its own, that of the row it replaces, or the"
        " mean norm of the rows in play; the paper's own choice is not known",
    ] = "none"
    center: Annotated[
        Literal["none", "running"],
        Suggested("running", on=LANGUAGE),
        "subtract a running mean of all activations before the write (and before rescaling)",
    ] = "none"
    center_rate: Annotated[Fraction, "floor of the rate at which the running mean moves"] = 0.01
    activations: Annotated[
        Literal["clean", "dropped_out"],
        "write activations before dropout, or as the loss saw them",
    ] = "clean"
    strength: Annotated[
        float,
        Bounds(above=0, maximum=1),
        AddedLater(),
        "what λ is multiplied by: below 1 a row keeps some of what it was at every write",
    ] = 1.0
    start: Annotated[
        Whole,
        AddedLater(),
        "steps before the first write; classes are counted from the first step on",
    ] = 0
    moments: Annotated[
        Literal["keep", "clear"],
        AddedLater(),
        "the optimizer's running means of a written row's gradients: kept, or set to zero",
    ] = "keep"

    @property
    def counts_batches(self) -> bool:
        return self.center == "running" or self.start > 0

    def warnings(self, run: Exposure) -> Iterator[Problem]:
        threshold = At.field("T")
        if (
            run.shared_activations
            and self.T > 1
            and (self.rescale, self.center) == ("none", "none")
        ):
            yield RawWriteOnText(place=At(()))
        if self.T == 1:
            yield NeverWrites(place=threshold)
        elif run.max_occurrences < self.T:
            said = f"no class is seen more than {number_of(run.max_occurrences, 'time')}"
            advice = "every class is written to the end, as with any larger `T`"
            yield BeyondTheRun(place=threshold, field="T", said=said, advice=advice)
        elif 0 < self.T <= run.min_early_occurrences:
            yield WrittenUnseen(
                place=threshold,
                occurrences=run.min_early_occurrences,
                evaluate_every=min(run.evaluate_every, run.steps),
            )
        # 1/c of the last write: with either count and either rate, none is smaller.
        last = min(self.T - 1, run.max_occurrences)
        if self.gamma > 0 and last >= 1 and 1 / last >= self.gamma:
            yield NoEffect(
                place=At.field("gamma"),
                field="gamma",
                why=f"a class is written while it was seen less than {last:_} times, at a rate of"
                f" {1 / last:.2g} or more",
                advice="the floor must lie above that; write 0 if none is meant",
            )
        if self.center == "none":
            yield NoEffect(
                place=At.field("center_rate"),
                field="center_rate",
                why="activations are not centred",
                advice="it goes with `center: running`",
            )
        if self.start >= run.steps:
            said = f"the run ends after {number_of(run.steps, 'step')}"
            yield BeyondTheRun(
                place=At.field("start"), field="start", said=said, advice="write sooner"
            )
        if self.moments == "clear" and not run.moments:
            yield NoEffect(
                place=At.field("moments"),
                field="moments",
                why="the optimizer keeps none",
                advice="give `sgd` a `momentum`, or leave this out",
            )
        if self.activations == "dropped_out" and not run.dropout:
            yield NoEffect(
                place=At.field("activations"),
                field="activations",
                why="the model has no dropout",
                advice="give the model `dropout`, or leave this out",
            )

    def layers(self, hidden: int, classes: int) -> tuple[Layer, ...]:
        # A running centre is a mean of activations; it and a late start count batches. Beside the
        # counters stands the one that is added to them.
        center = hidden * FLOAT_BYTES if self.center == "running" else 0
        numbers = classes + 1 + self.counts_batches
        return (
            Layer(
                "hebbian",
                (classes,),
                parameters=classes * (hidden + self.bias),
                counters=classes,
                buffer_bytes=numbers * INTEGER_BYTES + center,
            ),
        )

    def build(self, hidden: int, classes: int) -> OutputLayer:
        from hebbdsl.parts.outputs.hebbian.module import HebbianLayer

        return HebbianLayer(self, hidden, classes)


class WrittenUnseen(Problem):
    """Every class has stopped being written before an evaluation first looks at it.

    A class is written until it was seen T times. Where an interval between evaluations shows each
    class more often than that, all writes of a class fall between two evaluations, and the steps
    after them learn by gradient alone. Evaluate more often, or raise T.

    Wrong:
        output:
          hebbian: {T: 20}
        curriculum: fixed
        data:
          glyphs: {classes: 20}
        training: {optimizer: adam, batch_size: 64, steps: 1_000, evaluate_every: 100}

    Right:
        output:
          hebbian: {T: 20}
        curriculum: fixed
        data:
          glyphs: {classes: 20}
        training: {optimizer: adam, batch_size: 64, steps: 1_000, evaluate_every: 5}
    """

    code = "HEB722"
    severity = Severity.WARNING
    occurrences: int
    evaluate_every: int

    title = (
        "`T` has passed before the first evaluation: {evaluate_every:step} show each class at least"
        " {occurrences:time}"
    )
    label = "no evaluation sees a class that is still written"
    hint = "evaluate more often, or raise `T`"


class NeverWrites(Problem):
    """`T: 1` writes no row, not even at first sight.

    The counter of a class starts at 1, and a class is written while it is below T: with T = 2 it is
    written once. 0 says that nothing is to be written.

    Wrong:
        output:
          hebbian: {T: 1}

    Right:
        output:
          hebbian: {T: 2}
    """

    code = "HEB723"
    severity = Severity.WARNING
    title = "with `T` 1 no row is ever written"
    label = "the first sight counts 1 already"
    hint = "2 writes a class once; write 0 if none is to be written"


class RawWriteOnText(Problem):
    """Activations of words are written as they are, neither centred nor rescaled.

    All activations of a language model share a large part, and are longer than rows: such a write
    raises words wherever they stand, and was worse than plain softmax in every trial of the
    gallery. With `center: running` and `rescale: row` (or `mean_row`) it was better.

    Wrong:
        data: stdlib_docs
        model: lstm
        curriculum: null
        output:
          hebbian: {T: 20}

    Right:
        data: stdlib_docs
        model: lstm
        curriculum: null
        output:
          hebbian: {T: 20, rescale: row, center: running}
    """

    code = "HEB724"
    severity = Severity.WARNING
    title = "activations of words are written neither centred nor rescaled, which does harm"
    label = "writes raw activations"
    hint = "add `rescale: row` and `center: running`"
