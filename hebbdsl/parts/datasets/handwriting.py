"""Drawings of a letter as if by many hands, from its strokes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hebbdsl.parts.datasets.drawings import SIDE
from hebbdsl.parts.datasets.letter_shapes import Points, Shape

WAVES = 3
"""Waves in each direction that a hand's bend is made of."""

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
    faces = generator.integers(len(choices), size=count)
    plane = np.zeros((count, SIDE, SIDE), np.bool_)
    for index, face in enumerate(faces):
        shape = choices[face]
        points = _placed(_moved(shape, generator), generator)
        x, y = np.clip(np.rint(points).astype(np.int64), 2, SIDE - 3).T
        plane[index, y, x] = True
    return inked(plane)


def _moved(shape: Shape, generator: np.random.Generator) -> Points:
    """Each stroke shifted, turned and resized a little on its own, then all bent together."""
    points, strokes = shape.points, shape.strokes
    count = int(strokes.max()) + 1
    size = np.bincount(strokes, minlength=count)[:, None]
    middle = np.stack([np.bincount(strokes, axis, count) for axis in points.T], 1) / size
    turn = generator.normal(0, STROKE_TURN, count)[strokes]
    grow = np.exp(generator.normal(0, STROKE_GROW, (count, 2)))[strokes]
    shift = generator.normal(0, STROKE_MOVE, (count, 2))[strokes]
    own = (points - middle[strokes]) * grow
    x, y = own.T
    turned = np.stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)], 1)
    moved = middle[strokes] + turned + shift
    frequency = generator.normal(0, 4.0, (2, WAVES, 2))
    phase = generator.uniform(0, 2 * np.pi, (2, WAVES))
    height = generator.normal(0, BEND, (2, WAVES))
    waves = np.sin(np.einsum("pd,awd->paw", moved, frequency) + phase)
    bent: Points = moved + np.einsum("paw,aw->pa", waves, height)
    return bent


def _placed(points: Points, generator: np.random.Generator) -> Points:
    """Stretched, slanted, turned and put somewhere on the paper, in pixels."""
    size = np.clip(SIZE * np.exp(generator.normal(0, SIZE_SPREAD)), *SIZE_LIMITS)
    stretch = np.exp(generator.normal(0, STRETCH))
    slant, turn = generator.normal(0, SLANT), generator.normal(0, TURN)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shear = np.array([[stretch, slant], [0.0, 1 / stretch]])
    placed = points @ (rotation @ shear).T
    low, high = placed.min(axis=0), placed.max(axis=0)
    size = min(size, (SIDE - 8) / max(float((high - low).max()), 1e-6))
    room = (SIDE - 6 - size * (high - low)) / 2
    shift = np.clip(generator.normal(0, PLACE, 2), -room, room)
    pixels: Points = (placed - (low + high) / 2) * size + (SIDE - 1) / 2 + shift
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
