"""The drawings of `glyphs`: rendered once for a seed, then kept in the cache folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.parts.datasets import handwriting
from hebbdsl.parts.datasets.drawings import Drawings, pack
from hebbdsl.parts.datasets.glyph_letters import CODE_POINTS, letters
from hebbdsl.parts.datasets.letter_shapes import Shape, covered, font_folder, shapes
from hebbdsl.parts.datasets.prepared import load_or_make, prepared_path
from hebbdsl.parts.datasets.problems import FontUnusable
from hebbdsl.parts.reporter import Reporter

RECIPE = 1
"""Raised whenever the code draws the same letter otherwise."""

FACES = ("DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf")
"""The first has all letters; where the others have one too, they lend it their shape. Bold and
oblique faces would add nothing: the pen has one width, and slant is drawn for each drawing."""


def names_of(scripts: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """`Latin/U+0041` and so on."""
    return tuple(
        f"{script}/U+{ord(letter):04X}" for script, chosen in scripts.items() for letter in chosen
    )


def all_letters() -> dict[str, tuple[str, ...]]:
    return {script: letters(script) for script in CODE_POINTS}


def open_rendered(
    scripts: Mapping[str, Sequence[str]], count: int, seed: int, reporter: Reporter
) -> tuple[Drawings, str]:
    """`count` drawings of each letter for a seed, and their fingerprint.

    The drawings of a letter depend on the letter, the seed and the fonts alone.

    Raises: Rejected, with HEB510, when the fonts can't be used.
    """
    names = names_of(scripts)
    faces = [font_folder() / face for face in FACES]
    return load_or_make(
        prepared_path("glyphs", _key(names, count, seed, faces)),
        names,
        count,
        lambda: Drawings(names, _render(scripts, count, seed, faces, reporter)),
        reporter,
    )


def _key(names: Sequence[str], count: int, seed: int, faces: Sequence[Path]) -> str:
    """What the pixels depend on: the letters, the recipe, the fonts and who renders them."""
    from PIL import features

    renderer = features.version("freetype2")
    text = f"{RECIPE} {count} {seed} {renderer} {np.__version__} {' '.join(names)}"
    digest = hashlib.sha256(text.encode())
    for face in faces:
        try:
            digest.update(face.read_bytes())
        except OSError as error:
            reason = error.strerror or str(error)
            raise Rejected([FontUnusable(place=str(face), reason=reason)]) from error
    return digest.hexdigest()


def _render(
    scripts: Mapping[str, Sequence[str]],
    count: int,
    seed: int,
    faces: Sequence[Path],
    reporter: Reporter,
) -> np.ndarray:
    wanted = [letter for chosen in scripts.values() for letter in chosen]
    has = [covered(face) for face in faces]
    if lacking := [letter for letter in wanted if letter not in has[0]]:
        reason = f"it lacks U+{ord(lacking[0]):04X} and {len(lacking) - 1} more letters"
        raise Rejected([FontUnusable(place=str(faces[0]), reason=reason)])
    bits = []
    for start in range(0, len(wanted), 64):
        part = wanted[start : start + 64]
        for letter, choices in zip(part, _choices(part, faces, has), strict=True):
            generator = np.random.default_rng([seed, ord(letter)])
            bits.append(pack(handwriting.drawings(choices, count, generator)))
        reporter.advance("rendering glyphs", start + len(part), len(wanted), "letters")
    return np.stack(bits)


def _choices(
    part: Sequence[str], faces: Sequence[Path], has: Sequence[frozenset[str]]
) -> list[list[Shape]]:
    """For each letter its shapes in the faces that have it; the first face's stands twice."""
    choices: dict[str, list[Shape]] = {letter: [] for letter in part}
    for face, letters_of_face in zip(faces, has, strict=True):
        present = [letter for letter in part if letter in letters_of_face]
        for letter, shape in zip(present, shapes(face, present), strict=True):
            choices[letter].append(shape)
    return [[shapes_of[0], *shapes_of] for shapes_of in choices.values()]
