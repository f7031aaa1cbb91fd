"""`glyphs`: which letters, their lines and strokes, and drawings that a seed decides."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.parts.datasets import letter_shapes, rendering
from hebbdsl.parts.datasets.drawings import SIDE, Drawings, pack
from hebbdsl.parts.datasets.glyph_letters import CODE_POINTS
from hebbdsl.parts.datasets.glyphs import SCRIPTS, Glyphs
from hebbdsl.parts.datasets.handwriting import inked
from hebbdsl.parts.datasets.letter_shapes import covered, font_folder, shapes, thin
from hebbdsl.parts.datasets.problems import FontUnusable
from hebbdsl.parts.datasets.rendering import FACES, all_letters, names_of, open_rendered
from hebbdsl.parts.reporter import Quiet

FEW = {"Latin": ("A", "b", "o"), "Greek": ("Ω",), "Canadian_Aboriginal": ("ᐅ",)}


def test_published_count_is_the_number_of_letters() -> None:
    found = [letter for chosen in all_letters().values() for letter in chosen]
    assert len(found) == len(set(found)) == Glyphs().base_classes() >= 1_600
    assert {script: len(chosen) for script, chosen in all_letters().items()} == dict(SCRIPTS)
    assert all(unicodedata.category(letter).startswith("L") for letter in found)
    assert len(set(names_of(all_letters()))) == len(found)


@pytest.mark.parametrize("script", CODE_POINTS)
def test_scripts_are_those_of_unicode(script: str) -> None:
    words = {unicodedata.name(letter).split()[0] for letter in all_letters()[script]}
    assert words == {script.upper().partition("_")[0]}


def test_letters_stand_in_four_faces() -> None:
    faces = [path for path in font_folder().glob("DejaVu*.ttf") if "Display" not in path.name]
    has = [covered(face) for face in faces]
    for chosen in all_letters().values():
        assert all(sum(letter in face for face in has) >= 4 for letter in chosen)


def fitted(image: np.ndarray) -> np.ndarray:
    """A letter's picture as large as fits into 28×28, as a vector of length 1."""
    from PIL import Image

    height, width = image.shape
    scale = 28 / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = Image.fromarray(image).resize(size, Image.Resampling.BOX)
    paper = Image.new("L", (28, 28))
    paper.paste(small, ((28 - size[0]) // 2, (28 - size[1]) // 2))
    vector = np.asarray(paper, float).ravel()
    return vector / np.linalg.norm(vector)


def test_no_two_letters_look_alike() -> None:
    found = [letter for chosen in all_letters().values() for letter in chosen]
    images = letter_shapes._images(font_folder() / FACES[0], found)
    pictures = np.stack([fitted(image) for image in images])
    cosine = pictures @ pictures.T - np.eye(len(found))
    assert cosine.max() <= 0.90
    latin = fitted(next(letter_shapes._images(font_folder() / FACES[0], "A")))
    greek = fitted(next(letter_shapes._images(font_folder() / FACES[0], "Α")))
    assert latin @ greek > 0.95
    assert "Α" not in found


def test_no_two_letters_drawn_with_the_pen_look_alike() -> None:
    found = [letter for chosen in all_letters().values() for letter in chosen]
    plane = np.zeros((len(found), SIDE, SIDE), np.bool_)
    for index, shape in enumerate(shapes(font_folder() / FACES[0], found)):
        x, y = np.rint(shape.points * 80 + 52).astype(int).T
        plane[index, y, x] = True
    drawn = Drawings(tuple(found), pack(inked(plane))[:, None]).read(range(len(found)), 14)
    vectors = drawn.reshape(len(found), -1).astype(float)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert (vectors @ vectors.T - np.eye(len(found))).max() <= 0.93


# Lines and strokes


def slow_thin(mask: np.ndarray) -> np.ndarray:
    """Zhang and Suen, pixel by pixel as they wrote it."""
    ink = np.pad(mask.astype(int), 1)
    while True:
        changed = False
        for step in (0, 1):
            gone = []
            for y, x in zip(*np.nonzero(ink), strict=True):
                p = [ink[y - 1, x], ink[y - 1, x + 1], ink[y, x + 1], ink[y + 1, x + 1]]
                p += [ink[y + 1, x], ink[y + 1, x - 1], ink[y, x - 1], ink[y - 1, x - 1]]
                turns = sum(p[i] == 0 and p[(i + 1) % 8] == 1 for i in range(8))
                up, right, down, left = p[0], p[2], p[4], p[6]
                first = up * right * down == 0 and right * down * left == 0
                second = up * right * left == 0 and up * down * left == 0
                if 2 <= sum(p) <= 6 and turns == 1 and (first, second)[step]:
                    gone.append((y, x))
            for place in gone:
                ink[place] = 0
            changed = changed or bool(gone)
        if not changed:
            return ink[1:-1, 1:-1].astype(bool)


def test_thinning_agrees_with_a_slow_loop() -> None:
    generator = np.random.default_rng(0)
    blobs = np.repeat(np.repeat(generator.random((6, 6, 6)) < 0.6, 4, 1), 4, 2)
    thinned = thin(blobs)
    for blob, line in zip(blobs, thinned, strict=True):
        assert np.array_equal(line, slow_thin(blob))


def test_strokes_end_where_lines_meet() -> None:
    plus = np.zeros((1, 100, 100), np.bool_)
    plus[0, 48:52, 10:90] = plus[0, 10:90, 48:52] = True
    ring = np.zeros((1, 100, 100), np.bool_)
    ring[0, 20:80, 20:80] = True
    ring[0, 26:74, 26:74] = False
    (cross,) = letter_shapes._cut(thin(plus))
    (round_,) = letter_shapes._cut(thin(ring))
    assert len(np.unique(cross.strokes)) == 4
    assert len(np.unique(round_.strokes)) == 1
    for shape in (cross, round_):
        assert np.allclose(np.ptp(shape.points, axis=0).max(), 1)
        assert np.allclose(shape.points.min(axis=0), -shape.points.max(axis=0))


def test_shapes_do_not_depend_on_their_company() -> None:
    face = font_folder() / FACES[0]
    (alone,) = shapes(face, ["Ω"])
    among = shapes(face, ["A", "Ω", "ﬃ"])[1]
    assert np.array_equal(alone.points, among.points)
    assert np.array_equal(alone.strokes, among.strokes)


# Drawings


@pytest.mark.usefixtures("cache")
def test_drawings_depend_on_letter_and_seed_alone() -> None:
    few, fingerprint = open_rendered(FEW, 20, 0, Quiet())
    again, same = open_rendered(dict(reversed(FEW.items())), 20, 0, Quiet())
    _, other = open_rendered(FEW, 20, 1, Quiet())
    assert few.bits.shape[:2] == (5, 20)
    assert np.array_equal(
        few.bits[few.names.index("Latin/U+0062")], again.bits[again.names.index("Latin/U+0062")]
    )
    assert fingerprint not in {same, other}
    assert fingerprint == few.fingerprint()


@pytest.mark.usefixtures("cache")
def test_drawings_differ_and_fill_the_paper_like_omniglot() -> None:
    drawings, _ = open_rendered(FEW, 20, 0, Quiet())
    ink = drawings.read(range(5), SIDE) > 0
    flat = ink.reshape(100, -1)
    assert len(np.unique(flat, axis=0)) == 100
    # Omniglot's middle nine tenths: 4 to 12 % ink, boxes 27 to 85 pixels.
    assert 0.04 < np.median(flat.mean(axis=1)) < 0.12
    heights = ink.any(axis=3).sum(axis=2)
    assert heights.min() > 20
    assert 40 < np.median(heights) < 90


def test_second_opening_renders_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, fingerprint = open_rendered(FEW, 20, 0, Quiet())
    monkeypatch.setattr(rendering, "_render", None)
    second, same = open_rendered(FEW, 20, 0, Quiet())
    assert np.array_equal(first.bits, second.bits)
    assert same == fingerprint
    assert len(list((cache / "prepared").glob("*.bits"))) == 1


def test_corrupt_prepared_drawings_are_rendered_again(cache: Path) -> None:
    _, fingerprint = open_rendered(FEW, 20, 0, Quiet())
    (path,) = (cache / "prepared").glob("*.bits")
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    assert open_rendered(FEW, 20, 0, Quiet())[1] == fingerprint


@pytest.mark.usefixtures("cache")
def test_rendering_tells_how_far() -> None:
    class Heard(Quiet):
        last = ("", 0, 0, "")

        def advance(self, what: str, done: int, total: int | None, unit: str) -> None:
            self.last = (what, done, total or 0, unit)

    heard = Heard()
    open_rendered(FEW, 20, 0, heard)
    assert heard.last == ("rendering glyphs", 5, 5, "letters")


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("fault", ["missing", "junk", "lacking"])
def test_unusable_font(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    for face in FACES:
        data = (font_folder() / face).read_bytes()
        (fonts / face).write_bytes(b"junk" if fault == "junk" else data)
    if fault == "missing":
        (fonts / FACES[0]).unlink()
    monkeypatch.setattr(rendering, "font_folder", lambda: fonts)
    letters = {"Han": ("字",)} if fault == "lacking" else FEW
    with pytest.raises(Rejected) as caught:
        open_rendered(letters, 20, 0, Quiet())
    (found,) = caught.value.problems
    assert isinstance(found, FontUnusable)
    assert FACES[0] in found.title
    assert caught.value.exit_code == 3
