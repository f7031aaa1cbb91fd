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
from hebbdsl.parts.datasets.drawings import CharacterContent
from hebbdsl.parts.datasets.omniglot import Omniglot
from hebbdsl.program.classification.classes import choose_classes
from hebbdsl.program.classification.examples import Examples, read_examples
from tests import tiny

CPU = torch.device("cpu")
DATA = Omniglot(classes=12, image_size=8)


@given(seed=st.integers(0, 2**32 - 1))
def test_classes_are_drawn_by_the_seed_each_once(seed: int) -> None:
    chosen = choose_classes(seed, Fixed(), 12, available=40)
    assert chosen == choose_classes(seed, Fixed(), 12, available=40)
    assert len(set(chosen)) == 12
    assert set(chosen) <= set(range(40))
    by_alphabet = choose_classes(seed, Fixed(order="alphabet"), 12, available=40)
    assert list(by_alphabet) == sorted(chosen), "the order does not choose"


def test_seeds_choose_differently_and_every_class_is_chosen_by_some() -> None:
    found = [choose_classes(seed, Fixed(), 12, available=40) for seed in range(60)]
    assert len(set(found)) == 60
    assert {one for chosen in found for one in chosen} == set(range(40))


def by_class(examples: Examples) -> np.ndarray:
    """[classes, examples, *shape], where the classes have equally many."""
    return examples.values.unflatten(0, (len(examples.counts), -1)).numpy()


@pytest.mark.parametrize("trains", [None, 7])
def test_the_first_drawings_are_for_testing_and_no_drawing_is_for_both(trains: int | None) -> None:
    data = replace(DATA, test_drawings=4, train_drawings=trains)
    examples = read_examples(data, data.facts().shape, tiny.content(), [9, 2, 30], CPU)
    pixels = tiny.content().read([9, 2, 30], 8)
    assert set(examples) == {"test", "train"}
    test, train = map(by_class, (examples["test"], examples["train"]))
    assert train.shape == (3, 16 if trains is None else trains, 1, 8, 8)
    assert test.shape == (3, 4, 1, 8, 8)
    assert train.dtype == test.dtype == np.uint8
    last = 20 if trains is None else 4 + trains
    assert (test[:, :, 0] == pixels[:, :4]).all()
    assert (train[:, :, 0] == pixels[:, 4:last]).all()
    held = sum(one.values.untyped_storage().nbytes() for one in examples.values())
    assert held == 3 * last * 8 * 8, "what is not used is not held"


def _numbered(classes: int, drawings: int) -> CharacterContent:
    """Each drawing is one grey of its own."""

    def read(wanted: Sequence[int], size: int) -> np.ndarray:
        greys = np.array(wanted)[:, None] * drawings + np.arange(drawings)
        return np.broadcast_to(greys[..., None, None], (*greys.shape, size, size)).astype(np.uint8)

    names = tuple(f"greys/{number}" for number in range(classes))
    return CharacterContent("omniglot", "made here", "f" * 64, names, ("greys",) * classes, read)


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
    splits = read_examples(data, data.facts().shape, _numbered(2, 20), [0, 1], CPU)
    assert set(splits) == data.splits()
    for label in range(2):
        found = {
            name: [int(drawing[0, 0, 0]) - 20 * label for drawing in by_class(split)[label]]
            for name, split in splits.items()
        }
        asked = {"test": test, "validation": validation, "train": train or 20 - test - validation}
        assert {name: len(one) for name, one in found.items()} == {
            name: count for name, count in asked.items() if count
        }
        together = [number for one in found.values() for number in one]
        assert sorted(together) == list(range(sum(asked.values()))), "each drawing once"
        facts = data.facts()
        assert (facts.test, facts.validation, facts.train) == (
            asked["test"],
            asked["validation"],
            asked["train"],
        )
    assert facts.bytes == sum(one.values.untyped_storage().nbytes() for one in splits.values())


def test_a_rotated_class_is_each_of_its_drawings_turned() -> None:
    data, content = replace(DATA, rotated_classes=True), tiny.content()
    train = by_class(read_examples(data, data.facts().shape, content, range(20, 24), CPU)["train"])
    assert (train[0, :, 0] == content.read([5], 8)[0, 5:]).all()
    for turns in range(4):
        assert (train[turns, :, 0] == np.rot90(train[0, :, 0], turns, axes=(1, 2))).all()
    assert (train[0] != train[1]).any()
    names = data.class_names(content)
    assert len(names) == 160
    plain = content.names[5]
    assert names[20:24] == [plain, f"{plain}@90", f"{plain}@180", f"{plain}@270"]


def test_bytes_are_read_as_shares_and_other_numbers_as_they_are() -> None:
    places = torch.tensor([2, 0])
    ink = Examples.of([np.array([0, 51], np.uint8), np.array([255], np.uint8)], CPU)
    torch.testing.assert_close(ink.inputs(places), torch.tensor([1.0, 0.0]))
    features = Examples.of([np.array([-3.5, 0.25]), np.array([1e3])], CPU)
    torch.testing.assert_close(features.inputs(places), torch.tensor([1e3, -3.5]))


@given(counts=st.lists(st.integers(1, 5), min_size=1, max_size=8), data=st.data())
def test_the_examples_of_classes_are_found_in_any_order(
    counts: list[int], data: st.DataObject
) -> None:
    """Each is one number, of its class and its place in it."""
    one = Examples.of([np.arange(count) + 10 * c for c, count in enumerate(counts)], CPU)
    classes = data.draw(st.lists(st.sampled_from(range(len(counts))), min_size=1, unique=True))
    places, labels = one.places(classes)
    assert one.values[places].tolist() == [10 * c + i for c in classes for i in range(counts[c])]
    assert labels.tolist() == [c for c in classes for _ in range(counts[c])]
    assert one.counts.tolist() == counts
