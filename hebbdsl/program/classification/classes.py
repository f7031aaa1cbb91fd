"""Which classes of the data take part, in the order in which a curriculum brings them in."""

from __future__ import annotations

from dataclasses import dataclass

from hebbdsl.parts.classification import CharacterSet
from hebbdsl.parts.part import Curriculum
from hebbdsl.program.randomness import numpy_generator


@dataclass(frozen=True, slots=True)
class ChosenClass:
    """A class of the data, turned by `quarter_turns` times 90 degrees."""

    index: int
    quarter_turns: int


def choose_classes(
    seed: int, dataset: CharacterSet, curriculum: Curriculum, available: int
) -> tuple[ChosenClass, ...]:
    """Draw the classes by the seed; the label of a class is its position in the answer.

    Args:
        available: classes of the opened data, before rotation.
    """
    turns = 4 if dataset.rotated_classes else 1
    drawn = numpy_generator(seed, "classes").permutation(available * turns)[
        : dataset.facts().classes
    ]
    if curriculum.order == "alphabet":
        drawn.sort()
    return tuple(ChosenClass(int(number) // turns, int(number) % turns) for number in drawn)
