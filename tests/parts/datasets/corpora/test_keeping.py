"""What is kept of corpora: whose it is, what is believed of it, what is cleared away."""

from __future__ import annotations

import errno
import gzip
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.expression.metrics import Split
from hebbdsl.parts.datasets.corpora import gigaword, manifest, store
from hebbdsl.parts.datasets.corpora.content import WordContent
from hebbdsl.parts.datasets.corpora.rules import EOS, Rules
from hebbdsl.parts.datasets.corpora.source import Piece, members, of_file, of_member
from hebbdsl.parts.datasets.files import held_by_another, locked
from hebbdsl.parts.part import Quiet, Reporter
from tests.effort import PATIENCE

ROOT = Path(__file__).parents[4]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr(store, "cache_folder", lambda: folder)
    return folder


def written(path: Path, text: str = "a b\n") -> Piece:
    path.write_text(text)
    return of_file(path)


def opened(train: Piece, held_out: Piece, reporter: Reporter | None = None) -> WordContent:
    splits: dict[Split, list[Piece]] = {
        "train": [train],
        "validation": [held_out],
        "test": [held_out],
    }
    return store.open_store("text", splits, Rules(), "here", reporter or Quiet())


def rejected(train: Piece, held_out: Piece) -> list[str]:
    with pytest.raises(Rejected) as found:
        opened(train, held_out)
    return [problem.code for problem in found.value.problems]


def kept(cache: Path) -> set[str]:
    return {path.name for path in (cache / "corpora").iterdir() if path.is_dir()}


@pytest.fixture
def held_out(tmp_path: Path) -> Piece:
    return written(tmp_path / "held_out.txt")


# A source that changes


def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, cache: Path, held_out: Piece
) -> None:
    path = tmp_path / "train.txt"
    path.write_text("a b\n" * 100_000)
    piece = of_file(path)
    blocks = piece.blocks()
    next(blocks)
    with open(path, "a") as file:
        file.write("more\n")
    with pytest.raises(Rejected) as found:
        list(blocks)
    (problem,) = found.value.problems
    assert (problem.code, problem.place) == ("HEB560", str(path))
    assert rejected(piece, held_out) == ["HEB560"], "it changed since it was found"
    assert kept(cache) == set()
    assert len(opened(of_file(path), held_out).splits["train"]) == 300_002
    (tmp_path / "gone.txt").write_text("a b\n")
    gone = of_file(tmp_path / "gone.txt")
    (tmp_path / "gone.txt").unlink()
    assert rejected(gone, held_out) == ["HEB560"]


def test_a_month_of_newswire_and_a_zip_that_change_are_refused(
    tmp_path: Path, held_out: Piece
) -> None:
    month = tmp_path / "nyt_eng_200001.gz"
    month.write_bytes(gzip.compress(b'<DOC id="A">\n<TEXT>\n<P>\na b\n</P>\n</TEXT>\n</DOC>\n'))
    piece = gigaword._piece(month, lambda _: True, "all")
    assert b"".join(piece.blocks()) == b"a b\n"
    month.write_bytes(gzip.compress(b'<DOC id="A">\n<TEXT>\n<P>\nother\n</P>\n</TEXT>\n</DOC>\n'))
    assert rejected(piece, held_out) == ["HEB560"]

    archive = tmp_path / "texts.zip"
    for text in ("a b\n", "others\n"):
        with zipfile.ZipFile(archive, "w") as opened_:
            opened_.writestr("train.txt", text)
        if text == "a b\n":
            (member,) = members(archive)
            piece = of_member(archive, member)
            assert b"".join(piece.blocks()) == b"a b\n"
    assert rejected(piece, held_out) == ["HEB560"], "and not that the zip is damaged"
    archive.unlink()
    with pytest.raises(Rejected) as found:
        of_member(archive, member)
    assert [problem.code for problem in found.value.problems] == ["HEB503"]


@pytest.mark.parametrize(
    ("at", "change", "reason"),
    [(6, b"\x01", "it asks for a password"), (8, b"\x63", "That compression method is not")],
)
def test_a_zip_that_can_not_be_unpacked_here(
    tmp_path: Path, held_out: Piece, at: int, change: bytes, reason: str
) -> None:
    archive = tmp_path / "texts.zip"
    with zipfile.ZipFile(archive, "w") as opened_:
        opened_.writestr("train.txt", "a b\n")
    content = bytearray(archive.read_bytes())
    central = content.index(b"PK\x01\x02")
    for place in (at, central + at + 2):
        content[place : place + 1] = change
    archive.write_bytes(content)
    (member,) = members(archive)
    with pytest.raises(Rejected) as found:
        opened(of_member(archive, member), held_out)
    (problem,) = found.value.problems
    assert (problem.code, problem.place) == ("HEB563", str(archive))
    assert reason in problem.title
    content[central + 6 : central + 8] = b"\xff\x00"  # the version that it takes to unpack it
    archive.write_bytes(content)
    with pytest.raises(Rejected) as found:
        members(archive)
    assert [problem.code for problem in found.value.problems] == ["HEB563"]


# What is believed


def test_a_manifest_that_was_edited_is_not_believed(
    tmp_path: Path, cache: Path, held_out: Piece
) -> None:
    """Though it fits its schema."""
    train = written(tmp_path / "train.txt")
    first = opened(train, held_out)
    path = next((cache / "corpora").glob("*/manifest.json"))
    as_made = path.read_bytes()
    edited = json.loads(as_made)
    edited["fingerprint"] = "0" * 64
    path.write_bytes(manifest.written(edited))
    assert opened(train, held_out).fingerprint == first.fingerprint
    assert path.read_bytes() == as_made


def test_a_manifest_of_another_form_is_not_written() -> None:
    import jsonschema

    with pytest.raises(jsonschema.ValidationError):
        manifest.written({"words": 3})


def test_words_are_read_when_they_are_asked_for(
    tmp_path: Path, cache: Path, held_out: Piece
) -> None:
    train = written(tmp_path / "train.txt", "c a b a\n")
    opened(train, held_out)
    content, other = opened(train, held_out), opened(train, held_out)
    assert content.words[0] == "a"
    next((cache / "corpora").glob("*/words.txt")).unlink()
    assert (list(content.words), content.words[1:3]) == (["a", EOS, "b", "c"], [EOS, "b"])
    assert len(other.words) == 4
    with pytest.raises(Rejected) as found:
        other.words[0]
    assert [problem.code for problem in found.value.problems] == ["HEB503"]


def test_what_is_kept_is_opened_without_a_word_to_the_disk(
    tmp_path: Path, held_out: Piece, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is on one that is full, or may not be written."""
    train = written(tmp_path / "train.txt")
    first = opened(train, held_out)
    monkeypatch.setattr(store, "locked", None)
    assert opened(train, held_out).fingerprint == first.fingerprint


def test_opening_loads_neither_jsonschema_nor_what_makes_a_corpus(
    tmp_path: Path, cache: Path
) -> None:
    for split in ("train", "validation", "test"):
        (tmp_path / f"{split}.txt").write_text("a b\n")
    script = (
        "import sys\n"
        "from hebbdsl.parts.datasets.text import Text\n"
        "from hebbdsl.parts.part import Quiet\n"
        "data = Text(train=('train.txt',), validation=('validation.txt',), test=('test.txt',))\n"
        "data.open(Quiet())\n"
        "print(sorted({'jsonschema', 'hebbdsl.parts.datasets.corpora.making'} & {*sys.modules}))\n"
    )
    environment = {
        **os.environ,
        "XDG_CACHE_HOME": str(cache),
        "HEBBDSL_DATA": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    loaded = [
        subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, check=True
        ).stdout.decode()
        for _ in range(2)
    ]
    assert loaded == ["['hebbdsl.parts.datasets.corpora.making', 'jsonschema']\n", "[]\n"]


# Disks


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_too_full_for_a_lock_is_said_to_be_full(
    tmp_path: Path, held_out: Piece, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    train = written(tmp_path / "train.txt")

    def full(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(store, "locked", full)
    with pytest.raises(Rejected) as found:
        opened(train, held_out)
    (problem,) = found.value.problems
    assert (problem.code, problem.exit_code) == ("HEB554", 4)
    assert "make room" in str(problem.hint)


def test_where_not_even_a_temporary_folder_can_be_made_that_is_said(
    tmp_path: Path, held_out: Piece, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = written(tmp_path / "train.txt")

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(store, "locked", denied)
    monkeypatch.setattr(store, "temporary_folder", denied)
    with pytest.raises(Rejected) as found:
        opened(train, held_out)
    (problem,) = found.value.problems
    assert problem.code == "HEB554"
    assert "let the folder be written" in str(problem.hint)


# Several processes


def test_what_killed_processes_left_is_cleared_away_and_nothing_else(
    tmp_path: Path, cache: Path, held_out: Piece
) -> None:
    corpora = cache / "corpora"
    for name in (".text-aaaa.1", ".wikitext-bbbb.2"):
        (corpora / name).mkdir(parents=True)
        (corpora / name / "train.tokens").write_bytes(b"half of it")
    (corpora / "text-cccc").mkdir()
    with locked(corpora / "wikitext-bbbb.lock"):
        opened(written(tmp_path / "train.txt"), held_out)
        assert {name for name in kept(cache) if name[0] == "."} == {".wikitext-bbbb.2"}
    opened(written(tmp_path / "train.txt", "a b c\n"), held_out)
    assert not {name for name in kept(cache) if name[0] == "."}
    assert "text-cccc" in kept(cache)


def test_a_lock_is_seen_to_be_held(tmp_path: Path) -> None:
    path = tmp_path / "one.lock"
    assert not held_by_another(path)
    with locked(path):
        assert held_by_another(path)
    assert not held_by_another(path)
    assert held_by_another(tmp_path / "none" / "one.lock"), "that can't be told"


def test_processes_that_need_it_at_once_make_it_once(tmp_path: Path, cache: Path) -> None:
    """The first one makes it while the others wait; all have the same."""
    for split in ("train", "validation", "test"):
        (tmp_path / f"{split}.txt").write_text("a b\n" * 1000)
    script = (
        "import os, time\n"
        "from hebbdsl.parts.datasets.corpora import making\n"
        "from hebbdsl.parts.datasets.text import Text\n"
        "from hebbdsl.parts.part import Quiet\n"
        "fill = making._fill\n"
        "def told(*given):\n"
        "    with open('made', 'a') as file: file.write('made\\n')\n"
        "    while len(os.listdir('waiting')) < 3: time.sleep(0.01)\n"
        "    fill(*given)\n"
        "making._fill = told\n"
        "open(f'waiting/{os.getpid()}', 'w').close()\n"
        "data = Text(train=('train.txt',), validation=('validation.txt',), test=('test.txt',))\n"
        "print(data.open(Quiet()).fingerprint)\n"
    )
    (tmp_path / "waiting").mkdir()
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(ROOT)}
    environment.pop("HEBBDSL_DATA", None)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script], cwd=tmp_path, env=environment, stdout=subprocess.PIPE
        )
        for _ in range(3)
    ]
    found = [process.communicate(timeout=PATIENCE)[0] for process in running]
    assert len(set(found)) == 1
    assert len(found[0].strip()) == 64
    assert (tmp_path / "made").read_text() == "made\n"
