"""Files that users name: whatever they are called, in whatever encoding, twice, and copied."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from hebbdsl.diagnostics.diagnostic import At, Problem, Rejected
from hebbdsl.parts.datasets.corpora import corpus_source, wikitext_source
from hebbdsl.parts.datasets.corpora.corpus_content import CorpusContent
from hebbdsl.parts.datasets.corpora.decoding import is_encoding
from hebbdsl.parts.datasets.text import Text
from hebbdsl.parts.datasets.wikitext import Wikitext
from hebbdsl.parts.reporter import Quiet
from hebbdsl.spec.canonical import plain
from tests.parts.datasets.corpora.test_sources import tiny_wikitext


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("HEBBDSL_DATA", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


class Heard(Quiet):
    def __init__(self) -> None:
        self.said = list[str]()

    def say(self, text: str) -> None:
        self.said.append(text)


def opened(text: Text) -> CorpusContent:
    return text.open(Quiet())


def train_of(content: CorpusContent) -> list[str]:
    return [content.words[number] for number in content.splits["train"]]


def corpus(encoding: str = "utf-8", ending: str = ".txt") -> Text:
    return Text(
        train=(f"train{ending}",),
        validation=(f"train{ending}",),
        test=(f"train{ending}",),
        encoding=encoding,
    )


def problem_of(text: Text | Wikitext) -> Problem:
    with pytest.raises(Rejected) as found:
        text.open(Quiet())
    return found.value.problems[0]


# Names


@pytest.mark.parametrize("name", ["[x]", "a*b", "what?", "!(x)", "{a,b}", "**"])
@pytest.mark.parametrize("place", ["data", "current", "user", "below"])
def test_folders_may_be_called_by_the_signs_of_patterns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, place: str
) -> None:
    for folder in (tmp_path / name, tmp_path / "x", tmp_path / "aXb"):
        folder.mkdir()
        for split in ("train", "validation", "test"):
            (folder / f"{split}-1.txt").write_text(f"{split} in {folder.name}\n")
    home = {"data": "", "current": "", "user": "~/", "below": f"{glob_free(name)}/"}[place]
    monkeypatch.setenv("HEBBDSL_DATA", str(tmp_path if place == "below" else tmp_path / name))
    monkeypatch.setenv("HOME", str(tmp_path / name))
    if place == "current":
        monkeypatch.delenv("HEBBDSL_DATA")
        monkeypatch.chdir(tmp_path / name)
    text = Text(
        train=(f"{home}train-*.txt",),
        validation=(f"{home}validation-?.txt",),
        test=(f"{home}test-[0-9].txt",),
    )
    content = opened(text)
    assert train_of(content)[:2] == ["train", "in"]
    assert len(content.splits["train"]) == len(opened(text).splits["train"])
    assert content.origin == str(tmp_path / name)


def glob_free(name: str) -> str:
    """A folder's name as a pattern that matches it alone."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def test_a_file_may_be_called_like_a_pattern(data: Path) -> None:
    for name in ("a[1].txt", "a1.txt"):
        (data / name).write_text(f"{name[:2]} of {len(name)}\n")
    text = Text(train=("a[1].txt",), validation=("a1.txt",), test=("a[1].txt",))
    assert "8" in train_of(opened(text)), "the longer name"


@pytest.mark.parametrize("again", ["a.txt", "./a.txt", "link.txt", "[a]*"])
def test_a_file_named_twice_in_a_split_is_warned_of(data: Path, again: str) -> None:
    for name in "ab":
        (data / f"{name}.txt").write_text(f"{name} {name}\n")
    (data / "c.txt").write_text("c d\n")
    (data / "link.txt").symlink_to(data / "a.txt")
    twice = Text(train=("[ab].txt", again), validation=("c.txt",), test=("c.txt",))
    (problem,) = (p for p in twice.missing_here() if p.code == "HEB518")
    assert (problem.place, problem.severity.value) == (At.field("train"), "warning")
    assert "/data/a.txt`: more than once in the train text" in problem.title
    assert again in str(problem.hint)
    heard = Heard()
    content = twice.open(heard)
    assert train_of(content).count("a") == 4, "as often as it is named"
    assert sum(problem.title in said for said in heard.said) == 1
    once = Text(train=("[ab].txt",), validation=("c.txt",), test=("c.txt",))
    assert not [p for p in once.missing_here() if p.code == "HEB518"]


# Encodings

TEXTS = {
    "cp1252": "Café “au” lait\n",
    "latin-1": "Café au lait\n",
    "koi8-r": "Привет, мир\n",
    "shift_jis": "日本 の 本\n",
    "gb18030": "中文 文本\n",
    "utf-16": "Café 中\n",
    "utf-16-be": "Café 中\n",
    "utf-32": "Café 😀\n",
    "utf-8-sig": "Café au lait\n",
    "UTF8": "Café au lait\n",
}


@pytest.mark.parametrize("encoding", TEXTS)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_declared_encoding_is_read(
    data: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    text = TEXTS[encoding] * 50
    (data / "train.txt").write_text(text, encoding="utf-8")
    expected = opened(corpus())
    ending = ".txt.gz" if pack is gzip.compress else ".txt"
    (data / f"train{ending}").write_bytes(pack(text.encode(encoding)))
    for block in (1, 7, 1 << 17):
        monkeypatch.setattr(corpus_source, "BLOCK", block)
        monkeypatch.setenv("XDG_CACHE_HOME", str(data / str(block)))
        found = opened(corpus(encoding, ending))
        assert train_of(found) == train_of(expected)
        assert found.fingerprint == expected.fingerprint


@pytest.mark.parametrize(
    ("content", "declared", "byte", "line", "likely"),
    [
        (b"a b\n" * 9 + "café\n".encode("cp1252"), "ascii", 39, 10, "cp1252"),
        (b"a b\n" * 9 + "café\n".encode(), "ascii", 39, 10, "utf-8"),
        (
            b"a b\n" * 90_000 + "日本語 テキスト\n".encode("shift_jis"),
            "ascii",
            360_000,
            90_001,
            "shift_jis",
        ),
        ("a b\n".encode("utf-16"), "ascii", 0, 1, "utf-16"),
        (b"a b\n" * 9 + b"\xff\xff", "shift_jis", 36, 10, "cp1252"),
    ],
)
def test_what_is_in_another_encoding_is_named_with_its_place(
    data: Path, content: bytes, declared: str, byte: int, line: int, likely: str
) -> None:
    (data / "train.txt").write_bytes(content)
    problem = problem_of(corpus(declared))
    assert (problem.code, problem.place) == ("HEB519", str(data / "train.txt"))
    assert problem.title.startswith(f"byte {byte:,}, in line {line:,}, is 0x")
    assert f"`encoding: {likely}`" in str(problem.hint)


def test_what_is_no_utf_8_names_the_field(data: Path) -> None:
    (data / "train.txt").write_bytes("café\n".encode("latin-1"))
    problem = problem_of(corpus())
    assert problem.code == "HEB550"
    assert "`encoding: latin-1`" in str(problem.hint)


@pytest.mark.parametrize(
    "name", ["latin1252", "", "base64", "rot13", "idna", "unicode_escape", "utf 99", "é", "\0"]
)
def test_no_encoding_of_text_is_refused(name: str) -> None:
    (problem,) = corpus(name).errors()
    assert (problem.code, problem.place) == ("HEB517", At.field("encoding"))
    assert "`utf-8`" in str(problem.hint)


def test_all_names_of_encodings_are_taken() -> None:
    assert all(is_encoding(name) for name in (*TEXTS, "UTF-8", "Windows-1252", "L1"))
    assert not list(corpus("Windows-1252").errors())


def test_an_encoding_is_no_part_of_a_runs_identity() -> None:
    """What was read is."""
    assert plain(corpus("cp1252"), deciding_only=True) == plain(corpus(), deciding_only=True)


# Copies of published texts


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_wikitext_copied_with_other_line_ends_is_wikitext(
    data: Path, monkeypatch: pytest.MonkeyPatch, end: bytes
) -> None:
    files = tiny_wikitext(monkeypatch)
    folder = data / "wikitext-2"
    folder.mkdir()
    found = []
    for mark in (b"\n", end):
        for name, content in files.items():
            (folder / name).write_bytes(content.replace(b"\n", mark))
        found.append(Wikitext().open(Quiet()).fingerprint)
    assert found[0] == found[1]
    (folder / wikitext_source.FILES["test"]).write_bytes(b" = test = \r\n\r\n a b d \r\n")
    assert problem_of(Wikitext()).code == "HEB565"
    (folder / wikitext_source.FILES["test"]).write_bytes(b" = test = \r\n\r\n a b c \r\n\r\n")
    problem = problem_of(Wikitext())
    assert problem.code == "HEB555"
    assert "as it was published" in str(problem.hint)
