"""Corpora as numbers on the disk: made once, mapped into memory ever after.

The folder of a corpus:

    train.tokens ...      int32, a file for each split
    counts                int64, how often each word stands in train
    words.txt             the vocabulary, a word a line, in the order of ids
    manifest.json         what it was made of; written last

It is made under another name and renamed when it is whole.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from hebbdsl.diagnostics.codes.corpora import EmptySplit, StoreNotWritten
from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.expression.metrics import Split
from hebbdsl.parts.datasets.corpora.content import WordContent
from hebbdsl.parts.datasets.corpora.rules import TOKENISING, Rules
from hebbdsl.parts.datasets.corpora.source import Splits
from hebbdsl.parts.datasets.corpora.tokenising import Counting, Vocabulary
from hebbdsl.parts.datasets.files import cache_folder, locked, temporary_folder
from hebbdsl.parts.part import Reporter

SPLITS: tuple[Split, ...] = ("train", "validation", "test")
_BLOCK = 1 << 22
"""Tokens that are renumbered at once."""

_DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_COUNT = {"type": "integer", "minimum": 0}
MANIFEST_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "What a tokenised corpus was made of",
    "type": "object",
    "required": ["version", "key", "rules", "text", "tokens", "words", "fingerprint"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": TOKENISING},
        "key": _DIGEST,
        "rules": {"type": "object"},
        "text": {
            "type": "object",
            "required": list(SPLITS),
            "additionalProperties": _DIGEST,
        },
        "tokens": {
            "type": "object",
            "required": list(SPLITS),
            "additionalProperties": _COUNT,
        },
        "words": {"type": "integer", "minimum": 1},
        "fingerprint": _DIGEST,
    },
}


def open_store(
    word: str, splits: Splits, rules: Rules, origin: str, reporter: Reporter
) -> WordContent:
    """The corpus as numbers: as it was kept, or tokenised and kept.

    A source whose stamp has changed is another corpus. Processes that need the same one at once
    wait for the one that makes it. Where the cache folder can't be written a folder is made that
    is gone when this process ends.

    Raises: Rejected, with problems HEB503, HEB504 and HEB550 to HEB559.
    """
    key = _key(splits, rules)
    with _place(word, key, reporter) as folder:
        if (found := _load(folder, key, word, origin)) is not None:
            return found
        try:
            _make(folder, key, splits, rules, reporter, word)
        except OSError as error:
            reason = error.strerror or str(error)
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise Rejected(
                [StoreNotWritten(place=str(folder.parent), reason=reason, full=full)]
            ) from error
        found = _load(folder, key, word, origin)
        assert found is not None, "it was just made"
        return found


def _key(splits: Splits, rules: Rules) -> str:
    stamps = {split: [piece.stamp for piece in splits[split]] for split in SPLITS}
    deciding = {"version": TOKENISING, "rules": asdict(rules), "stamps": stamps}
    return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()


@contextmanager
def _place(word: str, key: str, reporter: Reporter) -> Iterator[Path]:
    """The folder for a corpus, held by this process while it looks and makes."""
    home = cache_folder() / "corpora"
    with ExitStack() as stack:
        try:
            home.mkdir(parents=True, exist_ok=True)
            stack.enter_context(locked(home / f"{word}-{key[:32]}.lock"))
        except OSError as error:
            if (home / f"{word}-{key[:32]}").is_dir():
                yield home / f"{word}-{key[:32]}"
                return
            reason = error.strerror or str(error)
            home = temporary_folder()
            reporter.say(f"{cache_folder()} can't be written ({reason}); tokens go to {home}")
        yield home / f"{word}-{key[:32]}"


def _load(folder: Path, key: str, word: str, origin: str) -> WordContent | None:
    """None when it is not there or not sound."""
    import jsonschema

    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        jsonschema.validate(manifest, MANIFEST_SCHEMA)
        if manifest["key"] != key:
            return None
        splits = {
            split: _mapped(folder / f"{split}.tokens", np.int32, manifest["tokens"][split])
            for split in SPLITS
        }
        counts = _mapped(folder / "counts", np.int64, manifest["words"])
        words = (folder / "words.txt").read_text(encoding="utf-8").split("\n")[:-1]
    except (OSError, ValueError, jsonschema.ValidationError):
        return None
    if len(words) != manifest["words"]:
        return None
    return WordContent(word, origin, manifest["fingerprint"], words, counts, splits)


def _mapped(path: Path, dtype: type, length: int) -> np.ndarray:
    """Raises: ValueError, when the file is not of that length."""
    if path.stat().st_size != length * np.dtype(dtype).itemsize:
        raise ValueError(f"{path} is cut")
    return np.memmap(path, dtype, "r") if length else np.zeros(0, dtype)


def _make(
    folder: Path, key: str, splits: Splits, rules: Rules, reporter: Reporter, word: str
) -> None:
    """Raises: OSError, Rejected; nothing is then left."""
    for left in folder.parent.glob(f".{folder.name}.*"):
        shutil.rmtree(left, ignore_errors=True)  # of a process that was killed
    shutil.rmtree(folder, ignore_errors=True)
    made = folder.with_name(f".{folder.name}.{os.getpid()}")
    made.mkdir()
    try:
        total = sum(piece.stamp[1] for split in SPLITS for piece in splits[split])
        _fill(made, key, splits, rules, _Progress(reporter, f"tokenising {word}", total))
        made.rename(folder)
    except BaseException:
        # A full disk stays no fuller than it was.
        shutil.rmtree(made, ignore_errors=True)
        raise


class _Progress:
    def __init__(self, reporter: Reporter, what: str, total: int) -> None:
        self._reporter, self._what, self._total, self._done = reporter, what, total, 0

    def __call__(self, count: int) -> None:
        self._done += count
        total = max(self._total, self._done)
        self._reporter.advance(self._what, self._done, total, "bytes")


def _fill(folder: Path, key: str, splits: Splits, rules: Rules, told: _Progress) -> None:
    counting, digests = Counting(rules), {}
    with open(folder / "train.numbers", "wb") as file:
        digests["train"] = counting.write(splits["train"], file, told)
    unknown = False
    for split in SPLITS[1:]:
        with open(folder / f"{split}.numbers", "wb") as file:
            digests[split], found = counting.rewrite(splits[split], file, told)
            unknown = unknown or found
    _refuse_empty(folder, splits, counting)
    vocabulary, ids = counting.settle(also_unknown=unknown)
    fingerprint = hashlib.sha256("\n".join(vocabulary.words).encode())
    tokens = {}
    for split in SPLITS:
        tokens[split] = _renumber(folder / f"{split}.numbers", folder / f"{split}.tokens", ids)
        with open(folder / f"{split}.tokens", "rb") as file:
            fingerprint.update(hashlib.file_digest(file, "sha256").digest())
    _keep(folder, vocabulary)
    manifest = {
        "version": TOKENISING,
        "key": key,
        "rules": asdict(rules),
        "text": digests,
        "tokens": tokens,
        "words": len(vocabulary.words),
        "fingerprint": fingerprint.hexdigest(),
    }
    _write(folder / "manifest.json", json.dumps(manifest, indent=1).encode())


def _refuse_empty(folder: Path, splits: Splits, counting: Counting) -> None:
    """Raises: Rejected, with HEB551, where a split has no word and its successor, or only ends of
    lines."""
    problems = [
        EmptySplit(
            place=splits[split][0].name if splits[split] else None, split=split, tokens=count
        )
        for split in SPLITS
        if (count := (folder / f"{split}.numbers").stat().st_size // 4) < 2
        or not counting.has_words(folder / f"{split}.numbers")
    ]
    if problems:
        raise Rejected(problems)


def _renumber(numbers: Path, tokens: Path, ids: np.ndarray) -> int:
    """Provisional numbers to ids. Returns how many there are."""
    length = numbers.stat().st_size // 4
    with open(numbers, "rb") as source, open(tokens, "wb") as target:
        while len(block := np.fromfile(source, np.int32, _BLOCK)):
            ids[block].tofile(target)
        target.flush()
        os.fsync(target.fileno())
    numbers.unlink()
    return length


def _keep(folder: Path, vocabulary: Vocabulary) -> None:
    lines = "".join(f"{word}\n" for word in vocabulary.words)
    _write(folder / "words.txt", lines.encode())
    _write(folder / "counts", vocabulary.counts.tobytes())


def _write(path: Path, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
