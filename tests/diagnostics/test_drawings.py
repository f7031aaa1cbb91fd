"""What is said of drawings that are held out, in the words that fit which of them are too many."""

from __future__ import annotations

import pytest

from hebbdsl.parts.datasets.character_set import TooManyDrawings


@pytest.mark.parametrize(
    ("test", "validation", "train", "title", "label"),
    [
        (
            20,
            0,
            None,
            "20 of each class's 20 drawings are for testing: none is left to train on",
            "at most 19",
        ),
        (
            12,
            8,
            None,
            "12 test and 8 validation drawings are held out of each class's 20:"
            " none is left to train on",
            "at most 7",
        ),
        (5, 0, 16, "5 test and 16 train drawings are asked for, each class has 20", "at most 15"),
        (
            5,
            3,
            13,
            "5 test, 3 validation and 13 train drawings are asked for, each class has 20",
            "at most 12",
        ),
        (
            12,
            8,
            1,
            "12 test, 8 validation and 1 train drawings are asked for, each class has 20",
            "too many",
        ),
    ],
)
def test_titles_and_labels(
    test: int, validation: int, train: int | None, title: str, label: str
) -> None:
    problem = TooManyDrawings(
        place=None, test=test, validation=validation, train=train, drawings=20
    )
    assert (problem.title, problem.label) == (title, label)
