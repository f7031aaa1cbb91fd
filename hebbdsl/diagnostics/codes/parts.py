"""HEB4xx: fields of one part that do not go together."""

from __future__ import annotations

from typing import ClassVar

from hebbdsl.diagnostics.codes.plan import Second, also
from hebbdsl.diagnostics.diagnostic import At, Problem, Related

EXPERTS = At(("experts",))


class EvenKernel(Problem):
    """A convolution with an even kernel can't keep the size of its image.

    A kernel of odd side k is padded by (k − 1)/2 on each side, and the image keeps its size; an
    even one has no such padding. Use the odd number above or below.

    Wrong:
        model:
          convnet: {channels: [32, 32], kernel: 4}

    Right:
        model:
          convnet: {channels: [32, 32], kernel: 3}
    """

    code: ClassVar[str] = "HEB402"

    kernel: int

    @property
    def title(self) -> str:
        return f"a kernel of side {self.kernel} is even"

    @property
    def label(self) -> str:
        return "must be odd"

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

    code: ClassVar[str] = "HEB406"

    @property
    def title(self) -> str:
        return "`newest_share` needs a curriculum that adds classes"

    @property
    def label(self) -> str:
        return "no class is newer than another"

    @property
    def hint(self) -> str:
        return "leave `newest_share` out, or use `growing`"


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

    code: ClassVar[str] = "HEB407"

    weights: int
    experts: int
    listed: Second = EXPERTS

    @property
    def title(self) -> str:
        weights = "1 weight" if self.weights == 1 else f"{self.weights} weights"
        experts = "1 expert" if self.experts == 1 else f"{self.experts} experts"
        return f"a mixture of {experts} is given {weights}"

    @property
    def label(self) -> str:
        return f"{self.weights} here"

    @property
    def hint(self) -> str:
        found = "`learned` in training, `tuned` under `evaluation`"
        return f"give one weight for each expert, or a word: `equal`, `entropy`, {found}"

    @property
    def related(self) -> tuple[Related, ...]:
        return also(self.listed, f"{self.experts} here")


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

    code: ClassVar[str] = "HEB408"

    total: float

    @property
    def title(self) -> str:
        return f"the weights sum to {self.total:g}, not to 1"

    @property
    def label(self) -> str:
        return f"sum {self.total:g}"

    @property
    def hint(self) -> str:
        return "shares of a probability sum to 1"


class NesterovWithoutMomentum(Problem):
    """`nesterov` is asked of an `sgd` that has no momentum.

    Nesterov's step looks ahead along the momentum. Give a momentum, or leave `nesterov` out.

    Wrong:
        training: {optimizer: {sgd: {nesterov: true}}, steps: 100}

    Right:
        training: {optimizer: {sgd: {momentum: 0.9, nesterov: true}}, steps: 100}
    """

    code: ClassVar[str] = "HEB409"

    @property
    def title(self) -> str:
        return "`nesterov` needs a `momentum` above 0"

    @property
    def label(self) -> str:
        return "nothing to look ahead along"

    @property
    def hint(self) -> str:
        return "give `momentum`, for example 0.9"


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

    code: ClassVar[str] = "HEB429"

    cutoff: int
    before: int

    @property
    def title(self) -> str:
        return f"`cutoffs` has {self.cutoff:_} after {self.before:_}"

    @property
    def label(self) -> str:
        return "must be above the one before"

    @property
    def hint(self) -> str:
        return "write the first class of each cluster, in rising order"
