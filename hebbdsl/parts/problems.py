"""Problems that several parts raise."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Also, Problem, Second, Severity
from hebbdsl.parts.exposure import Counts, fewest, training_examples


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


class BatchTooLarge(Problem):
    """A batch holds more examples than the classes in play have for training.

    Batches are drawn without repeats, so at the first level a batch has at most (classes in play)
    × (training examples of a class) examples. Lower `batch_size`, or start with more classes.

    Wrong:
        data:
          glyphs: {classes: 200, train_drawings: 5}
        curriculum:
          growing: {start: 10, add: 10, when: test_accuracy >= 0.6}
        training: {optimizer: adam, batch_size: 64, steps: 1_000}

    Right:
        data:
          glyphs: {classes: 200, train_drawings: 5}
        curriculum:
          growing: {start: 10, add: 10, when: test_accuracy >= 0.6}
        training: {optimizer: adam, batch_size: 50, steps: 1_000}
    """

    code = "HEB404"
    batch_size: int
    classes: int
    examples: Counts
    start: Second
    """The field that sets how many classes are in play at first."""

    @property
    def most(self) -> int:
        return fewest(self.examples, self.classes)

    @property
    def _each(self) -> str:
        return training_examples(self.examples, self.classes)

    title = (
        "a batch of {batch_size:_} can't be drawn without repeats from {most:_} training examples"
    )
    label = "at most {most:_}"
    hint = (
        "at first {classes:_} classes are in play, with {_each}; set"
        " `batch_size` to at most {most:_}"
    )
    related = Also("start", "{classes:_} classes at first")
