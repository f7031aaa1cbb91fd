"""Packed drawings: pixels at a size are area averages, fingerprints follow names and pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbdsl.parts.datasets.drawings import ROW_BYTES, SIDE, Drawings, pack


def random_drawings(seed: int, classes: int = 3, drawings: int = 2) -> tuple[Drawings, np.ndarray]:
    ink = np.random.default_rng(seed).random((classes, drawings, SIDE, SIDE)) < 0.2
    return Drawings(tuple(f"A/{i}" for i in range(classes)), pack(ink)), ink


def slow_area(ink: np.ndarray, size: int) -> np.ndarray:
    """Every new pixel's share of ink, from a picture enlarged until both grids fit."""
    fine = np.repeat(np.repeat(ink.astype(np.int64), size, 0), size, 1)
    share = fine.reshape(size, SIDE, size, SIDE).sum((1, 3)) / SIDE**2
    return np.floor(share * 255 + 0.5).astype(np.uint8)


@settings(max_examples=10)
@given(seed=st.integers(0, 1000), size=st.integers(4, SIDE))
def test_pixels_are_area_averages(seed: int, size: int) -> None:
    drawings, ink = random_drawings(seed, 1, 1)
    assert np.array_equal(drawings.read([0], size)[0, 0], slow_area(ink[0, 0], size))


def test_published_size_is_untouched() -> None:
    drawings, ink = random_drawings(1)
    assert np.array_equal(drawings.read([0, 1, 2], SIDE), ink * np.uint8(255))


def test_ink_is_white_paper_black() -> None:
    full = Drawings(
        ("a", "b"), pack(np.stack([np.ones((1, SIDE, SIDE)), np.zeros((1, SIDE, SIDE))]) > 0)
    )
    pixels = full.read([0, 1], 28)
    assert pixels.dtype == np.uint8
    assert (pixels[0] == 255).all()
    assert (pixels[1] == 0).all()


def test_classes_come_in_the_order_asked() -> None:
    drawings, _ = random_drawings(2, classes=40)
    order = np.random.default_rng(0).permutation(40).tolist()
    assert np.array_equal(drawings.read(order, 20), drawings.read(range(40), 20)[order])


def test_read_of_no_class_is_empty() -> None:
    assert random_drawings(2)[0].read([], 28).shape == (0, 2, 28, 28)


@settings(max_examples=10)
@given(
    where=st.tuples(
        st.integers(0, 2), st.integers(0, 1), st.integers(0, SIDE - 1), st.integers(0, SIDE - 1)
    )
)
def test_one_pixel_changes_the_fingerprint(where: tuple[int, int, int, int]) -> None:
    drawings, ink = random_drawings(3)
    ink[where] = ~ink[where]
    assert Drawings(drawings.names, pack(ink)).fingerprint() != drawings.fingerprint()


def test_names_take_part_in_the_fingerprint() -> None:
    drawings, _ = random_drawings(3)
    renamed = Drawings(("A/0", "A/1", "A/3"), drawings.bits)
    assert renamed.fingerprint() != drawings.fingerprint()
    assert drawings.bits.shape == (3, 2, ROW_BYTES)


def test_content_of_some_alphabets() -> None:
    _, ink = random_drawings(4, classes=4)
    drawings = Drawings(("A/1", "B/1", "A/2", "B/2"), pack(ink))
    content = drawings.content("word", "here", "print", ("B",))
    assert content.names == ("B/1", "B/2")
    assert content.alphabets == ("B", "B")
    assert np.array_equal(content.read([1, 0], SIDE), drawings.read([3, 1], SIDE))


@pytest.mark.parametrize("size", [28, 64])
def test_near_pillows_box_filter(size: int) -> None:
    from PIL import Image

    # Strokes, not noise: Pillow's box gives each old pixel to one new pixel, ours divides it.
    ink = np.zeros((SIDE, SIDE), np.bool_)
    ink[20:24, 10:90] = ink[20:85, 50:54] = True
    ours = Drawings(("a",), pack(ink[None, None])).read([0], size)[0, 0].astype(float)
    image = Image.fromarray(ink.astype(np.uint8) * 255).resize((size, size), Image.Resampling.BOX)
    pillow = np.asarray(image, float)
    assert abs(ours.mean() - pillow.mean()) < 2
    assert np.corrcoef(ours.ravel(), pillow.ravel())[0, 1] > 0.9
