"""Files that cannot be read as a spec: each has its code, and none is read further than needed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import hebbdsl.syntax.reading as reading
from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.source import Span
from hebbdsl.syntax.reading import LARGEST, NoSuchFile, NotUtf8, TooLarge, find_specs, read_source
from tests.specs import GOOD


def refused(path: Path) -> Problem:
    with pytest.raises(Rejected) as caught:
        read_source(path)
    (problem,) = caught.value.problems
    return problem


def written(folder: Path, content: bytes, name: str = "spec.yaml") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_good_text_is_kept_as_it_is(tmp_path: Path) -> None:
    content = GOOD.replace("\n", "\r\n").encode()
    source = read_source(written(tmp_path, content))
    assert source.text.encode() == content
    assert source.name == str(tmp_path / "spec.yaml")


def test_byte_order_mark_is_taken_off(tmp_path: Path) -> None:
    assert read_source(written(tmp_path, b"\xef\xbb\xbfa: 1")).text == "a: 1"


def test_missing_file_suggests_the_nearest_spec(tmp_path: Path) -> None:
    written(tmp_path, b"a: 1", "omniglot.yaml")
    written(tmp_path, b"a: 1", "omniglot.txt")
    problem = refused(tmp_path / "omnigot.yaml")
    assert isinstance(problem, NoSuchFile)
    assert problem.place == str(tmp_path / "omnigot.yaml")
    assert problem.near == str(tmp_path / "omniglot.yaml")


@pytest.mark.parametrize("path", ["nowhere/at/all.yaml", "a\0b.yaml", "x" * 5_000 + ".yaml"])
def test_impossible_paths(path: str, tmp_path: Path) -> None:
    assert refused(tmp_path / path).code in ("HEB101", "HEB107")


def test_a_file_used_as_a_folder(tmp_path: Path) -> None:
    written(tmp_path, b"")
    assert refused(tmp_path / "spec.yaml" / "inner.yaml").code == "HEB101"


def test_a_folder_is_not_a_spec(tmp_path: Path) -> None:
    assert refused(tmp_path).code == "HEB102"


@pytest.mark.parametrize("character", ["\0", "\x07", "\x7f", "\ufeff", "\uffff"])
def test_control_characters(character: str, tmp_path: Path) -> None:
    problem = refused(written(tmp_path, f"a: 1\nb: x{character}y\n".encode()))
    assert problem.code == "HEB104"
    assert isinstance(problem.place, Span)
    assert problem.place.source.position(problem.place.start) == (2, 5)
    assert problem.place.text == character


@pytest.mark.parametrize(
    ("content", "line", "column", "byte"),
    [
        (b"a: 1\nb: \xe9t\xe9\n", 2, 4, 0xE9),
        (b"\xff\xfea\x00", 1, 1, 0xFF),
        (b"a: \xed\xa0\x80", 1, 4, 0xED),  # a surrogate
        ("aé: ".encode() + b"\xc3", 1, 5, 0xC3),
        (b"\xef\xbb\xbf\xff", 1, 1, 0xFF),
    ],
)
def test_not_utf8(content: bytes, line: int, column: int, byte: int, tmp_path: Path) -> None:
    problem = refused(written(tmp_path, content))
    assert isinstance(problem, NotUtf8)
    assert isinstance(problem.place, Span)
    assert problem.place.source.position(problem.place.start) == (line, column)
    assert problem.place.text == "\ufffd"
    assert problem.byte == byte
    assert content[problem.offset] == byte


def test_size_is_looked_at_before_reading(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(10**12)  # sparse: reading it would take minutes
    problem = refused(path)
    assert isinstance(problem, TooLarge)
    assert problem.size == 10**12


def test_the_largest_file_is_read(tmp_path: Path) -> None:
    assert len(read_source(written(tmp_path, b"#" * LARGEST)).text) == LARGEST
    assert refused(written(tmp_path, b"#" * (LARGEST + 1))).code == "HEB106"


def test_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, b"a: 1")

    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)  # root may read anything
    problem = refused(path)
    assert problem.code == "HEB107"
    assert "Permission denied" in problem.title


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe.yaml"
    os.mkfifo(path)
    assert refused(path).code == "HEB107"


@pytest.mark.parametrize("name", ["spec.txt", "spec"])
def test_other_endings(name: str, tmp_path: Path) -> None:
    problem = refused(written(tmp_path, b"a: 1", name))
    assert problem.code == "HEB108"
    assert ("no ending" in problem.title) == (name == "spec")


def test_both_surfaces_are_suggested(tmp_path: Path) -> None:
    written(tmp_path, b"a = 1", "omniglot.hebb")
    problem = refused(tmp_path / "omnigot.hebb")
    assert isinstance(problem, NoSuchFile)
    assert problem.near == str(tmp_path / "omniglot.hebb")


def test_folders_are_walked_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("z.yaml", "a.yml", "b/c.YAML", "b/d.txt", "b/e.hebb"):
        written(tmp_path, b"", name)
    found = [str(path.relative_to(tmp_path)) for path in find_specs(tmp_path)]
    assert found == ["a.yml", "b/c.YAML", "b/e.hebb", "z.yaml"]


def test_a_file_that_grows_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, b"a: 1")
    monkeypatch.setattr(reading, "_not_a_file", lambda *_: None)  # its size was fine
    path.write_bytes(b"#" * (LARGEST + 7))
    problem = refused(path)
    assert isinstance(problem, TooLarge)
    assert problem.size == LARGEST + 7


def test_a_stream_has_a_size_too() -> None:
    with pytest.raises(Rejected) as caught:
        reading.source_of(b"#" * (LARGEST + 1), "-")
    assert [problem.code for problem in caught.value.problems] == ["HEB106"]


def test_a_crowd_of_neighbours_is_not_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_MOST_NEIGHBOURS", 2)
    for name in ("one.yaml", "two.yaml", "three.yaml"):
        written(tmp_path, b"a: 1", name)
    near = refused(tmp_path / "on.yaml")
    assert isinstance(near, NoSuchFile)
    looked_at = [entry.name for entry in os.scandir(tmp_path)][:2]
    expected = str(tmp_path / "one.yaml") if "one.yaml" in looked_at else None
    assert near.near == expected
