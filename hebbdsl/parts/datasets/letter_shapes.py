"""Letters of a font as strokes: rendered, thinned to a line, and cut where lines meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.frozen import frozen
from hebbdsl.parts.datasets.problems import FontUnusable

EM = 72
"""Pixels of an em at which letters are rendered before they are thinned."""

FRAME = 100
"""Height and width of the picture that a letter is thinned in; larger ones are scaled down."""

Mask = npt.NDArray[np.bool_]
Points = npt.NDArray[np.float64]


@frozen(eq=False, slots=False)
class Shape:
    """The line of a letter.

    Attributes:
        points: [points, 2], x and y, the larger side of their box being 1 and its middle 0.
        strokes: [points], the number of the stroke that each belongs to.
    """

    points: Points
    strokes: npt.NDArray[np.int64]


def font_folder() -> Path:
    """Where matplotlib keeps the fonts that come with it."""
    from importlib.util import find_spec

    # Found without importing it: that alone takes longer than rendering a hundred letters.
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise Rejected([FontUnusable(place="matplotlib", reason="matplotlib is not installed")])
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


def covered(face: Path) -> frozenset[str]:
    """The characters that a font has. Raises: Rejected, when it is no font."""
    # matplotlib requires it, and it is ten times as quick to load.
    from fontTools.ttLib import TTFont, TTLibError  # type: ignore[import-untyped]

    try:
        with open(face, "rb") as file, TTFont(file, lazy=True) as font:
            return frozenset(map(chr, font.getBestCmap()))
    except (OSError, TTLibError, ValueError) as error:
        raise Rejected([FontUnusable(place=str(face), reason=str(error))]) from error


def shapes(face: Path, letters: Sequence[str]) -> list[Shape]:
    """The line of each letter, which the font must have. Raises: Rejected, for a broken font."""
    found: list[Shape] = []
    for start in range(0, len(letters), 256):
        masks = np.stack([_render(image) for image in _images(face, letters[start : start + 256])])
        found.extend(_cut(thin(masks)))
    return found


def _images(face: Path, letters: Sequence[str]) -> Iterator[npt.NDArray[np.uint8]]:
    from PIL import ImageFont

    try:
        font = ImageFont.truetype(str(face), EM, layout_engine=ImageFont.Layout.BASIC)
    except OSError as error:
        raise Rejected([FontUnusable(place=str(face), reason=str(error))]) from error
    for letter in letters:
        mask = font.getmask(letter, mode="L")
        width, height = mask.size
        yield np.asarray(mask, np.uint8).reshape(height, width)


def _render(image: npt.NDArray[np.uint8]) -> Mask:
    """The ink of a letter in the middle of the frame, scaled down when it is larger."""
    from PIL import Image

    height, width = image.shape
    room = FRAME - 4
    if max(height, width) > room:
        factor = room / max(height, width)
        size = max(1, round(width * factor)), max(1, round(height * factor))
        image = np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX))
        height, width = image.shape
    mask = np.zeros((FRAME, FRAME), np.bool_)
    top, left = (FRAME - height) // 2, (FRAME - width) // 2
    mask[top : top + height, left : left + width] = image >= 128
    return mask


def _neighbours(masks: Mask) -> list[Mask]:
    """P2 … P9 of Zhang and Suen: the eight neighbours, clockwise from the one above."""
    padded = np.pad(masks, ((0, 0), (1, 1), (1, 1)))
    steps = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
    height, width = masks.shape[1:]
    return [padded[:, 1 + y : 1 + y + height, 1 + x : 1 + x + width] for y, x in steps]


def _removable() -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """For each of the 256 neighbourhoods, whether either pass of the rule removes the middle."""
    codes = np.arange(256)[:, None] >> np.arange(8) & 1
    around = np.roll(codes, -1, axis=1)
    count = codes.sum(axis=1)
    crossings = ((codes == 0) & (around == 1)).sum(axis=1)
    both = (count >= 2) & (count <= 6) & (crossings == 1)
    up, right, down, left = codes[:, 0], codes[:, 2], codes[:, 4], codes[:, 6]
    first = both & (up * right * down == 0) & (right * down * left == 0)
    second = both & (up * right * left == 0) & (up * down * left == 0)
    return first, second


def thin(masks: Mask) -> Mask:
    """[n, height, width] of ink to lines one pixel wide.

    Source:
        Zhang and Suen 1984, all images at once.
    """
    padded = np.pad(masks, ((0, 0), (1, 1), (1, 1))).astype(np.uint8)
    flat, row = padded.reshape(-1), padded.shape[2]
    around = (-row, -row + 1, 1, row + 1, row, row - 1, -1, -row - 1)
    # Only ink is looked at: it is a tenth of the pixels, and gets less with each pass.
    ink = np.flatnonzero(flat)
    while True:
        before = len(ink)
        for removable in _removable():
            code = np.zeros(len(ink), np.uint8)
            for bit, step in enumerate(around):
                code |= flat[ink + step] << bit
            goes = removable[code]
            flat[ink[goes]] = 0
            ink = ink[~goes]
        if len(ink) == before:
            return padded[:, 1:-1, 1:-1].astype(np.bool_)


def _cut(lines: Mask) -> Iterator[Shape]:
    """The points of each line with its strokes: what hangs together once junctions are removed."""
    around = _neighbours(lines)
    # A line comes in once and goes out once; counting neighbours would cut at every step aside.
    branches = sum(
        (~a & b).astype(np.int64) for a, b in zip(around, around[1:] + around[:1], strict=True)
    )
    image, y, x = np.nonzero(lines)
    number = np.full(lines.shape, -1)
    number[image, y, x] = np.arange(len(image))
    junctions = (branches >= 3) & lines
    # Arms of a junction still touch one another where they leave it: its surroundings go too.
    inner = ~np.logical_or.reduce([junctions, *_neighbours(junctions)])[image, y, x]
    joins = []
    for other in _numbers_after(number):
        to = other[image, y, x]
        here = np.flatnonzero(to >= 0)
        joins.append(np.stack([here, to[here]]))
    edges = np.concatenate(joins, axis=1)
    kept = edges[:, inner[edges].all(axis=0)]
    strokes = _components(len(image), kept)
    # What was taken out goes with one of the strokes that meet there, from the outside in.
    for _ in range(2):
        reached = inner.copy()
        for a, b in (edges, edges[::-1]):
            lone = ~inner[a] & inner[b]
            strokes[a[lone]] = strokes[b[lone]]
            reached[a[lone]] = True
        inner = reached
    middle = (np.stack([x, y], 1)[edges[0]] + np.stack([x, y], 1)[edges[1]]) / 2
    points = np.concatenate([np.stack([x, y], 1), middle])
    owner = np.concatenate([image, image[edges[0]]])
    stroke = np.concatenate([strokes, strokes[edges[0]]])
    order = np.argsort(owner, kind="stable")
    ends = np.cumsum(np.bincount(owner, minlength=len(lines)))
    for start, end in zip(np.concatenate([[0], ends[:-1]]), ends, strict=True):
        part = order[start:end]
        yield _shape(points[part], stroke[part])


def _shape(points: Points, strokes: npt.NDArray[np.int64]) -> Shape:
    low, high = points.min(axis=0), points.max(axis=0)
    size = max(float((high - low).max()), 1.0)
    return Shape((points - (low + high) / 2) / size, np.unique(strokes, return_inverse=True)[1])


def _numbers_after(number: npt.NDArray[np.int64]) -> Iterator[npt.NDArray[np.int64]]:
    """For each pixel the numbers of four of its neighbours: each pair of pixels is met once."""
    padded = np.pad(number, ((0, 0), (1, 1), (1, 1)), constant_values=-1)
    height, width = number.shape[1:]
    for y, x in ((0, 1), (1, -1), (1, 0), (1, 1)):
        yield padded[:, 1 + y : 1 + y + height, 1 + x : 1 + x + width]


def _components(count: int, edges: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The smallest point that each point is joined to."""
    label = np.arange(count)
    while True:
        lowest = label.copy()
        np.minimum.at(lowest, label[edges[0]], label[edges[1]])
        np.minimum.at(lowest, label[edges[1]], label[edges[0]])
        while not np.array_equal(lowest, lowest[lowest]):
            lowest = lowest[lowest]
        merged = lowest[label]
        if np.array_equal(merged, label):
            return label
        label = merged
