"""Corpora as numbers: beside a slow reference, killed half-way, changed, and unwritable."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import tracemalloc
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.expression.metric import Split
from hebbdsl.parts.datasets.corpora import corpus_source, preparing, token_store, tokenising
from hebbdsl.parts.datasets.corpora.corpus_content import CorpusContent
from hebbdsl.parts.datasets.corpora.corpus_source import Piece, Splits, of_file
from hebbdsl.parts.datasets.corpora.token_rules import EOS, Rules
from hebbdsl.parts.datasets.corpora.word_breaks import UNK
from hebbdsl.parts.reporter import Quiet

SPLITS: tuple[Split, ...] = ("train", "validation", "test")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr(token_store, "cache_folder", lambda: folder)
    return folder


def of_text(name: str, text: bytes) -> Piece:
    """A text that is at hand."""
    known = hashlib.sha256(text).hexdigest()
    return Piece(name, (), len(text), lambda: iter((text,) if text else ()), known)


def texts(train: str, validation: str = "a b\n", test: str = "a b\n") -> Splits:
    found = {"train": train, "validation": validation, "test": test}
    return {split: [of_text(split, found[split].encode())] for split in SPLITS}


def opened(splits: Splits, rules: Rules | None = None) -> CorpusContent:
    return token_store.open_store("text", splits, rules or Rules(), "here", Quiet())


def rejected(splits: Splits, rules: Rules | None = None) -> list[str]:
    with pytest.raises(Rejected) as found:
        opened(splits, rules)
    return [problem.code for problem in found.value.problems]


def slow(splits: dict[Split, str], rules: Rules) -> tuple[list[str], dict[Split, list[str]]]:
    """The vocabulary in order, and each split's words as they are known."""
    cut = {
        split: rules.cut(text if text.endswith("\n") else f"{text}\n")
        for split, text in splits.items()
    }
    counts = Counter(cut["train"])
    known = [
        word
        for word, count in counts.items()
        if count >= rules.min_count and word not in (EOS, UNK)
    ]
    known.sort(key=lambda word: (-counts[word], word))
    others = len(known) + 1 < len(counts) or any(w not in counts for w in chain(*cut.values()))
    if rules.vocabulary is not None and len(known) + 1 + others > rules.vocabulary:
        known, others = known[: rules.vocabulary - 2], True
    known.append(EOS)
    found = {split: [w if w in known else UNK for w in words] for split, words in cut.items()}
    again = Counter(found["train"])
    order = sorted(set(known) | ({UNK} if others else set()), key=lambda w: (-again[w], w))
    return order, found


TEXT = st.text("ab cd\n", min_size=3, max_size=60)


@given(
    train=TEXT,
    validation=TEXT,
    test=TEXT,
    vocabulary=st.none() | st.integers(3, 8),
    min_count=st.integers(1, 3),
)
@settings(max_examples=200)
def test_tokens_and_vocabulary_are_the_slow_ones(
    train: str, validation: str, test: str, vocabulary: int | None, min_count: int
) -> None:
    given_: dict[Split, str] = {"train": train, "validation": validation, "test": test}
    rules = Rules(vocabulary=vocabulary, min_count=min_count)
    order, words = slow(given_, rules)
    if set(order) <= {EOS, UNK} or any(
        sum(word != EOS for word in found) < 2 for found in words.values()
    ):
        assert rejected(texts(train, validation, test), rules)
        return
    content = opened(texts(train, validation, test), rules)
    assert list(content.words) == order
    for split in SPLITS:
        assert [content.words[i] for i in content.splits[split]] == words[split]
        assert content.splits[split].dtype == np.int32
    counts = Counter(words["train"])
    assert content.counts.tolist() == [counts[word] for word in order]
    assert len(order) <= (vocabulary or len(order))
    assert EOS in order


def test_unknown_words_of_held_out_text_get_a_word_of_their_own() -> None:
    content = opened(texts("a b b\n", "a c\n"))
    assert set(content.words) == {"a", "b", EOS, UNK}
    assert content.counts[list(content.words).index(UNK)] == 0


def test_blocks_and_files_make_no_difference() -> None:
    lines = [f"w{i % 7} w{i % 3}\n" for i in range(50)]
    whole = opened(texts("".join(lines)))
    parts = [of_text(str(i), "".join(lines[i : i + 5]).encode()) for i in range(0, 50, 5)]
    cut = opened({**texts(""), "train": parts})
    assert whole.fingerprint == cut.fingerprint


@pytest.mark.parametrize("tokens", ["whitespace", "words"])
def test_a_line_of_many_blocks_is_cut_where_its_words_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tokens: Literal["whitespace", "words"]
) -> None:
    path = tmp_path / "train.txt"
    path.write_text(" ".join(f"w{i % 7}, é{i % 3} <unk>" for i in range(500)) + " \n\nof one line")
    whole = opened({**texts(""), "train": [of_file(path)]}, Rules(tokens=tokens))
    for block in (7, 64, 1000):
        monkeypatch.setattr(corpus_source, "BLOCK", block)
        monkeypatch.setattr(token_store, "cache_folder", lambda at=tmp_path / str(block): at)
        cut = opened({**texts(""), "train": [of_file(path)]}, Rules(tokens=tokens))
        assert cut.fingerprint == whole.fingerprint
        assert cut.splits["train"].tolist() == whole.splits["train"].tolist()


def test_what_is_kept_is_mapped_and_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = opened(texts("a b a\n"))
    monkeypatch.setattr(preparing, "make", None)  # nothing is made again
    again = opened(texts("a b a\n"))
    assert isinstance(again.splits["train"], np.memmap)
    assert not again.splits["train"].flags.writeable
    assert again.fingerprint == first.fingerprint
    assert again.splits["train"].tolist() == first.splits["train"].tolist()


def test_a_changed_file_is_another_corpus(tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_text("a b a\n")
    splits = {**texts(""), "train": [of_file(path)]}
    first = opened(splits)
    path.write_text("a b b b\n")
    again = opened({**splits, "train": [of_file(path)]})
    assert again.fingerprint != first.fingerprint
    assert len(again.splits["train"]) == 5


@pytest.mark.parametrize(
    "name", ["train.tokens", "counts", "words.txt", "manifest.json", "manifest.seal"]
)
def test_what_is_damaged_is_made_again(cache: Path, name: str) -> None:
    first = opened(texts("a b a\n"))
    path = next((cache / "corpora").glob(f"*/{name}"))
    path.write_bytes(path.read_bytes()[:-4])
    again = opened(texts("a b a\n"))
    assert again.fingerprint == first.fingerprint
    assert path.read_bytes()


@pytest.mark.parametrize(
    ("train", "codes"),
    [
        (b"", ["HEB551"]),
        (b"word", ["HEB551"]),
        (b"word\n\n", ["HEB551"]),
        (b"word word", []),
        (b"\n", ["HEB551"]),
        (b" \n\n\n", ["HEB551"]),
        (b"a\0b\n", ["HEB550"]),
        (b"a b\n\xff c\n", ["HEB550"]),
        (b"\xef\xbb\xbfa b\r\n", []),
    ],
)
def test_bytes_that_are_no_corpus(train: bytes, codes: list[str]) -> None:
    splits = {**texts(""), "train": [of_text("train", train)]}
    if codes:
        assert rejected(splits) == codes
    else:
        assert set(opened(splits).words) <= {"a", "b", "word", EOS, UNK}


def test_the_line_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_bytes(b"good\n" * 41 + b"b\xe4d\n")
    with pytest.raises(Rejected) as found:
        opened({**texts(""), "train": [of_file(path)]})
    problem = found.value.problems[0]
    assert problem.place == str(path)
    assert problem.title == "line 42 holds byte 0xe4, which is not UTF-8"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Café au lait\n".encode("latin1"), "latin1"),
        ("a b\n".encode("utf-16"), "utf-16"),
        ("a b\n".encode("utf-16-be"), "utf-16"),
        (b"a b\n\xff\xfe\n", "latin1"),
        ("ab\n".encode("utf-16-be"), "utf-16"),
    ],
)
def test_what_it_may_be_instead_is_said(text: bytes, hint: str) -> None:
    with pytest.raises(Rejected) as found:
        opened({**texts(""), "train": [of_text("train", text)]})
    (problem,) = found.value.problems
    assert problem.code == "HEB550"
    assert f"`iconv -f {hint} -t utf-8`" in str(problem.hint)


def test_a_stray_nul_is_no_utf_16() -> None:
    with pytest.raises(Rejected) as found:
        opened({**texts(""), "train": [of_text("train", b"some text\n" * 9 + b"a\0b\n")]})
    (problem,) = found.value.problems
    assert problem.title == "line 10 holds a NUL byte"
    assert "tr -d" in str(problem.hint)
    assert "utf-16" not in str(problem.hint)


def test_all_empty_splits_are_said_at_once() -> None:
    assert rejected(texts("a b\n", "", "")) == ["HEB551", "HEB551"]


def test_a_count_that_leaves_nothing() -> None:
    with pytest.raises(Rejected) as found:
        opened(texts("a b\n"), Rules(min_count=3))
    (problem,) = found.value.problems
    assert (problem.code, problem.place) == ("HEB552", "train")


def test_too_many_words_are_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenising, "MOST_DISTINCT", 3)
    assert rejected(texts("a b c d\n")) == ["HEB553"]


def test_a_full_disk_leaves_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(preparing, "_keep", full)
    assert rejected(texts("a b\n")) == ["HEB554"]
    assert [path.suffix for path in (cache / "corpora").iterdir()] == [".lock"]


def test_where_nothing_can_be_written_a_temporary_folder_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(token_store, "cache_folder", lambda: tmp_path / "file")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    said = list[str]()

    class Heard(Quiet):
        def say(self, text: str) -> None:
            said.append(text)

    content = token_store.open_store("text", texts("a b\n"), Rules(), "here", Heard())
    assert set(content.words) == {"a", "b", EOS}
    assert "can't be written" in said[0]


def test_killed_half_way_nothing_is_believed(cache: Path) -> None:
    script = f"""
import os, signal
from pathlib import Path
from hebbdsl.parts.datasets.corpora import preparing, token_store
from hebbdsl.parts.datasets.corpora.token_rules import Rules
from hebbdsl.parts.datasets.corpora.corpus_source import Piece
from hebbdsl.parts.reporter import Quiet
token_store.cache_folder = lambda: Path({str(cache)!r})
preparing._keep = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
splits = {{
    s: [Piece(s, (), 4, lambda: iter((b"a b\\n",)))] for s in ("train", "validation", "test")
}}
token_store.open_store("text", splits, Rules(), "here", Quiet())
"""
    done = subprocess.run([sys.executable, "-c", script], env=os.environ, check=False)
    assert done.returncode == -signal.SIGKILL
    left = [path for path in (cache / "corpora").iterdir() if path.is_dir()]
    assert [path.name[0] for path in left] == ["."], "killed amid its work"
    content = opened({s: [Piece(s, (), 4, lambda: iter((b"a b\n",)))] for s in SPLITS})
    assert len(content.splits["train"]) == 3
    assert [p.name[0] for p in (cache / "corpora").iterdir() if p.is_dir()] == ["t"]


@pytest.mark.parametrize("end", [b"\n", b" "])
def test_memory_does_not_grow_with_the_text(tmp_path: Path, end: bytes) -> None:
    """Twenty times the text, in many lines or in one, and less than twice the memory."""

    most = []
    for blocks in (2, 40):
        path = tmp_path / f"{blocks}.txt"
        path.write_bytes((b"some words of a line that is long enough" + end) * 25_000 * blocks)
        splits = {**texts(""), "train": [of_file(path)]}
        tracemalloc.start()
        opened(splits)
        most.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert most[1] < 2 * most[0]


def test_the_manifest_says_what_it_was_made_of(cache: Path) -> None:
    opened(texts("a b\n"), Rules(min_count=1))
    manifest = json.loads(next((cache / "corpora").glob("*/manifest.json")).read_text())
    assert manifest["rules"]["tokens"] == "whitespace"
    assert manifest["text"]["train"] == hashlib.sha256(b"a b\n").hexdigest()
    assert manifest["tokens"] == {"train": 3, "validation": 3, "test": 3}
