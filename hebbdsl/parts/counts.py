"""How many examples the classes of a data set have."""

from __future__ import annotations

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
