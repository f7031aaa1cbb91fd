"""How a corpus becomes numbers on the disk: whole, or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.parts.datasets.corpora.corpus_source import SPLITS, Splits
from hebbdsl.parts.datasets.corpora.manifest import MANIFEST, SEAL, sealed, written
from hebbdsl.parts.datasets.corpora.token_rules import TOKENISING, Rules
from hebbdsl.parts.datasets.corpora.tokenising import TokenCounter, Vocabulary
from hebbdsl.parts.datasets.corpora.verifying import OnBytes, Progress, refuse_changed
from hebbdsl.parts.datasets.files import locked_elsewhere
from hebbdsl.parts.datasets.problems import EmptySplit
from hebbdsl.parts.reporter import Reporter

_BLOCK = 1 << 20
"""Bytes of tokens that are renumbered at once."""


def make(
    folder: Path,
    key: str,
    splits: Splits,
    found: Mapping[Path, str],
    rules: Rules,
    reporter: Reporter,
    word: str,
) -> None:
    """Tokenise a corpus into `folder`, whose lock this process holds.

    `found`: the content of the files that it is read from, which the key stands for.

    Raises: OSError; Rejected, with HEB560 where a file is another one once it was read, whatever
            else was found wrong with it. Nothing is then left.
    """
    _sweep(folder)
    shutil.rmtree(folder, ignore_errors=True)
    made = folder.with_name(f".{folder.name}.{os.getpid()}")
    made.mkdir()
    try:
        try:
            _fill(made, key, splits, rules, reporter, word)
        except Rejected:
            refuse_changed(found)
            raise
        refuse_changed(found)
        made.rename(folder)
    except BaseException:
        # A full disk stays no fuller than it was.
        shutil.rmtree(made, ignore_errors=True)
        raise


def _sweep(folder: Path) -> None:
    """Remove what processes that were killed have left, of this corpus or another one: who makes
    one holds its lock, so that what nobody holds is nobody's."""
    for left in folder.parent.glob(".*-*.*"):
        name = left.name[1:].rpartition(".")[0]
        if name == folder.name or not locked_elsewhere(folder.with_name(f"{name}.lock")):
            shutil.rmtree(left, ignore_errors=True)


def _fill(
    folder: Path, key: str, splits: Splits, rules: Rules, reporter: Reporter, word: str
) -> None:
    total = sum(piece.size for split in SPLITS for piece in splits[split])
    on_bytes = Progress(reporter, f"tokenising {word}", total)
    counter, texts = TokenCounter(rules), {}
    files = {split: folder / f"{split}.tokens" for split in SPLITS}
    with open(files["train"], "wb") as file:
        texts["train"] = counter.write(splits["train"], file, on_bytes)
    unknown = False
    for split in SPLITS[1:]:
        with open(files[split], "wb") as file:
            texts[split], found = counter.rewrite(splits[split], file, on_bytes)
            unknown = unknown or found
    _refuse_empty(folder, splits, counter)
    vocabulary, ids = counter.vocabulary(splits["train"][0].name, also_unknown=unknown)
    fingerprint = hashlib.sha256("\n".join(vocabulary.words).encode())
    total = sum(path.stat().st_size for path in files.values())
    on_bytes = Progress(reporter, f"numbering {word}", total)
    content = {path.name: _renumber(path, ids, on_bytes) for path in files.values()}
    for digest in content.values():
        fingerprint.update(digest)
    content |= _keep(folder, vocabulary)
    sizes = {path.name: path.stat().st_size for path in sorted(folder.iterdir())}
    manifest = written(
        {
            "version": TOKENISING,
            "key": key,
            "rules": asdict(rules),
            "text": texts,
            "tokens": {split: sizes[path.name] // 4 for split, path in files.items()},
            "words": len(vocabulary.words),
            "sizes": sizes,
            "content": {name: digest.hex() for name, digest in content.items()},
            "fingerprint": fingerprint.hexdigest(),
        }
    )
    _write(folder / MANIFEST, manifest)
    _write(folder / SEAL, sealed(manifest).encode())


def _refuse_empty(folder: Path, splits: Splits, counter: TokenCounter) -> None:
    """Raises: Rejected, with HEB551, where a split has no word and its successor."""
    problems = [
        EmptySplit(
            place=splits[split][0].name if splits[split] else None, split=split, tokens=count
        )
        for split in SPLITS
        if (count := counter.words(folder / f"{split}.tokens", 2)) < 2
    ]
    if problems:
        raise Rejected(problems)


def _renumber(tokens: Path, ids: np.ndarray, on_bytes: OnBytes) -> bytes:
    """Provisional numbers to ids, in place. Returns the digest of these."""
    digest = hashlib.sha256()
    with open(tokens, "r+b") as file:
        while block := file.read(_BLOCK):
            changed = ids[np.frombuffer(block, np.int32)].tobytes()
            file.seek(-len(block), os.SEEK_CUR)
            file.write(changed)
            digest.update(changed)
            on_bytes(len(block))
        file.flush()
        os.fsync(file.fileno())
    return digest.digest()


def _keep(folder: Path, vocabulary: Vocabulary) -> dict[str, bytes]:
    """Write the vocabulary. Returns the digest of each file."""
    files = {
        "words.txt": "".join(f"{word}\n" for word in vocabulary.words).encode(),
        "counts": vocabulary.counts.tobytes(),
    }
    for name, content in files.items():
        _write(folder / name, content)
    return {name: hashlib.sha256(content).digest() for name, content in files.items()}


def _write(path: Path, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
