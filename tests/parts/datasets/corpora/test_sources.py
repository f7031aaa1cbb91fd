"""Where texts come from: WikiText found and fetched, books, newswire, files, Python's own."""

from __future__ import annotations

import functools
import gzip
import hashlib
import os
import random
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hebbdsl.diagnostics.diagnostic import At, Rejected
from hebbdsl.expression.metric import Split
from hebbdsl.parts.datasets import finding
from hebbdsl.parts.datasets.corpora import (
    gigaword_source,
    gutenberg_source,
    stdlib_docs_source,
    token_store,
    wikitext_source,
)
from hebbdsl.parts.datasets.corpora.corpus_source import Piece, Splits, of_file
from hebbdsl.parts.datasets.corpora.gigaword_source import documents, gigaword_splits
from hebbdsl.parts.datasets.corpora.gutenberg_source import gutenberg_splits, paragraphs
from hebbdsl.parts.datasets.corpora.licences import body
from hebbdsl.parts.datasets.corpora.stdlib_docs_source import _docstrings as docstrings
from hebbdsl.parts.datasets.corpora.stdlib_docs_source import stdlib_docs_splits
from hebbdsl.parts.datasets.corpora.text_files import text_missing, text_splits
from hebbdsl.parts.datasets.corpora.token_rules import Rules
from hebbdsl.parts.datasets.corpora.verifying import source_digests
from hebbdsl.parts.datasets.corpora.wikitext_source import FILES, wikitext_missing, wikitext_splits
from hebbdsl.parts.datasets.gigaword import Gigaword
from hebbdsl.parts.datasets.gutenberg import Gutenberg
from hebbdsl.parts.datasets.stdlib_docs import StdlibDocs
from hebbdsl.parts.datasets.text import Text
from hebbdsl.parts.datasets.wikitext import TOKENS, WORDS, Wikitext
from hebbdsl.parts.language import Corpus
from hebbdsl.parts.reporter import Quiet
from hebbdsl.program.data import open_data
from tests import sampling

REAL = os.environ.get("HEBBDSL_DATA")
real = pytest.mark.skipif(REAL is None, reason="HEBBDSL_DATA is not set: no real texts to test on")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    for module in (finding, token_store, wikitext_source):
        monkeypatch.setattr(module, "cache_folder", lambda: folder)
    return folder


@functools.cache
def docstrings_once(path: Path) -> tuple[str, ...]:
    return tuple(docstrings(path))


@pytest.fixture(autouse=True)
def _docstrings_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """To parse Python's whole library takes seconds, and it stays as it is."""
    monkeypatch.setattr(stdlib_docs_source, "_docstrings", docstrings_once)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("HEBBDSL_DATA", str(folder))
    return folder


def text_of(pieces: list[Piece]) -> str:
    return b"".join(block for piece in pieces for block in piece.blocks()).decode()


def codes(rejected: pytest.ExceptionInfo[Rejected]) -> list[str]:
    return [problem.code for problem in rejected.value.problems]


# WikiText


def tiny_wikitext(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    files = {name: f" = {split} = \n\n a b c \n".encode() for split, name in FILES.items()}
    sizes = {split: len(files[name]) for split, name in FILES.items()}
    monkeypatch.setattr(wikitext_source, "SIZES", {2: sizes})
    texts = {split: hashlib.sha256(files[name]).hexdigest() for split, name in FILES.items()}
    del texts["train"]
    monkeypatch.setattr(wikitext_source, "TEXTS", {2: texts})
    monkeypatch.setattr("hebbdsl.parts.datasets.wikitext.TOKENS", {2: dict.fromkeys(FILES, 9)})
    monkeypatch.setattr("hebbdsl.parts.datasets.wikitext.WORDS", {2: 7})
    return files


def packed(path: Path, files: dict[str, bytes], folder: str = "wikitext-2") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{folder}/{name}", content)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """An address, and the folder that is served there."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", folder
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("where", ["wikitext-2/wikitext-2-v1.zip", "wikitext-2.zip"])
def test_wikitext_is_found_packed(where: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed(data / where, tiny_wikitext(monkeypatch))
    splits, origin = wikitext_splits(2, (), Quiet())
    assert origin == str(data / where)
    assert {split: text_of(list(pieces)).split()[1] for split, pieces in splits.items()} == {
        split: split for split in FILES
    }
    assert not list(wikitext_missing(2, replaceable=False))


def test_wikitext_is_found_as_a_folder(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / "wikitext-2").mkdir()
    for name, content in tiny_wikitext(monkeypatch).items():
        (data / "wikitext-2" / name).write_bytes(content)
    content = Wikitext().open(Quiet())
    assert len(content.splits["train"]) == 9


@pytest.mark.usefixtures("data")
def test_wikitext_is_fetched_from_the_address_that_has_it(
    served: tuple[str, Path], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    address, folder = served
    files = tiny_wikitext(monkeypatch)
    packed(folder / "other" / "wikitext-2-v1.zip", {**files, "wiki.train.tokens": b"short"})
    packed(folder / "right" / "wikitext-2-v1.zip", files)
    (missing,) = wikitext_missing(2, replaceable=False)
    assert missing.code == "HEB515"
    assert missing.title.startswith("`wikitext-2` of `wikitext` is not here")
    addresses = (f"{address}/none", f"{address}/other", f"{address}/right")
    _, origin = wikitext_splits(2, addresses, Quiet())
    assert origin == str(cache / "wikitext-2" / "wikitext-2-v1.zip")
    _, again = wikitext_splits(2, (), Quiet())
    assert again == origin


@pytest.mark.usefixtures("data")
def test_wikitext_that_can_not_be_had_says_so_or_is_replaced() -> None:
    with pytest.raises(Rejected) as found:
        Wikitext(addresses=()).open(Quiet())
    assert codes(found) == ["HEB501"]
    assert "fallback: stdlib_docs" in str(found.value.problems[0].hint)
    opened = open_data(Wikitext(addresses=(), fallback=StdlibDocs(vocabulary=100)), Quiet())
    assert opened.substituted_for == "wikitext"
    assert opened.content.word == "stdlib_docs"


def test_other_files_under_its_name_are_refused(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = tiny_wikitext(monkeypatch)
    packed(data / "wikitext-2-v1.zip", {**files, "wiki.test.tokens": b"raw"})
    with pytest.raises(Rejected) as found:
        wikitext_splits(2, (), Quiet())
    assert codes(found) == ["HEB555"]
    packed(data / "wikitext-2-v1.zip", {"wiki.test.tokens": files["wiki.test.tokens"]})
    with pytest.raises(Rejected) as found:
        wikitext_splits(2, (), Quiet())
    assert codes(found) == ["HEB501"]
    (data / "wikitext-2-v1.zip").write_bytes(b"PK no zip")
    with pytest.raises(Rejected) as found:
        wikitext_splits(2, (), Quiet())
    assert codes(found) == ["HEB504"]


@pytest.mark.parametrize(
    ("split", "text", "code", "title"),
    [
        ("test", b" = test = \n\n a b d \n", "HEB565", "the test text is not that of WikiText-2"),
        ("test", b" = test = \n\n abc d \n", "HEB555", "8 tokens where WikiText-2 as published"),
        ("train", b" = train = \n\n a b b \n", "HEB555", "6 words where WikiText-2 as published"),
        ("train", b" = train = \n\na    c \n", "HEB555", "8 tokens where"),
    ],
)
def test_another_text_of_the_same_size_is_refused(
    split: Split, text: bytes, code: str, title: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = tiny_wikitext(monkeypatch)
    assert len(files[FILES[split]]) == len(text)
    packed(data / "wikitext-2-v1.zip", files)
    assert len(Wikitext().open(Quiet()).words) == 7
    assert len(Wikitext(vocabulary=4).open(Quiet()).words) == 4
    packed(data / "wikitext-2-v1.zip", {**files, FILES[split]: text})
    for _ in ("tokenised", "kept"):
        with pytest.raises(Rejected) as found:
            Wikitext().open(Quiet())
        (problem,) = found.value.problems
        assert problem.code == code
        assert problem.title.startswith(title)
        assert FILES[split] in str(problem.place)


def test_a_file_of_wikitext_that_is_missing_is_named(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = tiny_wikitext(monkeypatch)
    del files["wiki.test.tokens"]
    packed(data / "wikitext-2-v1.zip", files)
    (said,) = wikitext_missing(2, replaceable=False)
    assert said.code == "HEB515"
    assert said.title == ("`wiki.test.tokens` of `wikitext` is not here, and a run can't fetch it")
    with pytest.raises(Rejected) as found:
        wikitext_splits(2, (), Quiet())
    (problem,) = found.value.problems
    assert problem.code == "HEB501"
    assert problem.title.endswith(
        "not found here: " + f"{data / 'wikitext-2-v1.zip'}: it holds the others"
    )
    assert str(problem.hint).startswith("put wiki.test.tokens beside the others, or wikitext-2-v1")
    (data / "wikitext-2-v1.zip").write_bytes(b"no zip")
    assert [problem.code for problem in wikitext_missing(2, replaceable=False)] == ["HEB504"]


@pytest.mark.parametrize("corpus", [Wikitext(), Gutenberg(), Gigaword()], ids=lambda c: c.word)
def test_a_folder_that_may_not_be_looked_into(
    corpus: Corpus, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is for whoever is not root."""
    shut = data / ("wikitext-2" if corpus.word == "wikitext" else corpus.word)
    shut.mkdir()
    inner = shut / "inner"
    inner.mkdir()

    def refuse(path: object) -> None:
        if Path(os.fspath(path)).is_relative_to(refused):  # type: ignore[call-overload]
            raise PermissionError(13, "Permission denied", str(path))

    stat, scandir = Path.stat, os.scandir

    def stat_(path: Path, **asked: bool) -> os.stat_result:
        refuse(path.parent)
        return stat(path, **asked)

    def scandir_(path: str) -> object:
        refuse(path)
        return scandir(path)

    monkeypatch.setattr(Path, "stat", stat_)
    monkeypatch.setattr(os, "scandir", scandir_)
    for refused in (shut,) if corpus.word == "wikitext" else (shut, inner):
        assert [problem.code for problem in corpus.missing_here()] == ["HEB503"]
        with pytest.raises(Rejected) as found:
            corpus.open(Quiet())
        assert codes(found) == ["HEB503"]
        assert str(found.value.problems[0].place).startswith(str(refused))


def test_files_that_can_not_be_looked_at(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = data / "gigaword"
    folder.mkdir()
    (folder / "nyt_eng_200001.gz").symlink_to(folder / "none.gz")
    with pytest.raises(Rejected) as found:
        Gigaword().open(Quiet())
    assert codes(found) == ["HEB503"]

    def refused(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    (data / "a.txt").write_text("a b\n")
    monkeypatch.setattr(Path, "is_file", refused)
    corpus = Text(train=("*.txt",), validation=("a.txt",), test=("a.txt",))
    assert [problem.code for problem in corpus.missing_here()] == ["HEB503"]
    with pytest.raises(Rejected) as found:
        corpus.open(Quiet())
    assert codes(found) == ["HEB503"]


def test_what_can_not_be_fetched_is_said_to_be_put_there(data: Path) -> None:
    (data / "gigaword").mkdir()
    shown = {
        Gigaword(): ("`*.gz` of `gigaword`", "`nyt_eng_200001.gz`", "is a packed month"),
        Gutenberg(): ("`books.zip` of `gutenberg`", "`books.zip`, or a folder", "no books in it"),
    }
    for corpus, (what, advice, reason) in shown.items():
        (here,) = corpus.missing_here()
        assert here.title == f"{what} is not here, and a run can't fetch it"
        (here,) = replace(corpus, fallback=StdlibDocs()).missing_here()
        assert here.title == f"{what} is not here: what `fallback` names stands in"
        with pytest.raises(Rejected) as found:
            corpus.open(Quiet())
        (problem,) = found.value.problems
        assert problem.code == "HEB501"
        assert problem.title.startswith(f"{what} not found here: {data}")
        assert reason in problem.title
        assert "there is no such folder" in problem.title
        assert advice in str(problem.hint)
        assert "data.zip" not in str(problem.hint)


def test_an_empty_validation_text_of_newswire_names_the_field(data: Path) -> None:
    for year in (2000, 2010):
        month(data, f"nyt_eng_{year}01", DOCUMENTS)
    with pytest.raises(Rejected) as found:
        Gigaword(train_years=(2000,)).open(Quiet())
    (problem,) = found.value.problems
    assert problem.code == "HEB551"
    assert "`validation_share`" in str(problem.hint)


@real
def test_wikitext_2_has_the_published_counts() -> None:
    content = Wikitext().open(Quiet())
    assert {split: len(ids) for split, ids in content.splits.items()} == dict(TOKENS[2])
    assert len(content.words) == WORDS[2] == 33_278
    assert int(content.counts.sum()) == 2_088_628
    assert Wikitext().facts().vocabulary_size == 33_278
    small = Wikitext(vocabulary=1_000).open(Quiet())
    assert len(small.words) == 1_000


# Project Gutenberg

BODY = ["THE TITLE", "", "Chapter I", "", "One line", "and its end.", "", "Another paragraph."]
HEADERS = {
    "of this": ["*** START OF THIS PROJECT GUTENBERG EBOOK THE TITLE ***"],
    "of the, no space": ["***START OF THE PROJECT GUTENBERG EBOOK THE TITLE***"],
    "two lines": ["***START OF THE PROJECT GUTENBERG EBOOK A VERY LONG", "TITLE OF A BOOK***"],
    "etext": ["*** START OF THE PROJECT GUTENBERG ETEXT THE TITLE ***"],
    "small print": ["*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*"],
    "older small print": ["*END THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*"],
    "both": [
        "***START OF THE PROJECT GUTENBERG EBOOK THE TITLE***",
        "",
        "Licence anew",
        "*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.10/04/01*END*",
    ],
}
FOOTERS = [
    "*** END OF THIS PROJECT GUTENBERG EBOOK THE TITLE ***",
    "***END OF THE PROJECT GUTENBERG EBOOK THE TITLE***",
    "End of the Project Gutenberg EBook of The Title, by Nobody",
    "End of Project Gutenberg's The Title, by Nobody",
    "End of The Project Gutenberg Etext of The Title",
]


@pytest.mark.parametrize("footer", FOOTERS)
@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_licences_of_all_times_come_off(header: list[str], footer: str) -> None:
    before = ["The Project Gutenberg EBook of The Title", "", "This eBook is for the use of"]
    after = ["", "Section 5. The Project Gutenberg License", "*** END: FULL LICENSE ***"]
    credit = ["", "Produced by Nobody and the", "Online Distributed Proofreading Team", ""]
    text = "\r\n".join([*before, *header, *credit, *BODY, "", footer, *after])
    assert list(paragraphs(body(text))) == [
        "THE TITLE",
        "Chapter I",
        "One line and its end.",
        "Another paragraph.",
    ]


def test_a_book_without_markers_is_all_body() -> None:
    assert body("\n".join(BODY)) == BODY


MARKERS = [
    "*** START OF THE COPYRIGHTED PROJECT GUTENBERG EBOOK THE TITLE ***",
    "\t*** START OF THE PROJECT GUTENBERG EBOOK THE TITLE ***",
    "Beginning of this Project Gutenberg Etext",
    "and tells you about restrictions in how the file may be used.",
]
MORE_FOOTERS = [
    "*** END OF THE COPYRIGHTED PROJECT GUTENBERG EBOOK THE TITLE ***",
    "\t***END OF THE PROJECT GUTENBERG EBOOK THE TITLE***",
    "Ende dieses Project Gutenberg Etextes Der Titel, von Niemand",
    "Ende dieses Projekt Gutenberg Etextes",
    "Ende dieses Etextes Der Titel",
    "Fin de Project Gutenberg's Le Titre, by Personne",
    "Fin du projet Gutenberg",
    "End of this is COPYRIGHTED Project Gutenberg Etext The Title",
    "End of this Project Gutenberg Etext",
    "**This is a COPYRIGHTED Project Gutenberg Etext, Details Above**",
    "More information about this book is at the top of this file.",
    "We need your donations more than ever!",
    "Ce document fut présenté en lecture à l'Académie",
    "***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***",
    '["Small Print" V.12.08.93]',
]


@pytest.mark.parametrize("footer", MORE_FOOTERS)
def test_licences_of_other_forms_come_off(footer: str) -> None:
    after = [
        "",
        "of Project Gutenberg Etexts",
        "*END*THE SMALL PRINT! FOR ETEXTS*Ver.04.29.93*END*",
    ]
    for header in MARKERS:
        text = "\n".join(["The Project Gutenberg EBook", header, *BODY, footer, *after])
        assert body(text) == BODY


def test_a_title_of_capitals_that_is_never_closed_is_none_of_the_book() -> None:
    start = "*** START OF THE PROJECT GUTENBERG EBOOK THE FIRST"
    assert body(f"{start}\nPART OF THE TITLE\n\nThe text.") == ["", "The text."]
    assert body(f"{start}\nThe text.\n\nAnd more.") == ["The text.", "", "And more."]


@pytest.mark.parametrize(
    "inner",
    [
        "End of Project Gutenberg's Volume One",
        "End of the Project Gutenberg EBook of a very long title of the first volume of all, by",
        "*** END OF THIS PROJECT GUTENBERG EBOOK VOLUME ONE ***",
        "*** START OF THIS PROJECT GUTENBERG EBOOK VOLUME TWO ***",
        "Fin de Project Gutenberg's Volume One",
    ],
)
@pytest.mark.parametrize("footer", [*FOOTERS, MORE_FOOTERS[3], ""])
@pytest.mark.parametrize("many", [1, 1_000])
def test_a_marker_inside_a_book_cuts_nothing(inner: str, footer: str, many: int) -> None:
    one, two = ["", "Volume one."] * many, ["", "", "Volume two."] * many
    start = "*** START OF THIS PROJECT GUTENBERG EBOOK BOTH VOLUMES ***"
    after = ["", "This file is of www.gutenberg.org"] if footer else []
    ends = [footer, *after] if footer else []
    assert body("\n".join([start, *one, inner, *two, *ends])) == [*one, *two]


def test_the_markers_of_volumes_that_were_joined_come_out() -> None:
    volumes = [
        line
        for title in ("ONE", "TWO")
        for line in (
            f"*** START OF THE PROJECT GUTENBERG EBOOK {title} ***",
            f"text {title}",
            f"*** END OF THE PROJECT GUTENBERG EBOOK {title} ***",
        )
    ]
    assert body("\n".join(volumes)) == ["text ONE", "text TWO"]


def test_the_footer_of_a_short_book_is_no_header() -> None:
    start = "*** START OF THIS PROJECT GUTENBERG EBOOK THE TITLE ***"
    small = ["**The Legal Small Print**", "of Etexts", "*END*THE SMALL PRINT! FOR ETEXTS*END*"]
    assert body("\n".join([start, "Text.", *small])) == ["Text."]
    end = "End of Project Gutenberg's The Title"
    assert body("\n".join([start, "Text.", end, *small, "Last words"])) == ["Text."]


def test_markers_of_one_footer_go_together() -> None:
    end = "*** END OF THIS PROJECT GUTENBERG EBOOK THE TITLE ***"
    for footer in (
        ["End of Project Gutenberg's The Title, by One", "and Another", "", end],
        ["End of the Project Gutenberg EBook of The Title", "by Nobody", "", "Produced by X", end],
        ["End of Project Gutenberg's The Title", "", "Produced by Nobody", "", end],
    ):
        assert body("\n".join(["Text.", *footer])) == ["Text."]


def test_notices_of_old_books_come_out() -> None:
    notice = ["<<THIS ELECTRONIC VERSION OF THE WORKS IS", "SERVICE THAT CHARGES FOR DOWNLOAD>>"]
    assert body("\n".join(["Act I", *notice, "Act II"])) == ["Act I", "Act II"]
    assert body("\n".join([notice[0], *["Act"] * 30])) == [notice[0], *["Act"] * 30]


def test_books_of_one_name_are_all_read(data: Path) -> None:
    shelf(data, 4)
    for name in ("one/Book_0.txt", "one/Book_1.TXT", "two/Book_1.txt", "two/Book_1.TXT"):
        path = data / "gutenberg" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{name}\n")
    for name in ("__MACOSX/._0.txt", "._Book_0.txt", ".trash/Book_9.txt", "notes.md"):
        path = data / "gutenberg" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"\0")
    folder = data / "gutenberg"
    names = {
        *("Book_0.txt", "one/Book_0", "Book_1.txt", "one/Book_1"),
        *("two/Book_1.txt", "two/Book_1.TXT", "Book_2", "Book_3"),
    }
    assert set(gutenberg_source._books(folder)) == names
    archive = data / "books.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                opened.write(path, path.relative_to(folder).as_posix())
    assert set(gutenberg_source._books(archive)) == names
    found = dealt(listed={"test": ("one/Book_0",), "validation": ("Book_2",)})
    assert sum(map(len, found.values())) >= 4
    with pytest.raises(Rejected) as rejected:
        dealt(listed={"test": ("Book_0",)})
    hint = str(rejected.value.problems[0].hint)
    assert "`Book_0.txt`" in hint
    assert "`one/Book_0`" in hint


def test_what_is_read_of_a_book_is_known_of_its_tokens(data: Path) -> None:
    shelf(data, 1)
    (piece,) = gutenberg_source._books(data / "gutenberg").values()
    splits: Splits = {"train": [piece], "validation": [piece], "test": [piece]}
    digests = source_digests(splits, Quiet(), "gutenberg")
    for reading in ("another", ""):
        other: Splits = {**splits, "train": [replace(piece, reading=reading)]}
        keys = {token_store._key(pieces, digests, Rules()) for pieces in (splits, other)}
        assert len(keys) == 2


def shelf(home: Path, count: int, prefix: str = "Book") -> None:
    folder = home / "gutenberg"
    folder.mkdir(exist_ok=True)
    for number in range(count):
        name = f"{prefix}_{number}"
        (folder / f"{name}.txt").write_text(f"Words of {name}.\n\nAnd more.\n", encoding="utf-8")


def dealt(**changes: object) -> dict[Split, set[str]]:
    counts: dict[Split, int] = {"validation": 2, "test": 3}
    listed: dict[Split, tuple[str, ...]] = {}
    listed |= changes.get("listed", {})  # type: ignore[arg-type]
    splits, _ = gutenberg_splits(counts, listed, int(str(changes.get("seed", 0))))
    return {split: {p.files[0].stem for p in pieces} for split, pieces in splits.items()}


def test_books_are_dealt_by_seed_and_name(data: Path) -> None:
    shelf(data, 20)
    first = dealt()
    assert [len(first[split]) for split in ("train", "validation", "test")] == [15, 2, 3]
    assert dealt() == first
    assert dealt(seed=1) != first
    shelf(data, 1, "New")
    moved = [book for split in first for book in first[split] ^ dealt()[split] if "New" not in book]
    assert len(set(moved)) <= 2, "a book more moves at most those at the ends"


def test_books_may_be_listed(data: Path) -> None:
    shelf(data, 6)
    found = dealt(listed={"test": ("Book_5",), "validation": ("Book_1",)})
    assert (found["test"], found["validation"], len(found["train"])) == ({"Book_5"}, {"Book_1"}, 4)
    with pytest.raises(Rejected) as rejected:
        dealt(listed={"test": ("Bok_5",)})
    assert codes(rejected) == ["HEB571"]
    assert "`Book_5`" in str(rejected.value.problems[0].hint)


def test_too_few_books(data: Path) -> None:
    with pytest.raises(Rejected) as rejected:
        dealt()
    assert codes(rejected) == ["HEB501"]
    assert [p.code for p in gutenberg_source.gutenberg_missing(replaceable=True)] == ["HEB515"]
    shelf(data, 5)
    with pytest.raises(Rejected) as rejected:
        dealt()
    assert codes(rejected) == ["HEB572"]
    with zipfile.ZipFile(data / "books.zip", "w") as archive:
        archive.writestr("books/cover.png", b"")
    (data / "gutenberg" / "books.zip").write_bytes((data / "books.zip").read_bytes())
    with pytest.raises(Rejected) as rejected:
        dealt()
    assert codes(rejected) == ["HEB570"]


def test_books_in_the_letters_of_their_time_are_read(data: Path) -> None:
    shelf(data, 6)
    old = data / "gutenberg" / "Book_0.txt"
    old.write_bytes("Café “quoted”\n".encode("cp1252"))
    (data / "gutenberg" / "Book_1.txt").write_bytes("\ufeffNaïve\n".encode())
    books = gutenberg_source._books(data / "gutenberg")
    assert text_of([books["Book_0"]]) == "Café “quoted”\n"
    assert text_of([books["Book_1"]]) == "Naïve\n"


@real
def test_the_real_books_keep_their_text_and_lose_their_licence() -> None:
    place = gutenberg_source._found()
    assert place is not None
    books = gutenberg_source._books(place)
    assert len(books) == 80
    for name, piece in sampling.sample([*books.items()], 16, "books"):
        text = text_of([piece])
        assert 0.8 * piece.size < len(text.encode()) < piece.size, name
        assert not re.search(r"project gutenberg.{0,20}licen[sc]e", text, re.IGNORECASE), name
        assert not re.search(r"(start|end) of (the|this) project gutenberg", text, re.I), name
    if sampling.ALL:
        content = Gutenberg(validation_books=4, test_books=4, vocabulary=20_000).open(Quiet())
        assert len(content.words) == 20_000
        assert len(content.splits["train"]) > 7_000_000


# Gigaword

DOCUMENTS = """<DOC id="NYT_ENG_20000101.0001" type="story" >
<HEADLINE>
NOT THIS &AMP; NOT THAT
</HEADLINE>
<DATELINE>
NEW YORK
</DATELINE>
<TEXT>
<P>
First paragraph, on
two lines &amp; more.
</P>
<P>
Never closed
<P>
and followed.
</P>
</TEXT>
</DOC>
<DOC id="NYT_ENG_20000101.0002" type="other" >
<TEXT>
Text without paragraphs.

A blank line between.
</TEXT>
<doc id=NYT_ENG_20000101.0003 type="story">
<text>
<p>Small tags, on one line.</p>
</text>
</doc>
<DOC id="NYT_ENG_20000101.0004" type="story" >
<TEXT>
</TEXT>
</DOC>
"""
PARAGRAPHS = [
    ("NYT_ENG_20000101.0001", "First paragraph, on two lines & more."),
    ("NYT_ENG_20000101.0001", "Never closed"),
    ("NYT_ENG_20000101.0001", "and followed."),
    ("NYT_ENG_20000101.0002", "Text without paragraphs."),
    ("NYT_ENG_20000101.0002", "A blank line between."),
    ("NYT_ENG_20000101.0003", "Small tags, on one line."),
]


def month(home: Path, name: str, text: str) -> Path:
    path = home / "gigaword" / "data" / "nyt_eng" / f"{name}.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()))
    return path


def test_newswire_is_read_as_it_comes(tmp_path: Path) -> None:
    assert list(documents(month(tmp_path, "nyt_eng_200001", DOCUMENTS))) == PARAGRAPHS


def test_any_cut_of_the_markup_is_read(tmp_path: Path) -> None:
    """Lines lost anywhere: what comes out stands in the text, and nothing is raised."""
    lines = DOCUMENTS.splitlines(keepends=True)
    generator = random.Random(0)
    whole = " ".join(text for _, text in PARAGRAPHS) + "NOT THIS & NOT THAT NEW YORK"
    for number in range(60):
        kept = [line for line in lines if generator.random() < 0.8]
        found = list(documents(month(tmp_path, f"nyt_eng_2000{number:02}", "".join(kept))))
        assert all(word in whole for _, text in found for word in text.split())


def test_a_tag_that_is_broken_is_one(tmp_path: Path) -> None:
    text = """<DOC id="A" type="story">
<TEXT>
<P>
one <b and c> three, a < b
</P
>
<P> two <p and q> <I>four</I> <br/>
a <p or
q
</TEXT>
</DOC>
<DOC
  id="B"
  type="story" >
<TEXT>
of B
</TEXT>
</DOC>
<DOC type="story">
<TEXT>
of none
</TEXT>
<DOC id="" type="x"
<TEXT>
of another
</TEXT>
</DOC>
<TEXT>
of no document
</TEXT>
<DOC id="E"
<TEXT>
of E
</TEXT>
<DOC id="F" type="y
z w

<TEXT>
of F
a <p
"""
    path = month(tmp_path, "nyt_eng_200001", text)
    assert list(documents(path)) == [
        ("A", "one <b and c> three, a < b"),
        ("A", "two <p and q>"),
        ("A", "four"),
        ("A", "a <p or q"),
        ("B", "of B"),
        ("nyt_eng_200001 #5", "of none"),
        ("nyt_eng_200001 #6", "of another"),
        ("nyt_eng_200001 #7", "of no document"),
        ("E", "of E"),
        ("F", "of F a <p"),
    ]
    many = "a <p and\n" + "b\n" * 9
    path = month(tmp_path, "nyt_eng_200002", f"<DOC id=A>\n<TEXT>\n{many}</TEXT>\n")
    assert list(documents(path)) == [("A", "a <p and" + " b" * 9)]


def test_another_choice_of_documents_is_another_corpus(data: Path) -> None:
    """The same files, and other tokens are made of them."""
    articles = "".join(
        f'<DOC id="D{n}" type="story">\n<TEXT>\nword{n} and\n</TEXT>\n</DOC>\n' for n in range(99)
    )
    month(data, "nyt_eng_200001", articles)
    month(data, "nyt_eng_201001", articles)
    found = [
        Gigaword(train_years=(2000,), validation_share=share, split_seed=seed, fallback=None).open(
            Quiet()
        )
        for share, seed in ((0.2, 0), (0.5, 0), (0.5, 1))
    ]
    assert len({one.fingerprint for one in found}) == 3
    assert len(found[0].splits["validation"]) < len(found[1].splits["validation"])


def test_years_are_dealt_and_documents_held_out(data: Path) -> None:
    documents_ = "".join(
        f'<DOC id="D{n}" type="story">\n<TEXT>\n<P>\nword{n}\n</P>\n</TEXT>\n</DOC>\n'
        for n in range(400)
    )
    month(data, "nyt_eng_200001", documents_)
    month(data, "nyt_eng_201001", "<DOC id=X>\n<TEXT>\n<P>\nlater still\n</P>\n</TEXT>\n</DOC>\n")
    splits, _ = gigaword_splits((2000,), (2010,), 0.1, 0)
    train, held_out = (set(text_of(list(splits[s])).split()) for s in ("train", "validation"))  # type: ignore[index]
    assert len(train | held_out) == 400
    assert not train & held_out
    assert 20 <= len(held_out) <= 60
    assert text_of(list(splits["test"])) == "later still\n"
    content = Gigaword(train_years=(2000,), validation_share=0.1).open(Quiet())
    assert len(content.splits["train"]) == 2 * len(train)


def test_newswire_that_is_not_there(data: Path) -> None:
    with pytest.raises(Rejected) as rejected:
        Gigaword().open(Quiet())
    assert codes(rejected) == ["HEB501"]
    assert [p.code for p in gigaword_source.gigaword_missing(replaceable=False)] == ["HEB515"]
    path = month(data, "nyt_eng_200001", DOCUMENTS)
    with pytest.raises(Rejected) as rejected:
        Gigaword().open(Quiet())
    assert codes(rejected) == ["HEB580"]
    assert not list(Gigaword().missing_here())
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(Rejected) as rejected:
        list(documents(path))
    assert codes(rejected) == ["HEB581"]
    assert rejected.value.problems[0].place == str(path)


# Files, and Python's own documentation


def test_files_are_read_in_order(data: Path) -> None:
    (data / "b.txt").write_text("b b\n")
    (data / "a.txt").write_text("a a\n")
    (data / "c.txt.gz").write_bytes(gzip.compress(b"c\n"))
    splits, origin = text_splits({"train": ["*.txt", "c.txt.gz"], "test": ["a.txt"]})
    assert text_of(list(splits["train"])) == "a a\nb b\nc\n"
    assert origin == str(data)
    corpus = Text(train=("*.txt",), validation=("b.txt",), test=("a.txt",))
    assert [problem.code for problem in corpus.missing_here()] == ["HEB562", "HEB562"]
    assert len(corpus.open(Quiet()).splits["train"]) == 6


@pytest.mark.usefixtures("data")
def test_files_that_are_not_there_are_all_named() -> None:
    corpus = Text(train=("a*.txt",), validation=("b.txt",), test=("c.txt",))
    with pytest.raises(Rejected) as rejected:
        corpus.open(Quiet())
    assert codes(rejected) == ["HEB556"] * 3
    assert len(list(text_missing(corpus.files))) == 3
    instead = Text(train=("a",), validation=("b",), test=("c",), fallback=StdlibDocs())
    assert open_data(instead, Quiet()).substituted_for == "text"


def test_a_file_in_two_splits_is_warned_of(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abcd":
        (data / f"{name}.txt").write_text(f"{name} {name}\n")
    (data / "link.txt").symlink_to(data / "d.txt")
    said = list[str]()

    class Heard(Quiet):
        def say(self, text: str) -> None:
            said.append(text)

    apart = Text(train=("a.txt", "b.txt"), validation=("c.txt",), test=("d.txt",))
    assert not list(apart.missing_here())
    apart.open(Heard())
    assert not said
    linked = Text(train=("a.txt",), validation=("link.txt",), test=("d.txt",))
    matched = Text(train=("[ab].txt",), validation=("c.txt",), test=("[ad].txt", "b.txt"))
    for corpus, both in ((linked, ["d.txt"]), (matched, ["a.txt", "b.txt"])):
        (problem,) = corpus.missing_here()
        assert problem.code == "HEB562"
        assert problem.place == At.field("test")
        assert getattr(problem, "files", None) == tuple(str(data / name) for name in both)
        corpus.open(Heard())
        assert said.pop() == f"{problem.title}; what is measured on it is no test"
    named = Text(train=("./a.txt",), validation=("c.txt",), test=("a.txt",))
    assert not list(named.missing_here()), "lint says so, which may be allowed with a reason"
    named.open(Heard())
    assert len(said) == 1
    monkeypatch.setenv("HEBBDSL_DATA", str(tmp_path / "none"))
    assert [problem.code for problem in named.missing_here()] == ["HEB502"]


def test_years_and_books_stand_in_one_split() -> None:
    years = list(Gigaword(train_years=tuple(range(2000, 2011))).errors())
    assert [problem.code for problem in years] == ["HEB448"]
    assert years[0].title == "`2010` stands in `train_years` and `test_years` both"
    assert not list(Gigaword().errors())
    books = list(Gutenberg(validation=tuple("abcdefg"), test=tuple("bcdefg")).errors())
    assert books[0].title == "`b` and 5 more stand in `validation` and `test` both"
    assert not list(Gutenberg(validation=("a",), test=("b",)).errors())


def test_a_cut_gzip_is_named(data: Path) -> None:
    path = data / "c.txt.gz"
    path.write_bytes(gzip.compress(b"some text\n" * 50)[:-9])
    with pytest.raises(Rejected) as rejected:
        text_of([of_file(path)])
    assert codes(rejected) == ["HEB561"]
    path.write_bytes(b"no gzip")
    with pytest.raises(Rejected) as rejected:
        text_of([of_file(path)])
    assert codes(rejected) == ["HEB561"]
    assert "gzip -t" in str(rejected.value.problems[0].hint)
    with pytest.raises(Rejected) as rejected:
        of_file(data / "none.txt")
    assert codes(rejected) == ["HEB503"]


def test_pythons_documentation_is_there_and_held_out_by_module() -> None:
    splits: Splits
    splits, origin = stdlib_docs_splits()
    assert "documentation" in origin
    texts = {split: text_of(list(pieces)) for split, pieces in splits.items()}
    words = {split: len(text.split()) for split, text in texts.items()}
    assert words["train"] > 250_000
    assert min(words["validation"], words["test"]) > 10_000
    assert "lambda" in texts["train"]


def test_pythons_documentation_is_read_without_importing() -> None:
    """In a process of its own, which has imported nothing yet."""
    script = (
        "import sys;"
        "from hebbdsl.parts.datasets.corpora.stdlib_docs_source import stdlib_docs_splits;"
        "sum(len(b) for ps in stdlib_docs_splits()[0].values() for p in ps for b in p.blocks());"
        "assert not {'antigravity', 'turtle', 'tkinter', 'this', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_vocabulary_of_pythons_documentation_is_as_large_as_asked_for() -> None:
    content = StdlibDocs(vocabulary=500).open(Quiet())
    assert len(content.words) == 500
    assert len(content.splits["train"]) > 300_000
