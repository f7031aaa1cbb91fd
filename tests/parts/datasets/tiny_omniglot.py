"""A collection of drawings in Omniglot's layout, small enough to be written anew for each test."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from hebbdsl.parts.datasets.drawings import Drawings, pack
from hebbdsl.parts.datasets.omniglot_contents import Published

SETS = {"images_background": {"Alpha": 2, "Beta": 1}, "images_evaluation": {"Gamma": 2}}
DRAWINGS = 3


def png(ink: np.ndarray, mode: str = "1") -> bytes:
    """Black ink on white paper."""
    buffer = io.BytesIO()
    Image.fromarray(np.where(ink, 0, 255).astype(np.uint8)).convert(mode).save(buffer, "PNG")
    return buffer.getvalue()


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@dataclass(frozen=True)
class Tiny:
    """The published facts of the small collection, its ink, and the files of each set."""

    published: Published
    ink: np.ndarray
    files: dict[str, dict[str, bytes]]

    def write_zips(self, folder: Path, *names: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names or SETS:
            (folder / f"{name}.zip").write_bytes(zipped(self.files[name]))
        return folder

    def write_folders(self, folder: Path) -> Path:
        for files in self.files.values():
            for name, data in files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        return folder


def make_tiny(ink: np.ndarray, mode: str = "1") -> Tiny:
    """`ink`: [5, DRAWINGS, SIDE, SIDE]."""
    files: dict[str, dict[str, bytes]] = {}
    digests: dict[str, str] = {}
    names: list[str] = []
    for set_name, alphabets in SETS.items():
        files[set_name] = {}
        for alphabet, count in alphabets.items():
            start = len(names)
            for character in range(1, count + 1):
                for drawing in range(DRAWINGS):
                    member = (
                        f"{alphabet}/character{character:02d}/{len(names):04d}_{drawing:02d}.png"
                    )
                    files[set_name][f"{set_name}/{member}"] = png(ink[len(names), drawing], mode)
                names.append(f"{alphabet}/character{character:02d}")
            part = Drawings(tuple(names[start:]), pack(ink[start : len(names)]))
            digests[alphabet] = part.fingerprint()[:16]
    published = Published(
        word="tiny",
        sets=SETS,
        drawings=DRAWINGS,
        digests=digests,
        fingerprint=Drawings(tuple(names), pack(ink)).fingerprint(),
        md5={},
    )
    return Tiny(published, ink, files)
