"""Which classes of the data take part, in the order in which a curriculum brings them in."""

from __future__ import annotations

from hebbdsl.parts.part import Curriculum
from hebbdsl.program.randomness import numpy_generator


def choose_classes(
    seed: int, curriculum: Curriculum, classes: int, available: int
) -> tuple[int, ...]:
    """Draw the classes by the seed; the label of a class is its position in the answer."""
    drawn = numpy_generator(seed, "classes").permutation(available)[:classes]
    if curriculum.order == "alphabet":
        drawn.sort()
    return tuple(drawn.tolist())
