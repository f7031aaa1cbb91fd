"""What is kept of corpora: whose it is, what is believed of it, what is cleared away."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.expression.metric import Split
from hebbdsl.parts.datasets.corpora import (
    gigaword_source,
    gutenberg_source,
    manifest,
    preparing,
    token_store,
)
from hebbdsl.parts.datasets.corpora.corpus_content import CorpusContent
from hebbdsl.parts.datasets.corpora.corpus_source import Piece, members, of_file
from hebbdsl.parts.datasets.corpora.token_rules import EOS, Rules
from hebbdsl.parts.datasets.files import locked, locked_elsewhere
from hebbdsl.parts.datasets.text import Text
from hebbdsl.parts.reporter import Quiet, Reporter
from tests.effort import PATIENCE

ROOT = Path(__file__).parents[4]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr(token_store, "cache_folder", lambda: folder)
    return folder


def written(path: Path, text: str = "a b\n") -> Piece:
    path.write_text(text)
    return of_file(path)


def opened(train: Piece, held_out: Piece, reporter: Reporter | None = None) -> CorpusContent:
    splits: dict[Split, list[Piece]] = {
        "train": [train],
        "validation": [held_out],
        "test": [held_out],
    }
    return token_store.open_store("text", splits, Rules(), "here", reporter or Quiet())


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


class Meanwhile(Quiet):
    """Does something to the source once its text is read."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act: Callable[[], object] | None = act

    def advance(self, what: str, *_: object) -> None:
        if what.startswith("tokenising") and self._act is not None:
            act, self._act = self._act, None
            act()


def restored(path: Path, content: bytes) -> None:
    """Write a file anew, and set the time of its last change back."""
    before = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize(
    "act",
    [
        lambda path: path.write_text("a b\n" * 100_001),
        lambda path: restored(path, b"a c\n" * 100_000),
        lambda path: path.write_bytes(b"\xff"),
        lambda path: path.unlink(),
    ],
)
def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, cache: Path, held_out: Piece, act: Callable[[Path], object]
) -> None:
    path = tmp_path / "train.txt"
    path.write_text("a b\n" * 100_000)
    with pytest.raises(Rejected) as found:
        opened(of_file(path), held_out, Meanwhile(lambda: act(path)))
    (problem,) = found.value.problems
    assert (problem.code, problem.place) == ("HEB560", str(path))
    assert kept(cache) == set()


def test_a_file_that_is_gone_when_it_is_to_be_read(tmp_path: Path, held_out: Piece) -> None:
    piece = written(tmp_path / "gone.txt")
    (tmp_path / "gone.txt").unlink()
    assert rejected(piece, held_out) == ["HEB560"]


def newswire(text: str) -> bytes:
    document = f'<DOC id="A">\n<TEXT>\n<P>\n{text}\n</P>\n</TEXT>\n</DOC>\n'
    return gzip.compress(document.encode(), mtime=0)


def zipped(text: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("train.txt", text)
    return file.getvalue()


def test_a_month_of_newswire_and_a_zip_that_change_are_refused(
    tmp_path: Path, held_out: Piece
) -> None:
    month, archive = tmp_path / "nyt_eng_200001.gz", tmp_path / "texts.zip"

    def change() -> None:
        month.write_bytes(newswire("other"))
        archive.write_bytes(zipped("others\n")[:-9])

    for path in (month, archive):
        month.write_bytes(newswire("a b"))
        archive.write_bytes(zipped("a b\n"))
        piece = gigaword_source._piece(month, lambda _: True, "all")
        if path == archive:
            (piece,) = members(archive).values()
        with pytest.raises(Rejected) as found:
            opened(piece, held_out, Meanwhile(change))
        assert [(p.code, p.place) for p in found.value.problems] == [("HEB560", str(path))]


def test_what_changes_before_it_is_read_is_read_as_it_is_then(
    tmp_path: Path, held_out: Piece
) -> None:
    """A zip that was written anew since it was listed, too."""
    archive = tmp_path / "texts.zip"
    archive.write_bytes(zipped("a b\n"))
    (piece,) = members(archive).values()
    archive.write_bytes(zipped("c d e and a longer text\n"))
    assert len(opened(piece, held_out).splits["train"]) == 8
    path = tmp_path / "train.txt"
    piece = written(path)
    path.write_text("c d e\n")
    assert len(opened(piece, held_out).splits["train"]) == 4
    archive.unlink()
    with pytest.raises(Rejected) as found:
        members(archive)
    assert [problem.code for problem in found.value.problems] == ["HEB503"]


# Whose it is


LINES = ("the cat sat on mat red\n", "one dog ran at log big\n")


def texts_in(folder: Path, line: str) -> Path:
    """Files of the same names, sizes and times, whatever the words."""
    folder.mkdir(exist_ok=True)
    for name in ("train", "validation", "test"):
        (folder / f"{name}.txt").write_text(line * 100)
        os.utime(folder / f"{name}.txt", ns=(10**18, 10**18))
    return folder


def test_relative_names_of_two_folders_are_two_corpora(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEBBDSL_DATA", raising=False)
    data = Text(train=("t*.txt",), validation=("validation.txt",), test=("test.txt",))
    found = list[CorpusContent]()
    for name, line in zip("ab", LINES, strict=True):
        monkeypatch.chdir(texts_in(tmp_path / name, line))
        found.append(data.open(Quiet()))
        assert set(found[-1].words) == {*line.split(), EOS}
    assert found[0].fingerprint != found[1].fingerprint


def test_a_file_replaced_by_one_of_its_size_and_time_is_another_corpus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEBBDSL_DATA", str(texts_in(tmp_path / "data", LINES[0])))
    data = Text(train=("train.txt",), validation=("validation.txt",), test=("test.txt",))
    data.open(Quiet())
    restored(tmp_path / "data" / "train.txt", LINES[1].encode() * 100)
    assert set(data.open(Quiet()).words) >= set(LINES[1].split())


@pytest.mark.parametrize("reader", ["text", "gz", "gutenberg", "gigaword", "zip"])
def test_every_reader_knows_its_files_by_their_content(
    tmp_path: Path, held_out: Piece, reader: str
) -> None:
    """However alike they are from outside: the same size, time and name."""
    ending = {"text": ".txt", "gz": ".gz", "gutenberg": ".txt", "zip": ".zip"}
    path = tmp_path / f"nyt_eng_200001{ending.get(reader, '.gz')}"
    made = {"gz": lambda text: gzip.compress(text.encode(), mtime=0), "gigaword": newswire}
    made["zip"] = zipped
    pack = made.get(reader, str.encode)

    def piece() -> Piece:
        if reader == "zip":
            return next(iter(members(path).values()))
        if reader == "gigaword":
            return gigaword_source._piece(path, lambda _: True, "all")
        if reader == "gutenberg":
            return gutenberg_source._books(tmp_path)[path.stem]
        return of_file(path)

    path.write_bytes(pack("cat sat\n"))
    first = opened(piece(), held_out)
    content = pack("dog ran\n")
    assert len(content) == path.stat().st_size
    restored(path, content)
    assert set(opened(piece(), held_out).words) - set(first.words) >= {"dog", "ran"}


def test_the_same_files_elsewhere_are_the_same_corpus(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Text(train=("train.txt",), validation=("validation.txt",), test=("test.txt",))
    for name in "ab":
        monkeypatch.setenv("HEBBDSL_DATA", str(texts_in(tmp_path / name, LINES[0])))
        data.open(Quiet())
    assert len(kept(cache)) == 1


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
    (piece,) = members(archive).values()
    with pytest.raises(Rejected) as found:
        opened(piece, held_out)
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


KEPT = [
    "train.tokens",
    "validation.tokens",
    "test.tokens",
    "counts",
    "words.txt",
    "manifest.json",
    "manifest.seal",
]


class Heard(Quiet):
    def __init__(self) -> None:
        self.said = list[str]()

    def say(self, text: str) -> None:
        self.said.append(text)


def all_of(content: CorpusContent) -> tuple[object, ...]:
    tokens = {split: ids.tolist() for split, ids in content.splits.items()}
    return content.fingerprint, list(content.words), content.counts.tolist(), tokens


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("at", [0, 0.3, 0.7, 1])
def test_a_flipped_bit_of_what_is_kept_changes_nothing(
    tmp_path: Path, cache: Path, held_out: Piece, name: str, at: float
) -> None:
    """It is noticed, said, and what was kept is made again."""
    train = written(tmp_path / "train.txt", "c a b a and more words\n" * 20)
    first = all_of(opened(train, held_out))
    path = next((cache / "corpora").glob(f"*/{name}"))
    as_made = path.read_bytes()
    damaged = bytearray(as_made)
    damaged[round(at * (len(as_made) - 1))] ^= 1
    restored(path, bytes(damaged))
    heard = Heard()
    assert all_of(opened(train, held_out, heard)) == first
    assert path.read_bytes() == as_made
    assert [f"{path.parent} is not as it was made" in said for said in heard.said] == [True]


def test_nothing_else_is_kept(tmp_path: Path, cache: Path, held_out: Piece) -> None:
    opened(written(tmp_path / "train.txt"), held_out)
    (folder,) = (path for path in (cache / "corpora").iterdir() if path.is_dir())
    assert sorted(path.name for path in folder.iterdir()) == sorted(KEPT)


def test_damaged_tokens_of_a_source_that_is_gone_are_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = texts_in(tmp_path / "data", LINES[0])
    monkeypatch.setenv("HEBBDSL_DATA", str(home))
    data = Text(train=("train.txt",), validation=("validation.txt",), test=("test.txt",))
    data.open(Quiet())
    (home / "train.txt").unlink()
    with pytest.raises(Rejected) as found:
        data.open(Quiet())
    assert [problem.code for problem in found.value.problems] == ["HEB556"]


def test_a_disk_that_loses_what_it_is_given_is_said(
    tmp_path: Path, held_out: Piece, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = written(tmp_path / "train.txt")
    whole = preparing.make

    def losing(folder: Path, *given: Any) -> None:
        whole(folder, *given)
        (folder / "train.tokens").write_bytes(bytes((folder / "train.tokens").stat().st_size))

    monkeypatch.setattr(preparing, "make", losing)
    assert rejected(train, held_out) == ["HEB558"]


def test_words_are_read_when_they_are_asked_for(
    tmp_path: Path, cache: Path, held_out: Piece
) -> None:
    train = written(tmp_path / "train.txt", "c a b a\n")
    opened(train, held_out)
    content, altered, other = (opened(train, held_out) for _ in range(3))
    assert content.words[0] == "a"
    path = next((cache / "corpora").glob("*/words.txt"))
    path.write_bytes(path.read_bytes().replace(b"c", b"d"))
    with pytest.raises(Rejected) as found:
        altered.words[0]
    assert [problem.code for problem in found.value.problems] == ["HEB557"]
    path.unlink()
    assert (list(content.words), content.words[1:3]) == (["a", EOS, "b", "c"], [EOS, "b"])
    assert len(other.words) == 4
    with pytest.raises(Rejected) as found:
        other.words[0]
    assert [problem.code for problem in found.value.problems] == ["HEB503"]


def test_where_files_can_not_be_mapped_they_are_read(
    tmp_path: Path, held_out: Piece, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = written(tmp_path / "train.txt", "c a b a\n")
    first = all_of(opened(train, held_out))

    def unmappable(*_: object) -> None:
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    monkeypatch.setattr(np, "memmap", unmappable)
    for folder in ("there", "made here"):
        if folder == "made here":
            monkeypatch.setattr(token_store, "cache_folder", lambda: tmp_path / "other")
        content = opened(train, held_out)
        assert all_of(content) == first
        assert not content.splits["train"].flags.writeable


def test_what_is_kept_is_opened_without_a_word_to_the_disk(
    tmp_path: Path, held_out: Piece, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is on one that is full, or may not be written."""
    train = written(tmp_path / "train.txt")
    first = opened(train, held_out)
    monkeypatch.setattr(token_store, "locked", None)
    assert opened(train, held_out).fingerprint == first.fingerprint


def test_opening_loads_neither_jsonschema_nor_what_makes_a_corpus(
    tmp_path: Path, cache: Path
) -> None:
    for split in ("train", "validation", "test"):
        (tmp_path / f"{split}.txt").write_text("a b\n")
    script = (
        "import sys\n"
        "from hebbdsl.parts.datasets.text import Text\n"
        "from hebbdsl.parts.reporter import Quiet\n"
        "data = Text(train=('train.txt',), validation=('validation.txt',), test=('test.txt',))\n"
        "data.open(Quiet())\n"
        "names = {'jsonschema', 'hebbdsl.parts.datasets.corpora.preparing'}\n"
        "print(sorted(names & {*sys.modules}))\n"
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
    assert loaded == ["['hebbdsl.parts.datasets.corpora.preparing', 'jsonschema']\n", "[]\n"]


# Disks


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_too_full_for_a_lock_is_said_to_be_full(
    tmp_path: Path, held_out: Piece, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    train = written(tmp_path / "train.txt")

    def full(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(token_store, "locked", full)
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

    monkeypatch.setattr(token_store, "locked", denied)
    monkeypatch.setattr(token_store, "temporary_folder", denied)
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
    assert not locked_elsewhere(path)
    with locked(path):
        assert locked_elsewhere(path)
    assert not locked_elsewhere(path)
    assert locked_elsewhere(tmp_path / "none" / "one.lock"), "that can't be told"


def test_processes_that_need_it_at_once_make_it_once(tmp_path: Path, cache: Path) -> None:
    """The first one makes it while the others wait; all have the same."""
    for split in ("train", "validation", "test"):
        (tmp_path / f"{split}.txt").write_text("a b\n" * 1000)
    script = (
        "import os, time\n"
        "from hebbdsl.parts.datasets.corpora import preparing\n"
        "from hebbdsl.parts.datasets.text import Text\n"
        "from hebbdsl.parts.reporter import Quiet\n"
        "fill = preparing._fill\n"
        "def told(*given):\n"
        "    with open('made', 'a') as file: file.write('made\\n')\n"
        "    while len(os.listdir('waiting')) < 3: time.sleep(0.01)\n"
        "    fill(*given)\n"
        "preparing._fill = told\n"
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
