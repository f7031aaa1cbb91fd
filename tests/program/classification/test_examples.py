"""Which classes take part, in which order, and which of their drawings are for what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.parts.curricula.fixed import Fixed
from hebbdsl.parts.datasets.content import LabelledContent
from hebbdsl.parts.datasets.omniglot import Omniglot
from hebbdsl.program.classification.classes import ChosenClass, choose_classes
from hebbdsl.program.classification.examples import ink, read_images
from tests import tiny

CPU = torch.device("cpu")
DATA = Omniglot(classes=12, image_size=8)


@given(seed=st.integers(0, 2**32 - 1), rotated=st.booleans())
def test_classes_are_drawn_by_the_seed_each_once(seed: int, rotated: bool) -> None:
    data = replace(DATA, rotated_classes=rotated)
    chosen = choose_classes(seed, data, Fixed(), available=40)
    assert chosen == choose_classes(seed, data, Fixed(), available=40)
    assert len(set(chosen)) == 12
    assert all(0 <= one.index < 40 for one in chosen)
    assert {one.quarter_turns for one in chosen} <= set(range(4 if rotated else 1))
    by_alphabet = choose_classes(seed, data, Fixed(order="alphabet"), available=40)
    assert set(by_alphabet) == set(chosen), "the order does not choose"
    numbers = [(one.index, one.quarter_turns) for one in by_alphabet]
    assert numbers == sorted(numbers)


def test_seeds_choose_differently_and_every_class_is_chosen_by_some() -> None:
    found = [choose_classes(seed, DATA, Fixed(), available=40) for seed in range(60)]
    assert len(set(found)) == 60
    assert {one.index for chosen in found for one in chosen} == set(range(40))


@pytest.mark.parametrize("trains", [None, 7])
def test_the_first_drawings_are_for_testing_and_no_drawing_is_for_both(trains: int | None) -> None:
    data = replace(DATA, test_drawings=4, train_drawings=trains)
    chosen = [ChosenClass(index, 0) for index in (9, 2, 30)]
    images = read_images(tiny.content(), data, chosen, CPU)
    pixels = tiny.content().read([9, 2, 30], 8)
    assert images.train.shape == (3, 16 if trains is None else trains, 1, 8, 8)
    assert list(images.held_out) == ["test"]
    test = images.held_out["test"]
    assert test.shape == (3, 4, 1, 8, 8)
    assert images.train.dtype == test.dtype == torch.uint8
    last = 20 if trains is None else 4 + trains
    assert (test[:, :, 0].numpy() == pixels[:, :4]).all()
    assert (images.train[:, :, 0].numpy() == pixels[:, 4:last]).all()
    storage = images.train.untyped_storage()
    assert storage.data_ptr() == test.untyped_storage().data_ptr()
    assert storage.nbytes() == 3 * last * 8 * 8, "what is not used is not held"


def _numbered(classes: int, drawings: int) -> LabelledContent:
    """Each drawing is one grey of its own."""

    def read(wanted: Sequence[int], size: int) -> np.ndarray:
        greys = np.array(wanted)[:, None] * drawings + np.arange(drawings)
        return np.broadcast_to(greys[..., None, None], (*greys.shape, size, size)).astype(np.uint8)

    names = tuple(f"greys/{number}" for number in range(classes))
    return LabelledContent("omniglot", "made here", "f" * 64, names, ("greys",) * classes, read)


@given(
    test=st.integers(1, 21),
    validation=st.integers(0, 21),
    train=st.none() | st.integers(1, 21),
)
def test_splits_are_disjoint_and_together_what_was_asked(
    test: int, validation: int, train: int | None
) -> None:
    data = Omniglot(
        classes=2,
        image_size=4,
        test_drawings=test,
        validation_drawings=validation,
        train_drawings=train,
    )
    fits = test + validation + (train or 1) <= 20
    assert fits is not any(data.errors())
    if not fits:
        return
    images = read_images(_numbered(2, 20), data, [ChosenClass(0, 0), ChosenClass(1, 0)], CPU)
    splits = {**images.held_out, "train": images.train}
    assert set(splits) == data.splits()
    for label in range(2):
        found = {
            name: [int(drawing[0, 0, 0]) - 20 * label for drawing in split[label]]
            for name, split in splits.items()
        }
        asked = {"test": test, "validation": validation, "train": train or 20 - test - validation}
        assert {name: len(one) for name, one in found.items()} == {
            name: count for name, count in asked.items() if count
        }
        together = [number for one in found.values() for number in one]
        assert sorted(together) == list(range(sum(asked.values()))), "each drawing once"
        facts = data.facts()
        assert (facts.test_drawings, facts.validation_drawings, facts.train_drawings) == (
            asked["test"],
            asked["validation"],
            asked["train"],
        )
    assert facts.bytes == images.train.untyped_storage().nbytes()


def test_a_rotated_class_is_each_of_its_drawings_turned() -> None:
    chosen = [ChosenClass(5, turns) for turns in range(4)]
    images = read_images(tiny.content(), DATA, chosen, CPU)
    for turns in range(4):
        turned = np.rot90(images.train[0, :, 0].numpy(), turns, axes=(1, 2))
        assert (images.train[turns, :, 0].numpy() == turned).all()
    assert not torch.equal(images.train[0], images.train[1])


def test_ink_is_one_and_paper_nothing() -> None:
    values = ink(torch.tensor([0, 51, 255], dtype=torch.uint8))
    torch.testing.assert_close(values, torch.tensor([0, 0.2, 1.0]))
