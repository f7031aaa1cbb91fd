"""HEB720–HEB729, HEB753: fields of a part that do nothing in the runs they are written for."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem, Severity


class NoEffect(Problem):
    """A field is written that makes no difference to any run.

    Another field, or the size of the experiment, leaves it nothing to do. Leave it out, or change
    what keeps it from having an effect.

    Wrong:
        output:
          hebbian: {gamma: 0.01, T: 50}

    Right:
        output:
          hebbian: {gamma: 0.05, T: 50}
    """

    code = "HEB720"
    severity = Severity.WARNING
    field: str
    why: str
    advice: str

    title = "{field!q} makes no difference: {why}"
    label = "without effect"
    hint = "{advice}"


class BeyondTheRun(Problem):
    """A number is never reached: the run ends before.

    A threshold, a warm-up or a memory is longer than the longest run. Train longer, or give a
    number that is reached.

    Wrong:
        output:
          hebbian: {T: 50_000}
        training: {optimizer: {adam: {}}, schedule: {warmup: {steps: 500}}, steps: 1_000}

    Right:
        output:
          hebbian: {T: 500}
        training: {optimizer: {adam: {}}, schedule: {warmup: {steps: 500}}, steps: 1_000}
    """

    code = "HEB721"
    severity = Severity.WARNING
    field: str
    said: str
    """What the run has instead."""
    advice: str

    title = "{field!q} is never reached: {said}"
    label = "beyond the end of the run"
    hint = "{advice}"


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
    sightings: int
    evaluate_every: int

    title = (
        "`T` has passed before the first evaluation: {evaluate_every:step} show each class at least"
        " {sightings:time}"
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


class NeverHeard(Problem):
    """An expert of a mixture has the weight 0.

    Nothing that it says counts, and nothing is learnt of it, while it takes its time and memory.
    Leave the expert out, or give it a share.

    Wrong:
        output:
          mixture: {experts: [softmax, cache], weights: [1.0, 0.0]}

    Right:
        output:
          mixture: {experts: [softmax, cache], weights: [0.9, 0.1]}
    """

    code = "HEB753"
    severity = Severity.WARNING
    expert: int

    title = "expert {expert} of the mixture has the weight 0"
    label = "is never heard, and learns nothing"
    hint = "leave the expert out, or give it a share"
