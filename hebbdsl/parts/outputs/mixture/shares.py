"""Shares of experts that give stored labels the highest likelihood, over mixtures in mixtures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import InitVar, dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor

ROUNDS = 1_000
"""Of expectation maximisation; it ends earlier where shares change by less than 1e-9."""


@dataclass(eq=False)
class Branch:
    """A mixture whose shares are the same everywhere.

    Attributes:
        shares: of what is mixed; where `tuned`, they are found.
        mixed: log-probabilities of the stored labels, or a mixture in the mixture.
    """

    shares: Sequence[float]
    tuned: bool
    mixed: Sequence[Branch | Float[Tensor, " words"]]

    def leaves(self) -> Iterator[Tensor]:
        for one in self.mixed:
            if isinstance(one, Branch):
                yield from one.leaves()
            else:
                yield one

    def tunes(self) -> bool:
        """Whether any shares are to be found here or further in."""
        return self.tuned or any(isinstance(one, Branch) and one.tunes() for one in self.mixed)


def fit(root: Branch) -> None:
    """Find all tuned shares together, in place.

    What mixtures in mixtures can say is convex in the products of shares along each branch, and the
    likelihood concave in them: expectation maximisation, which shares out each word among the
    experts that made it likely, finds the highest there is.

    The host does it: each round looks at what the one before did, in float64, which not every
    device has. Once the device is waited for, when it gives what was said of the words.
    """
    if not root.tunes():
        return
    leaves = torch.stack(list(root.leaves())).cpu().double()
    largest = leaves.amax(dim=0)
    tree = _Node(root, largest, iter(leaves))
    everything = torch.ones_like(largest)
    for _ in range(ROUNDS):
        tree.likelihood()
        if tree.move(everything) < 1e-9:
            break
    tree.store()


@dataclass(eq=False)
class _Node:
    """A branch under way: likelihoods beside the largest of all at each word, not logarithms.

    Args:
        leaves: of this branch and those after it, in their order.
    """

    branch: Branch
    largest: Tensor
    leaves: InitVar[Iterator[Tensor]]
    inner: dict[int, _Node] = field(default_factory=dict)
    shares: Tensor = field(init=False)
    likely: Tensor = field(init=False)
    total: Tensor = field(init=False)

    def __post_init__(self, leaves: Iterator[Tensor]) -> None:
        count = len(self.branch.mixed)
        begin = [1 / count] * count if self.branch.tuned else list(self.branch.shares)
        self.shares = self.largest.new_tensor(begin)[:, None]
        self.likely = self.largest.new_zeros(count, len(self.largest))
        for number, one in enumerate(self.branch.mixed):
            if isinstance(one, Branch):
                self.inner[number] = _Node(one, self.largest, leaves)
            else:
                self.likely[number] = (next(leaves) - self.largest).exp()

    def likelihood(self) -> Tensor:
        """Of the words, as shares are now."""
        for number, node in self.inner.items():
            self.likely[number] = node.likelihood()
        self.total = (self.shares * self.likely).sum(dim=0)
        return self.total

    def move(self, mine: Tensor) -> float:
        """Give each expert the share that it had in what is mine of the words.

        Returns: by how much a share changed at most.
        """
        least = torch.finfo(self.total.dtype).tiny
        parts = self.shares * self.likely * (mine / self.total.clamp(min=least))
        most = max((node.move(parts[number]) for number, node in self.inner.items()), default=0.0)
        sums = parts.sum(dim=1, keepdim=True)
        whole = sums.sum()
        if self.branch.tuned and whole > 0:
            after = sums / whole
            most = max(most, float((after - self.shares).abs().max()))
            self.shares = after
        return most

    def store(self) -> None:
        if self.branch.tuned:
            self.branch.shares = self.shares.flatten().tolist()
        for node in self.inner.values():
            node.store()
