"""Texts made to exhaust whoever reads them: small files, large effects."""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.parts.datasets.corpora import (
    corpus_source,
    gutenberg_source,
    licences,
    token_store,
    tokenising,
)
from hebbdsl.parts.datasets.corpora.corpus_source import LONGEST, Piece, of_file
from hebbdsl.parts.datasets.corpora.gigaword_source import documents
from hebbdsl.parts.datasets.corpora.licences import body
from hebbdsl.parts.datasets.corpora.token_rules import EOS, Rules
from hebbdsl.parts.reporter import Quiet

PROSE, CUT = Rules(tokens="words"), Rules()
MIB = 1 << 20


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_store, "cache_folder", lambda: tmp_path / "cache")


def tokens_of(folder: Path, train: Piece, rules: Rules) -> list[str]:
    (folder / "held_out.txt").write_text("a b\n")
    held_out = of_file(folder / "held_out.txt")
    splits = {"train": [train], "validation": [held_out], "test": [held_out]}
    content = token_store.open_store("text", splits, rules, "here", Quiet())  # type: ignore[arg-type]
    return [content.words[number] for number in content.splits["train"]]


def problem_of(read: Callable[[], object]) -> tuple[str, str, str]:
    with pytest.raises(Rejected) as found:
        read()
    (problem,) = found.value.problems
    return problem.code, str(problem.place), problem.title


@pytest.mark.parametrize("rules", [PROSE, CUT])
@pytest.mark.parametrize("gap", [" ", "\t", "\u00a0", " \f"])
def test_a_line_of_white_space_is_white_space(tmp_path: Path, rules: Rules, gap: str) -> None:
    path = tmp_path / "train.txt"
    path.write_text(f"a{gap * 130_000}b\n\n\nc{gap * 300_000}\nd{gap * 300_000}")
    words = ["a", "b", EOS, "c", EOS, "d", EOS]
    if rules is CUT:
        words[3:3] = [EOS, EOS]
    assert tokens_of(tmp_path, of_file(path), rules) == words


def endless(path: Path, megabytes: int) -> Path:
    """A gzip a thousandth as large as what it holds."""
    with gzip.open(path, "wb") as file:
        file.write(b"some lines\n" * 20_000)
        for _ in range(megabytes):
            file.write(b"x" * MIB)
    return path


@pytest.mark.parametrize("rules", [PROSE, CUT])
def test_a_word_without_an_end_is_refused_and_not_held(tmp_path: Path, rules: Rules) -> None:
    path = endless(tmp_path / "train.txt.gz", 60)
    tracemalloc.start()
    found = problem_of(lambda: tokens_of(tmp_path, of_file(path), rules))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == ("HEB559", str(path), "line 20,001 holds a word of more than 4 MiB")
    assert most < 8 * LONGEST


def test_a_word_that_ends_in_time_is_one(tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_text(f"a {'x' * (LONGEST - corpus_source.BLOCK)} b\n")
    assert [len(word) for word in tokens_of(tmp_path, of_file(path), PROSE)][1] > 3 * MIB


def test_different_words_are_counted_by_their_bytes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokenising, "MOST_HELD", MIB)
    path = tmp_path / "train.txt"
    path.write_text("".join(f"{letter * 300_000}\n" for letter in "abcd"))
    found = problem_of(lambda: tokens_of(tmp_path, of_file(path), CUT))
    assert found == ("HEB553", str(path), "more than 1,048,576 bytes of different words")


@pytest.mark.parametrize(
    ("begin", "more", "what"),
    [
        ("<DOC id='A'>\n<TEXT>\n", "words of it ", "line"),
        ("<DOC>\n<TEXT>\n", f"{'w ' * 500}\n", "paragraph"),
    ],
)
def test_newswire_without_an_end(tmp_path: Path, begin: str, more: str, what: str) -> None:
    path = tmp_path / "nyt_eng_200001.gz"
    path.write_bytes(gzip.compress((begin + more * (LONGEST // len(more) + 9)).encode(), 1))
    code, place, title = problem_of(lambda: list(documents(path)))
    assert (code, place) == ("HEB559", str(path))
    assert f"holds a {what} of more than 4 MiB" in title


def test_a_book_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gutenberg_source, "LARGEST", MIB)
    with zipfile.ZipFile(tmp_path / "books.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("books/Long.txt", b"some words\n" * 200_000)
    book = gutenberg_source._books(tmp_path / "books.zip")["Long"]
    code, place, title = problem_of(lambda: list(book.blocks()))
    assert (code, title) == ("HEB573", "a book of more than 1 MiB")
    assert place.startswith("books/Long.txt in ")


MARKERS = (
    "*** START OF THIS PROJECT GUTENBERG EBOOK",
    "*** END OF THIS PROJECT GUTENBERG EBOOK",
    "End of Project Gutenberg's",
    "<<THIS ELECTRONIC VERSION OF",
    "START FULL LICENSE",
)


def books_of(count: int) -> Iterator[str]:
    """Books of nothing but markers, alone, mixed, apart and in one line."""
    for gap in ("\n", "\n\n", " "):
        for marker in MARKERS:
            yield gap.join([marker] * count)
        yield gap.join(random.Random(0).choices(MARKERS, k=count))


def test_markers_of_books_are_looked_at_so_many_times_a_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Twice the lines, twice the looks."""
    looked = 0
    closed = licences._closed

    def counted(line: str) -> bool:
        nonlocal looked
        looked += 1
        return closed(line)

    monkeypatch.setattr(licences, "_closed", counted)
    for book in books_of(3_000):
        body(book)
        most, looked = looked, 0
        body(f"{book}\n{book}")
        assert looked <= 2.5 * most + 1_000
        looked = 0
