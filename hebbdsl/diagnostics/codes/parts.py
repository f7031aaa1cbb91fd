"""HEB4xx: fields of one part that do not go together."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Second

EXPERTS = At(("experts",))


class EvenKernel(Problem):
    """A convolution with an even kernel can't keep the size of its image.

    A kernel of odd side k is padded by (k − 1)/2 on each side, and the image keeps its size; an
    even one has no such padding. Use the odd number above or below.

    Wrong:
        model:
          convnet: {channels: [32, 32], kernel_size: 4}

    Right:
        model:
          convnet: {channels: [32, 32], kernel_size: 3}
    """

    code = "HEB402"
    kernel: int

    title = "a kernel of side {kernel} is even"
    label = "must be odd"

    @property
    def hint(self) -> str:
        return f"use {self.kernel - 1} or {self.kernel + 1}"


class NothingNewest(Problem):
    """`newest_share` is given to a curriculum that never adds classes.

    With `fixed` all classes are in play from the start, so that none are newer than others. Leave
    the field out, or use `growing`.

    Wrong:
        curriculum:
          fixed: {newest_share: 0.5}

    Right:
        curriculum: fixed
    """

    code = "HEB406"
    title = "`newest_share` needs a curriculum that adds classes"
    label = "no class is newer than another"
    hint = "leave `newest_share` out, or use `growing`"


class WeightsPerExpert(Problem):
    """A mixture has more or fewer weights than experts.

    `weights` lists one share for each expert, in the same order.

    Wrong:
        output:
          mixture: {experts: [softmax, cache], weights: [0.5, 0.3, 0.2]}

    Right:
        output:
          mixture: {experts: [softmax, cache], weights: [0.7, 0.3]}
    """

    code = "HEB407"
    weights: int
    experts: int
    listed: Second = EXPERTS

    @property
    def title(self) -> str:
        weights = "1 weight" if self.weights == 1 else f"{self.weights} weights"
        experts = "1 expert" if self.experts == 1 else f"{self.experts} experts"
        return f"a mixture of {experts} is given {weights}"

    label = "{weights} here"
    hint = (
        "give one weight for each expert, or a word: `equal`, `entropy`, `learned` in training,"
        " `tuned` under `evaluation`"
    )
    related = Also("listed", "{experts} here")


class WeightsSum(Problem):
    """The weights of a mixture do not sum to one.

    Weights are shares of a probability; a sum within a millionth of one is taken as one.

    Wrong:
        output:
          mixture: {experts: [softmax, cache], weights: [0.7, 0.2]}

    Right:
        output:
          mixture: {experts: [softmax, cache], weights: [0.8, 0.2]}
    """

    code = "HEB408"
    total: float

    title = "the weights sum to {total:g}, not to 1"
    label = "sum {total:g}"
    hint = "shares of a probability sum to 1"


class NesterovWithoutMomentum(Problem):
    """`nesterov` is asked of an `sgd` that has no momentum.

    Nesterov's step looks ahead along the momentum. Give a momentum, or leave `nesterov` out.

    Wrong:
        training: {optimizer: {sgd: {nesterov: true}}, steps: 100}

    Right:
        training: {optimizer: {sgd: {momentum: 0.9, nesterov: true}}, steps: 100}
    """

    code = "HEB409"
    title = "`nesterov` needs a `momentum` above 0"
    label = "nothing to look ahead along"
    hint = "give `momentum`, for example 0.9"


class CutoffsFall(Problem):
    """The clusters of an `adaptive_softmax` do not follow each other.

    Each number of `cutoffs` is the first class of a cluster, which goes on to the next: they rise.

    Wrong:
        output:
          adaptive_softmax: {cutoffs: [50, 20]}

    Right:
        output:
          adaptive_softmax: {cutoffs: [20, 50]}
    """

    code = "HEB429"
    cutoff: int
    before: int

    title = "`cutoffs` has {cutoff:_} after {before:_}"
    label = "must be above the one before"
    hint = "write the first class of each cluster, in rising order"
