"""HEB701–HEB705: what a table of these variants and seeds could not tell, or would tell wrongly."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Also, Problem, Severity
from hebbdsl.diagnostics.wording import listed, number_of, quoted
from hebbdsl.source import Span


class SeveralChanges(Problem):
    """A variant differs from the baseline in several things, and no other variant parts them.

    What comes of it can't be laid to one of them. A word put in the place of another is one thing,
    with all its fields; two fields of a part are two. Change one thing at a time: a variant that is
    one thing away from another, and that one from the baseline, is in order.

    Wrong:
        variants:
          hebbian: {}
          slow: {output.gamma: 0.02, training.optimizer.learning_rate: 1e-4}

    Right:
        variants:
          hebbian: {}
          gentle: {output.gamma: 0.02}
          slow: {output.gamma: 0.02, training.optimizer.learning_rate: 1e-4}
    """

    code = "HEB701"
    severity = Severity.WARNING
    variant: str
    baseline: str
    paths: tuple[str, ...]

    @property
    def title(self) -> str:
        return (
            f"{quoted(self.variant)} differs from the baseline {quoted(self.baseline)} in"
            f" {number_of(len(self.paths), 'thing')}: {listed(self.paths[:4], 'and')}"
            f"{' and more' if len(self.paths) > 4 else ''}"
        )

    @property
    def label(self) -> str:
        return f"{number_of(len(self.paths), 'change')} at once"

    hint = "add a variant with only one of the changes, so that each has its own effect"


class SameSetup(Problem):
    """Two variants are the same setup, written in two ways.

    Their runs are the same to the last bit: one is trained in vain, and counts as a comparison.
    A change that gives a field the value it has already does this. Change something, or leave the
    variant out.

    Wrong:
        output:
          hebbian: {gamma: 0.05}
        variants:
          hebbian: {}
          steady: {output.gamma: 0.05}

    Right:
        output:
          hebbian: {gamma: 0.05}
        variants:
          hebbian: {}
          steady: {output.gamma: 0.1}
    """

    code = "HEB702"
    severity = Severity.WARNING
    variant: str
    other: str
    first: Span | None

    title = "{variant!q} is the same setup as {other!q}"
    label = "nothing differs"
    hint = "change something in it, or leave it out"
    related = Also("first", "the same")


class OtherBudget(Problem):
    """A part that replaces another changes by the way how many parameters are trained.

    The difference to the baseline is then one of budgets too: more than a twentieth of all
    parameters. Make them alike, for example with the width of the model, or allow it where the
    sizes are a part of the question. A variant that changes a size by name is not meant.

    Wrong:
        model:
          convnet: {channels: [32, 32], features: 64}
        variants:
          hebbian: {}
          cache: {output: cache}

    Right:
        model:
          convnet: {channels: [32, 32], features: 64}
        variants:
          hebbian: {}
          softmax: {output: softmax}
    """

    code = "HEB703"
    severity = Severity.WARNING
    variant: str
    parameters: int
    baseline: str
    reference: int

    title = "{variant!q} trains {parameters:_} parameters, the baseline {baseline!q} {reference:_}"

    @property
    def label(self) -> str:
        share = self.parameters / self.reference - 1 if self.reference else float("inf")
        return f"{abs(share):.0%} {'more' if share > 0 else 'fewer'}"

    hint = "a difference may be one of size: give both as many, or say why not"


class TooFewSeeds(Problem):
    """There are too few seeds to tell from chance what is compared.

    `compare` judges variants against the baseline, and the comparisons of all claims, over the
    seeds that they share, and corrects them together (Holm). Fewer than five seeds decide nothing.
    A metric that may be censored, as the steps of a run that never finished, is tested by flipping
    signs: no p of n seeds is below 2^(1−n), and of m comparisons none below m·2^(1−n), which must
    not exceed 0.05. With fewer seeds it is tested like other metrics, by Student's t, and only
    while every run finishes. Add seeds, or compare less.

    Wrong:
        seeds: 0..4
        variants:
          hebbian: {}
          softmax: {output: softmax}

    Right:
        seeds: 0..5
        variants:
          hebbian: {}
          softmax: {output: softmax}
    """

    code = "HEB704"
    severity = Severity.WARNING
    seeds: int
    comparisons: int
    needed: int
    """0: no number of seeds is enough."""
    exact: bool
    """They are of metrics that may be censored."""
    ever: bool
    """They can be decided where no run is censored."""

    @property
    def title(self) -> str:
        seeds, what = number_of(self.seeds, "seed"), number_of(self.comparisons, "comparison")
        when = "where a run does not finish" if self.ever else "whatever comes out"
        return f"{seeds} can't decide {what} {when}"

    @property
    def label(self) -> str:
        return f"at least {self.needed}" if self.needed else "no number is enough"

    @property
    def hint(self) -> str:
        if not self.exact:
            return f"a verdict needs {self.needed} seeds"
        what = number_of(self.comparisons, "comparison")
        if not self.needed:
            return f"{what} are too many: leave variants or claims out"
        return f"{what} by exact tests at 0.05 after correction need {self.needed} seeds"
