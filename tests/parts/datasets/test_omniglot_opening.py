"""Finding, decoding, verifying and keeping a collection in Omniglot's layout."""

from __future__ import annotations

import os
import zipfile
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_omniglot import DRAWINGS, Tiny, make_tiny, png, zipped

from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.parts.datasets import omniglot_opening
from hebbdsl.parts.datasets.drawings import SIDE, Drawings
from hebbdsl.parts.datasets.files import DataFolderMissing
from hebbdsl.parts.datasets.omniglot_contents import Published
from hebbdsl.parts.datasets.omniglot_opening import open_published
from hebbdsl.parts.datasets.omniglot_problems import (
    AlphabetMissing,
    AlteredDrawings,
    NotADrawing,
    WrongDrawings,
    WrongDrawingSize,
)
from hebbdsl.parts.datasets.problems import DamagedZip, DataMissing, UnreadableData
from hebbdsl.parts.reporter import Quiet


def opened(tiny: Tiny) -> Drawings:
    return open_published(tiny.published, (), Quiet())[0]


def problems(tiny: Tiny) -> tuple[Problem, ...]:
    with pytest.raises(Rejected) as caught:
        opened(tiny)
    found = caught.value.problems
    assert caught.value.exit_code == 3
    assert all(p.hint and p.title for p in found)
    return found


def only(tiny: Tiny) -> Problem:
    (found,) = problems(tiny)
    return found


@pytest.mark.parametrize("below", ["", "tiny"])
@pytest.mark.parametrize("container", ["zips", "folders"])
def test_zips_and_folders_in_the_named_folder(
    tiny: Tiny, data: Path, below: str, container: str
) -> None:
    write = tiny.write_zips if container == "zips" else tiny.write_folders
    write(data / below)
    drawings, origin = open_published(tiny.published, (), Quiet())
    assert drawings.names == tiny.published.names
    assert np.array_equal(drawings.read(range(5), SIDE), tiny.ink * np.uint8(255))
    assert origin == str(data / below)


def test_cache_folder_serves_what_the_named_folder_lacks(
    tiny: Tiny, data: Path, cache: Path
) -> None:
    tiny.write_zips(data, "images_background")
    tiny.write_zips(cache / "tiny", "images_evaluation")
    drawings, origin = open_published(tiny.published, (), Quiet())
    assert drawings.fingerprint() == tiny.published.fingerprint
    assert origin == f"{data} and {cache / 'tiny'}"


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10**6), share=st.floats(0.0, 1.0), mode=st.sampled_from(["1", "L", "RGB"])
)
def test_fingerprint_is_of_content_not_container(
    seed: int,
    share: float,
    mode: str,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ink = np.random.default_rng(seed).random((5, DRAWINGS, SIDE, SIDE)) < share
    tiny = make_tiny(ink, mode)
    prints = set()
    for write in (tiny.write_zips, tiny.write_folders):
        folder = tmp_path_factory.mktemp("law")
        monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, f=folder, **__: str(f / "c"))
        monkeypatch.setenv("HEBBDSL_DATA", str(write(folder / "data")))
        prints.add(opened(tiny).fingerprint())
    assert prints == {tiny.published.fingerprint}


def test_foreign_files_are_passed_over(tiny: Tiny, data: Path) -> None:
    extra = {
        "__MACOSX/images_background/Alpha/character01/._0000_00.png": b"junk",
        "images_background/.DS_Store": b"junk",
        "images_background/Alpha/character01/._0000_00.png": b"junk",
    }
    tiny.files["images_background"].update(extra)
    tiny.write_zips(data)
    assert opened(tiny).fingerprint() == tiny.published.fingerprint


# Damage


def test_named_folder_that_is_not_there(
    tiny: Tiny, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEBBDSL_DATA", str(cache / "nowhere"))
    found = only(tiny)
    assert isinstance(found, DataFolderMissing)
    assert str(cache / "nowhere") in found.title


@pytest.mark.usefixtures("data")
def test_nothing_here_and_no_address(tiny: Tiny) -> None:
    found = only(tiny)
    assert isinstance(found, DataMissing)
    assert found.missing == ("images_background", "images_evaluation")
    assert "fallback: glyphs" in found.hint


def test_only_one_set_says_which_is_missing(tiny: Tiny, data: Path) -> None:
    tiny.write_zips(data, "images_background")
    found = only(tiny)
    assert isinstance(found, DataMissing)
    assert found.missing == ("images_evaluation",)


def test_truncated_zip(tiny: Tiny, data: Path) -> None:
    path = tiny.write_zips(data) / "images_background.zip"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    found = only(tiny)
    assert isinstance(found, DamagedZip)
    assert found.place == str(path)
    assert path.read_bytes() == whole[: len(whole) // 2]


def test_altered_member_of_a_zip(tiny: Tiny, data: Path) -> None:
    # Stored, not compressed: the flipped byte reaches the checksum.
    tiny.write_zips(data)
    member = "images_evaluation/Gamma/character01/0003_00.png"
    raw = bytearray(zipped(tiny.files["images_evaluation"], zipfile.ZIP_STORED))
    raw[raw.index(tiny.files["images_evaluation"][member]) + 60] ^= 1
    (data / "images_evaluation.zip").write_bytes(raw)
    found = only(tiny)
    assert isinstance(found, DamagedZip)
    assert found.member == member.partition("/")[2]


@pytest.mark.parametrize("content", [b"", b"a text", b"\x89PNG\r\n\x1a\n", b"\0" * (1 << 21)])
@pytest.mark.parametrize("container", ["zips", "folders"])
def test_file_that_is_no_png(tiny: Tiny, data: Path, content: bytes, container: str) -> None:
    tiny.files["images_background"]["images_background/Beta/character01/0002_01.png"] = content
    (tiny.write_zips if container == "zips" else tiny.write_folders)(data)
    found = only(tiny)
    assert isinstance(found, NotADrawing)
    assert found.member == "Beta/character01/0002_01.png"
    assert "images_background" in str(found.place)


def test_png_cut_short(tiny: Tiny, data: Path) -> None:
    name = "images_background/Beta/character01/0002_01.png"
    tiny.files["images_background"][name] = tiny.files["images_background"][name][:200]
    tiny.write_folders(data)
    assert isinstance(only(tiny), NotADrawing)


def test_png_of_another_size(tiny: Tiny, data: Path) -> None:
    name = "images_background/Beta/character01/0002_01.png"
    tiny.files["images_background"][name] = png(np.zeros((28, 30), np.bool_))
    tiny.write_zips(data)
    found = only(tiny)
    assert isinstance(found, WrongDrawingSize)
    assert (found.width, found.height) == (30, 28)
    assert "30×28" in found.title


def test_claimed_gigapixels_are_not_decoded(tiny: Tiny, data: Path) -> None:
    name = "images_background/Beta/character01/0002_01.png"
    bomb = bytearray(tiny.files["images_background"][name])
    bomb[16:24] = (1 << 30).to_bytes(4, "big") * 2
    tiny.files["images_background"][name] = bytes(bomb)
    tiny.write_zips(data)
    assert isinstance(only(tiny), WrongDrawingSize)


@pytest.mark.parametrize("change", ["fewer", "more"])
def test_wrong_number_of_drawings(tiny: Tiny, data: Path, change: str) -> None:
    files = tiny.files["images_background"]
    name = "images_background/Alpha/character02/0001_02.png"
    if change == "fewer":
        del files[name]
    else:
        files[name.replace("_02", "_03")] = files[name]
    tiny.write_zips(data)
    found = only(tiny)
    assert isinstance(found, WrongDrawings)
    assert found.character == "Alpha/character02"
    assert (found.found, found.expected) == (DRAWINGS + (1 if change == "more" else -1), DRAWINGS)


def test_missing_alphabets_of_both_sets_are_said_at_once(tiny: Tiny, data: Path) -> None:
    for files in tiny.files.values():
        for name in [name for name in files if "/Beta/" in name or "/Gamma/" in name]:
            del files[name]
    tiny.write_zips(data)
    found = problems(tiny)
    assert [p.alphabet for p in found if isinstance(p, AlphabetMissing)] == ["Beta", "Gamma"]


def test_altered_drawing_names_its_alphabet(tiny: Tiny, data: Path) -> None:
    files = tiny.files["images_evaluation"]
    first, second = sorted(files)[:2]
    files[first], files[second] = files[second], files[first]
    tiny.write_zips(data)
    found = only(tiny)
    assert isinstance(found, AlteredDrawings)
    assert found.alphabets == ("Gamma",)


def test_many_broken_files_are_not_all_listed(tiny: Tiny, data: Path) -> None:
    for files in tiny.files.values():
        for name in files:
            files[name] = b"junk"
    tiny.write_zips(data)
    assert 2 <= len(problems(tiny)) <= 20


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may read everything")
def test_unreadable_file(tiny: Tiny, data: Path) -> None:
    path = tiny.write_zips(data) / "images_background.zip"
    path.chmod(0)
    found = only(tiny)
    assert isinstance(found, UnreadableData)


def test_failing_disk(tiny: Tiny, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tiny.write_zips(data) / "images_background.zip"

    def fail(self: Path) -> bytes:
        raise OSError(5, "Input/output error", str(self))

    monkeypatch.setattr(Path, "read_bytes", fail)
    found = problems(tiny)[0]
    assert isinstance(found, UnreadableData)
    assert found.place == str(path)
    assert "Input/output error" in found.title


def test_folder_that_may_not_be_looked_into(
    tiny: Tiny, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "exists", fail)
    found = only(tiny)
    assert isinstance(found, UnreadableData)
    assert str(data) in found.title


def test_zip_too_large_to_be_one(tiny: Tiny, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hebbdsl.parts.datasets import omniglot_reading

    tiny.write_zips(data)
    monkeypatch.setattr(omniglot_reading, "LARGEST_ZIP", 100)
    found = problems(tiny)
    assert all(isinstance(p, DamagedZip) and "too many" in p.reason for p in found)


# The prepared file


def prepared(cache: Path) -> list[Path]:
    return sorted((cache / "prepared").glob("*.bits"))


def test_second_opening_decodes_nothing(
    tiny: Tiny, data: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.write_folders(data)
    first = opened(tiny)
    (path,) = prepared(cache)
    monkeypatch.setattr(omniglot_opening, "decode_set", None)
    second = opened(tiny)
    assert np.array_equal(first.bits, second.bits)
    assert prepared(cache) == [path]


def test_prepared_file_does_not_hide_altered_data(tiny: Tiny, data: Path) -> None:
    tiny.write_zips(data)
    opened(tiny)
    tiny.files["images_background"]["images_background/Beta/character01/0002_01.png"] = b"junk"
    tiny.write_zips(data)
    assert isinstance(only(tiny), NotADrawing)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draw=st.data())
def test_corrupt_prepared_file_is_rebuilt(
    tiny: Tiny, data: Path, cache: Path, draw: st.DataObject
) -> None:
    if not (data / "images_background.zip").exists():
        tiny.write_zips(data)
    opened(tiny)
    (path,) = prepared(cache)
    whole = path.read_bytes()
    at = draw.draw(st.integers(0, len(whole) - 1))
    damaged = bytearray(whole)
    damaged[at] ^= 1 << draw.draw(st.integers(0, 7))
    path.write_bytes(draw.draw(st.sampled_from([bytes(damaged), whole[:at], b"", whole + b"x"])))
    assert opened(tiny).fingerprint() == tiny.published.fingerprint
    assert path.read_bytes() == whole


def test_unwritable_cache_is_only_slower(tiny: Tiny, data: Path, cache: Path) -> None:
    tiny.write_zips(data)
    cache.write_text("a file stands where the folder should be")
    for _ in range(2):
        assert opened(tiny).fingerprint() == tiny.published.fingerprint


def _open_in_process(published: Published, cache: str) -> str:
    import platformdirs

    platformdirs.user_cache_dir = lambda *_, **__: cache  # type: ignore[assignment]
    return open_published(published, (), Quiet())[0].fingerprint()


def test_several_processes_at_once(tiny: Tiny, data: Path, cache: Path) -> None:
    tiny.write_zips(data)
    with get_context("spawn").Pool(3) as pool:
        prints = pool.starmap(_open_in_process, [(tiny.published, str(cache))] * 3)
    assert set(prints) == {tiny.published.fingerprint}
    assert len(prepared(cache)) == 1


def test_kept_drawings_of_another_fingerprint_are_not_taken(
    tiny: Tiny, data: Path, cache: Path
) -> None:
    tiny.write_zips(data)
    opened(tiny)
    (path,) = prepared(cache)
    whole = path.read_bytes()
    other = Drawings(tiny.published.names, np.zeros_like(opened(tiny).bits))
    path.write_bytes(other.bits.tobytes() + bytes.fromhex(other.fingerprint()))
    assert opened(tiny).fingerprint() == tiny.published.fingerprint
    assert path.read_bytes() == whole
