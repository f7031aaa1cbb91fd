"""What a run will show to its parts, as far as that is known before anything is trained."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt

from hebbdsl.frozen import frozen

Counts = int | tuple[int, ...]
"""The number of each class, where it is one number, or of every class that the data has. Which of
them take part is drawn by the seed: of some classes only bounds are known."""


def fewest(counts: Counts, classes: int) -> int:
    """So many examples have that many classes together at least."""
    return classes * counts if isinstance(counts, int) else sum(sorted(counts)[:classes])


def most(counts: Counts, classes: int) -> int:
    """So many examples have that many classes together at most."""
    if isinstance(counts, int):
        return classes * counts
    return sum(sorted(counts, reverse=True)[:classes])


def training_examples(counts: Counts, classes: int) -> str:
    """What that many classes have at least, in words."""
    if isinstance(counts, int):
        return f"{counts:_} training examples each"
    return f"{fewest(counts, classes):_} training examples or more"


_SIGMAS = 6
"""Standard deviations beyond which a count of occurrences is not expected in any run."""


@frozen(kw_only=True)
class Exposure:
    """Numbers of a run: what parts compare their fields with.

    Attributes:
        steps: after which the run ends at the latest.
        levels: classes in play at each level.
        train: examples of each class.
        newest_drawn: images of a batch that show the newest classes; None: drawn uniformly.
        examples_at_test: training examples that what is added at test time is shown; None: it
            reads held-out data in place of them.
        shared_activations: whether all activations share a large part, and are longer than rows.
        dropout: share of an activation's elements that training sets to zero.
        moments: how many numbers the optimizer keeps of each weight.
        at_test: whether the part is added under `evaluation`, and never sees what is trained on.
    """

    steps: int
    batch_size: int
    evaluate_every: int
    levels: tuple[int, ...]
    train: Counts
    newest_drawn: int | None
    examples_at_test: int | None
    dropout: float
    moments: int
    at_test: bool = False
    shared_activations: bool = False

    @property
    def examples(self) -> int:
        """How many images or words the longest run is trained on, repeats counted."""
        return self.steps * self.batch_size

    @property
    def max_occurrences(self) -> int:
        """More often than this no class is seen in any run.

        Certain where a class stands in every batch with all its drawings; else its mean at the
        level that shows it most, were that level to last for all steps, and six standard deviations
        (by Bernstein's inequality one class of 10⁷ is seen more often).
        """
        rates = [self._most_of(self.batch_size, self.levels[0])]
        for older, classes in pairwise(self.levels):
            if (drawn := self.newest_drawn) is None:
                rates.append(self._most_of(self.batch_size, classes))
            else:
                rates.append(self._most_of(drawn, classes - older))
                rates.append(self._most_of(self.batch_size - drawn, older))
        mean = self.steps * max(rates)
        certain = self.steps * min(self.batch_size, most(self.train, 1))
        return min(certain, int(mean + _SIGMAS * sqrt(mean) + 2 * _SIGMAS))

    @property
    def min_early_occurrences(self) -> int:
        """So often at least every class is seen before the first evaluation after it came in.

        The mean where classes are seen least, less six standard deviations.
        """
        rates = [self._fewest_of(self.batch_size, self.levels[0])]
        for older, classes in pairwise(self.levels):
            if (drawn := self.newest_drawn) is None:
                rates.append(self._fewest_of(self.batch_size, classes))
            else:
                rates.append(self._fewest_of(drawn, classes - older))
        mean = min(self.evaluate_every, self.steps) * min(rates)
        return max(0, int(mean - _SIGMAS * sqrt(mean)))

    def _most_of(self, drawn: int, classes: int) -> float:
        """How many of the examples drawn from that many classes show the largest, on average."""
        largest = most(self.train, 1)
        return drawn * largest / (largest + fewest(self.train, classes - 1))

    def _fewest_of(self, drawn: int, classes: int) -> float:
        """How many of them show the smallest."""
        smallest = fewest(self.train, 1)
        return drawn * smallest / (smallest + most(self.train, classes - 1))


@frozen(kw_only=True)
class TextExposure(Exposure):
    """Of a run on text, of which little is known before it is read: the bounds are wide."""

    sequence_length: int

    @property
    def examples(self) -> int:
        return self.steps * self.batch_size * self.sequence_length

    @property
    def max_occurrences(self) -> int:
        """A word could be all there is."""
        return self.examples

    @property
    def min_early_occurrences(self) -> int:
        """All words are in play before any is seen."""
        return 0
