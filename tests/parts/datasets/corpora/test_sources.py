"""Where texts come from: WikiText found and fetched, books, newswire, files, Python's own."""

from __future__ import annotations

import gzip
import os
import random
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.expression.metrics import Split
from hebbdsl.parts.datasets import finding
from hebbdsl.parts.datasets.corpora import gigaword, gutenberg, store, wikitext
from hebbdsl.parts.datasets.corpora.gigaword import documents, gigaword_splits
from hebbdsl.parts.datasets.corpora.gutenberg import body, gutenberg_splits, paragraphs
from hebbdsl.parts.datasets.corpora.source import Piece, Splits, of_file
from hebbdsl.parts.datasets.corpora.stdlib_docs import stdlib_docs_splits
from hebbdsl.parts.datasets.corpora.text_files import text_missing, text_splits
from hebbdsl.parts.datasets.corpora.wikitext import FILES, wikitext_missing, wikitext_splits
from hebbdsl.parts.datasets.gigaword import Gigaword
from hebbdsl.parts.datasets.gutenberg import Gutenberg
from hebbdsl.parts.datasets.stdlib_docs import StdlibDocs
from hebbdsl.parts.datasets.text import Text
from hebbdsl.parts.datasets.wikitext import TOKENS, WORDS, Wikitext
from hebbdsl.parts.part import Quiet
from hebbdsl.program.opening import open_data

REAL = os.environ.get("HEBBDSL_DATA")
real = pytest.mark.skipif(REAL is None, reason="HEBBDSL_DATA is not set: no real texts to test on")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    for module in (finding, store, wikitext):
        monkeypatch.setattr(module, "cache_folder", lambda: folder)
    return folder


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
    monkeypatch.setattr(wikitext, "SIZES", {2: sizes})
    counts = {split: (3, files[name].count(b" ")) for split, name in FILES.items()}
    monkeypatch.setattr(wikitext, "LINES_AND_SPACES", {2: counts})
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
    assert "otherwise: stdlib_docs" in str(found.value.problems[0].hint)
    opened = open_data(Wikitext(addresses=(), otherwise=StdlibDocs(vocabulary=100)), Quiet())
    assert opened.substituted_for == "wikitext"
    assert opened.content.word == "stdlib_docs"


def test_other_words_in_files_of_the_same_size_are_refused(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = tiny_wikitext(monkeypatch)
    other = files["wiki.test.tokens"].replace(b"a b c", b"a bbc")
    packed(data / "wikitext-2-v1.zip", {**files, "wiki.test.tokens": other})
    with pytest.raises(Rejected) as found:
        Wikitext().open(Quiet())
    assert codes(found) == ["HEB555"]
    assert found.value.problems[0].title.startswith("7 words in 3 lines where WikiText-2")


@real
def test_the_published_counts_are_those_of_the_real_files() -> None:
    splits, _ = wikitext_splits(2, (), Quiet())
    text = {split: text_of([*pieces]) for split, pieces in splits.items()}
    for split, whole in text.items():
        counts = whole.count("\n"), whole.count(" ")
        assert wikitext.LINES_AND_SPACES[2][split] == counts
        assert TOKENS[2][split] == counts[1]


def test_a_zip_that_is_encrypted_is_said_to_be(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = tiny_wikitext(monkeypatch)
    packed(data / "wikitext-2-v1.zip", files)
    raw = bytearray((data / "wikitext-2-v1.zip").read_bytes())
    for at in (m.start() for m in re.finditer(rb"PK\x03\x04|PK\x01\x02", bytes(raw))):
        raw[at + (6 if raw[at + 2] == 3 else 8)] |= 1  # the flag
    (data / "wikitext-2-v1.zip").write_bytes(bytes(raw))
    with pytest.raises(Rejected) as found:
        Wikitext().open(Quiet())
    assert codes(found) == ["HEB504"]
    assert "encrypted" in found.value.problems[0].title


@pytest.mark.parametrize("word", ["wikitext-2", "gutenberg", "gigaword"])
def test_a_folder_that_may_not_be_looked_into_is_said(
    word: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / word).mkdir()
    look = os.scandir

    def scan(path: str | Path) -> object:
        if str(path).endswith(word):
            raise PermissionError(13, "Permission denied")
        return look(path)

    monkeypatch.setattr(finding.os, "scandir", scan)
    corpus = {"wikitext-2": Wikitext(), "gutenberg": Gutenberg(), "gigaword": Gigaword()}[word]
    with pytest.raises(Rejected) as found:
        corpus.open(Quiet())
    assert codes(found) == ["HEB503"]
    assert [problem.code for problem in corpus.missing_here()] == ["HEB503"]


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


@real
def test_wikitext_2_has_the_published_counts() -> None:
    content = Wikitext().open(Quiet())
    assert {split: len(ids) for split, ids in content.splits.items()} == dict(TOKENS[2])
    assert len(content.words) == WORDS[2] == 33_278
    assert int(content.counts.sum()) == 2_088_628
    assert Wikitext().facts().words == 33_278
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


@pytest.mark.parametrize(
    "footer",
    [
        ["*** END OF THE COPYRIGHTED PROJECT GUTENBERG EBOOK THE TITLE ***"],
        ["\tEnd of the Project Gutenberg EBook of The Title"],
        ["Ende dieses Projekt Gutenberg Etextes Der Titel"],
        ["Ende dieses Project Gutenberg Etextes Der Titel"],
        ["Fin de Project Gutenberg's Etext Le Titre"],
        ["***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***", "*END*THE SMALL PRINT!"],
        [
            "End of Project Gutenberg's The Title",
            "",
            "*** END OF THE PROJECT GUTENBERG EBOOK X ***",
        ],
    ],
)
def test_rarer_ends_come_off(footer: list[str]) -> None:
    header = ["*** START OF THE COPYRIGHTED PROJECT GUTENBERG EBOOK THE TITLE ***", ""]
    long = ["A line.", ""] * 350
    text = "\n".join([*header, *BODY, "", *long, "The last.", "", *footer, "", "Some words more."])
    found = list(paragraphs(body(text)))
    assert (found[0], found[-1]) == ("THE TITLE", "The last.")


def test_what_looks_like_a_marker_inside_a_book_stays() -> None:
    header = "*** START OF THE PROJECT GUTENBERG EBOOK BOTH VOLUMES ***"
    volume = "End of Project Gutenberg's Volume One"
    inner = "*** START OF THE PROJECT GUTENBERG EBOOK VOLUME TWO ***"
    long = [f"Line {number}." for number in range(60)]
    footer = [
        "End of the Project Gutenberg EBook of Both Volumes",
        "",
        "*** START: FULL LICENSE ***",
    ]
    text = "\n".join([header, "", *long, volume, "", inner, *long, "", *footer, *long])
    assert body(text) == ["", *long, volume, "", inner, *long, ""]


def test_books_of_one_name_are_all_read_and_a_file_managers_are_not(data: Path) -> None:
    for name in ("one/Tales.txt", "two/Tales.TXT", "two/Other.txt", "two/._Other.txt"):
        path = data / "gutenberg" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Words of {name}.\n")
    named = {"one/Tales.txt", "two/Tales.TXT", "Other"}
    assert set(gutenberg._books(data / "gutenberg")) == named
    with zipfile.ZipFile(data / "books.zip", "w") as archive:
        for name in ("one/Tales.txt", "two/Tales.TXT", "two/Other.txt", "__MACOSX/two/._Other.txt"):
            archive.writestr(name, f"Words of {name}.\n")
    assert set(gutenberg._books(data / "books.zip")) == named


def test_a_book_without_markers_is_all_body() -> None:
    assert body("\n".join(BODY)) == BODY


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
    return {split: {Path(p.stamp[0]).stem for p in pieces} for split, pieces in splits.items()}


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
    assert [p.code for p in gutenberg.gutenberg_missing(replaceable=True)] == ["HEB515"]
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
    books = gutenberg._books(data / "gutenberg")
    assert text_of([books["Book_0"]]) == "Café “quoted”\n"
    assert text_of([books["Book_1"]]) == "Naïve\n"


@real
def test_the_real_books_keep_their_text_and_lose_their_licence() -> None:
    place = gutenberg._found()
    assert place is not None
    books = gutenberg._books(place)
    assert len(books) == 80
    for name, piece in books.items():
        text = text_of([piece])
        size = next(p.stamp[1] for p in (piece,))
        assert 0.8 * size < len(text.encode()) < size, name
        assert not re.search(r"project gutenberg.{0,20}licen[sc]e", text, re.IGNORECASE), name
        assert not re.search(r"(start|end) of (the|this) project gutenberg", text, re.I), name
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


def test_ids_are_found_where_they_are_and_no_other_documents(tmp_path: Path) -> None:
    text = """<DOC
 id="A" type="story">
<TEXT>
<P>
first <b and c> kept, 2 < 3
</P>
</TEXT>
</DOC>
<DOC type="story">
<TEXT>
<P>
second
</P>
</TEXT>
</DOC>
<DOC id=C>
<TEXT>
third <IMG src="x"> here
</TEXT>
</DOC>
"""
    found = list(documents(month(tmp_path, "nyt_eng_200001", text)))
    assert found == [
        ("A", "first <b and c> kept, 2 < 3"),
        ("nyt_eng_200001.gz 2", "second"),
        ("C", "third"),
        ("C", "here"),
    ]


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
    assert [p.code for p in gigaword.gigaword_missing(replaceable=False)] == ["HEB515"]
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
    (data / "d.txt").write_text("d d\n")
    splits, origin = text_splits({"train": ["[ab].txt", "c.txt.gz"], "test": ["d.txt"]})
    assert text_of(list(splits["train"])) == "a a\nb b\nc\n"
    assert origin == str(data)
    corpus = Text(train=("a.txt", "c.txt.gz"), validation=("b.txt",), test=("d.txt",))
    assert not list(corpus.missing_here())
    assert len(corpus.open(Quiet()).splits["train"]) == 5


def test_a_file_in_two_splits_is_refused(data: Path) -> None:
    (data / "a.txt").write_text("a a\n")
    (data / "b.txt").write_text("b b\n")
    (data / "link.txt").symlink_to(data / "a.txt")
    for corpus in (
        Text(train=("*.txt",), validation=("b.txt",), test=("c.txt",)),
        Text(train=("a.txt",), validation=("b.txt",), test=("link.txt",)),
    ):
        said = [problem.code for problem in corpus.missing_here()]
        assert "HEB562" in said
        with pytest.raises(Rejected) as rejected:
            corpus.open(Quiet())
        assert codes(rejected) == said
    assert rejected.value.problems[0].title == "this file is in the train text and in the test text"


@pytest.mark.usefixtures("data")
def test_files_that_are_not_there_are_all_named() -> None:
    corpus = Text(train=("a*.txt",), validation=("b.txt",), test=("c.txt",))
    with pytest.raises(Rejected) as rejected:
        corpus.open(Quiet())
    assert codes(rejected) == ["HEB556"] * 3
    assert len(list(text_missing(corpus.files))) == 3
    instead = Text(train=("a",), validation=("b",), test=("c",), otherwise=StdlibDocs())
    assert open_data(instead, Quiet()).substituted_for == "text"


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
    words = {split: len(text_of(list(splits[split])).split()) for split in splits}
    assert words["train"] > 250_000
    assert min(words["validation"], words["test"]) > 10_000
    assert "lambda" in text_of(list(splits["train"]))


def test_pythons_documentation_is_read_without_importing() -> None:
    """In a process of its own, which has imported nothing yet."""
    script = (
        "import sys; from hebbdsl.parts.datasets.corpora.stdlib_docs import stdlib_docs_splits;"
        "sum(len(b) for ps in stdlib_docs_splits()[0].values() for p in ps for b in p.blocks());"
        "assert not {'antigravity', 'turtle', 'tkinter', 'this', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_vocabulary_of_pythons_documentation_is_as_large_as_asked_for() -> None:
    content = StdlibDocs(vocabulary=500).open(Quiet())
    assert len(content.words) == 500
    assert len(content.splits["train"]) > 300_000
