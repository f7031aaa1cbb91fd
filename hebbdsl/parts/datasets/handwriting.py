"""Drawings of a letter as if by many hands, from its strokes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hebbdsl.parts.datasets.drawings import SIDE
from hebbdsl.parts.datasets.letter_shapes import Points, Shape

WAVES = 3
"""Waves in each direction that a hand's bend is made of."""

FREQUENCY = 4.0
"""Standard deviation of a wave's angular frequency, a letter's larger side being 1."""

# How much drawings differ, fitted by eye and by box sizes and ink to Omniglot's.
SIZE, SIZE_SPREAD, SIZE_LIMITS = 60.0, 0.14, (34.0, 94.0)
STRETCH, TURN, SLANT = 0.09, 0.07, 0.1
BEND = 0.025
STROKE_MOVE, STROKE_TURN, STROKE_GROW = 0.02, 0.07, 0.07
PLACE = 5.0


def drawings(
    choices: Sequence[Shape], count: int, generator: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """[count, SIDE, SIDE], true where there is ink; each drawing begins from one of the shapes."""
    chosen = generator.integers(len(choices), size=count)
    plane = np.zeros((count, SIDE, SIDE), np.bool_)
    for index, shape in enumerate(choices):
        which = np.flatnonzero(chosen == index)
        points = _placed(_moved(shape, len(which), generator), generator)
        # The pen reaches two pixels beyond the line.
        column, row = np.moveaxis(np.clip(np.rint(points).astype(np.int64), 2, SIDE - 3), -1, 0)
        plane[which[:, None], row, column] = True
    return inked(plane)


def _moved(shape: Shape, count: int, generator: np.random.Generator) -> Points:
    """[count, points, 2]: each stroke shifted, turned and resized a little on its own, then all
    bent together by a few waves."""
    points, strokes = shape.points, shape.strokes
    many = int(strokes.max()) + 1
    size = np.bincount(strokes, minlength=many)[:, None]
    middle = (np.stack([np.bincount(strokes, axis, many) for axis in points.T], 1) / size)[strokes]
    turn = generator.normal(0, STROKE_TURN, (count, many))
    grow = np.exp(generator.normal(0, STROKE_GROW, (count, many, 2)))
    shift = generator.normal(0, STROKE_MOVE, (count, many, 2))
    x, y = np.moveaxis((points - middle) * grow[:, strokes], -1, 0)
    cosine, sine = np.cos(turn)[:, strokes], np.sin(turn)[:, strokes]
    turned = np.stack([x * cosine - y * sine, x * sine + y * cosine], -1)
    moved = middle + turned + shift[:, strokes]
    frequency = generator.normal(0, FREQUENCY, (2, count, 1, 2 * WAVES))
    phase = generator.uniform(0, 2 * np.pi, (count, 1, 2 * WAVES))
    height = generator.normal(0, BEND, (count, 1, 2 * WAVES))
    angle = moved[..., :1] * frequency[0] + moved[..., 1:] * frequency[1] + phase
    waves = height * np.sin(angle)
    bent: Points = moved + waves.reshape(*moved.shape, WAVES).sum(-1)
    return bent


def _placed(points: Points, generator: np.random.Generator) -> Points:
    """Stretched, slanted, turned and put somewhere on the paper, in pixels."""
    count = (len(points), 1)
    size = np.clip(SIZE * np.exp(generator.normal(0, SIZE_SPREAD, count)), *SIZE_LIMITS)
    stretch = np.exp(generator.normal(0, STRETCH, count))
    slant, turn = generator.normal(0, SLANT, count), generator.normal(0, TURN, count)
    x, y = np.moveaxis(points, -1, 0)
    x, y = stretch * x + slant * y, y / stretch
    cosine, sine = np.cos(turn), np.sin(turn)
    placed = np.stack([x * cosine - y * sine, x * sine + y * cosine], -1)
    low, high = placed.min(axis=1), placed.max(axis=1)
    box = high - low
    size = np.minimum(size, (SIDE - 8) / np.maximum(box.max(axis=1, keepdims=True), 1e-6))
    room = (SIDE - 6 - size * box) / 2
    shift = np.clip(generator.normal(0, PLACE, room.shape), -room, room)
    middle = (low + high) / 2
    pixels: Points = (placed - middle[:, None]) * size[:, None] + (SIDE - 1) / 2 + shift[:, None]
    return pixels


def inked(plane: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Lines drawn with a round pen: a disc of five pixels."""
    square = plane.copy()
    square[:, 1:] |= plane[:, :-1]
    square[:, :-1] |= plane[:, 1:]
    row = square.copy()
    square[:, :, 1:] |= row[:, :, :-1]
    square[:, :, :-1] |= row[:, :, 1:]
    disc = square.copy()
    disc[:, 1:] |= square[:, :-1]
    disc[:, :-1] |= square[:, 1:]
    disc[:, :, 1:] |= square[:, :, :-1]
    disc[:, :, :-1] |= square[:, :, 1:]
    return disc
