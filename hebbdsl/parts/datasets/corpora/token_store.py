"""Corpora as numbers on the disk: made once, mapped into memory ever after.

They stand in `corpora` of the user's cache folder, a folder each, which may be deleted at any time:

    train.tokens ...      int32, a file for each split
    counts                int64, how often each word stands in train
    words.txt             the vocabulary, a word a line, in the order of ids
    manifest.json         what it was made of
    manifest.seal         says that the manifest was checked; written last

It is made under another name and renamed when it is whole.
"""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.expression.metric import Split
from hebbdsl.parts.datasets.corpora.corpus_content import CorpusContent, Words
from hebbdsl.parts.datasets.corpora.corpus_source import SPLITS, Splits
from hebbdsl.parts.datasets.corpora.manifest import MANIFEST, SEAL, sealed
from hebbdsl.parts.datasets.corpora.problems import NotKept, StoreNotWritten
from hebbdsl.parts.datasets.corpora.token_rules import TOKENISING, Rules
from hebbdsl.parts.datasets.corpora.verifying import digest_of, source_digests, verifying
from hebbdsl.parts.datasets.files import cache_folder, locked, temporary_folder
from hebbdsl.parts.reporter import Reporter

KEPT = 3
"""Version of the folder's form: one of another form is not looked at."""


def open_store(
    word: str, splits: Splits, rules: Rules, origin: str, reporter: Reporter
) -> CorpusContent:
    """The corpus as numbers: as it was kept, or tokenised and kept.

    A corpus is known by the content of the files that it is read from, whatever they are called
    and wherever they are; all of them are read for it. What was kept is read too, and compared with
    what it was when it was made, before any of it is used: what was altered since is made again,
    and the reporter is told. So opening takes the time that it takes to read both once.

    Processes that need the same corpus at once wait for the one that makes it. Where the cache
    folder can't be written a folder is made that is gone when this process ends; but where the disk
    is full, that is said.

    Raises: Rejected, with problems HEB503, HEB504 and HEB550 to HEB569.
    """
    digests = source_digests(splits, reporter, word)
    key = _key(splits, digests, rules)
    name = f"{word}-{key[:32]}"
    places = {split: splits[split][0].name for split in SPLITS if splits[split]}

    def load(folder: Path) -> CorpusContent | None:
        return _load(folder, key, word, origin, places, reporter)

    if (found := load(cache_folder() / "corpora" / name)) is not None:
        return found
    with _place(name, reporter) as folder:
        if (found := load(folder)) is not None:
            return found  # another process has made it meanwhile
        if (folder / MANIFEST).exists():
            reporter.say(f"{folder} is not as it was made: its tokens are made again")
        from hebbdsl.parts.datasets.corpora.preparing import make

        try:
            make(folder, key, splits, digests, rules, reporter, word)
        except OSError as error:
            raise _not_written(folder.parent, error) from error
        if (found := load(folder)) is None:
            raise Rejected([NotKept(place=str(folder))])
        return found


def _key(splits: Splits, digests: Mapping[Path, str], rules: Rules) -> str:
    texts = {
        split: [[[digests[path] for path in p.files], p.reading] for p in splits[split]]
        for split in SPLITS
    }
    deciding = {"version": [TOKENISING, KEPT], "rules": asdict(rules), "texts": texts}
    return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()


@contextmanager
def _place(name: str, reporter: Reporter) -> Iterator[Path]:
    """Where a corpus is to be made, held by this process while it does so.

    Raises: Rejected, with HEB554.
    """
    home = cache_folder() / "corpora"
    with ExitStack() as stack:
        try:
            home.mkdir(parents=True, exist_ok=True)
            stack.enter_context(locked(home / f"{name}.lock"))
        except OSError as error:
            home = _instead(home, error, reporter)
        yield home / name


def _instead(home: Path, error: OSError, reporter: Reporter) -> Path:
    """A temporary folder, where `home` can't be written for another reason than its fullness.

    Raises: Rejected, with HEB554.
    """
    if error.errno in _FULL:
        raise _not_written(home, error) from error
    try:
        folder = temporary_folder()
    except OSError:
        raise _not_written(home, error) from error
    reason = error.strerror or str(error)
    reporter.say(f"{home} can't be written ({reason}); tokens go to {folder}, until this run ends")
    return folder


_FULL = (errno.ENOSPC, errno.EDQUOT)


def _not_written(place: Path, error: OSError) -> Rejected:
    reason, full = error.strerror or str(error), error.errno in _FULL
    return Rejected([StoreNotWritten(place=str(place), reason=reason, full=full)])


def _load(
    folder: Path,
    key: str,
    word: str,
    origin: str,
    places: Mapping[Split, str],
    reporter: Reporter,
) -> CorpusContent | None:
    """None when it is not there or not sound."""
    try:
        written = (folder / MANIFEST).read_bytes()
        if (folder / SEAL).read_text(encoding="utf-8") != sealed(written):
            return None
        manifest = json.loads(written)
        sizes = {name: (folder / name).stat().st_size for name in manifest["sizes"]}
        if manifest["key"] != key or sizes != manifest["sizes"]:
            return None
        on_bytes = verifying(reporter, f"verifying the tokens of {word}", sum(sizes.values()))
        if any(digest_of(folder / n, on_bytes) != d for n, d in manifest["content"].items()):
            return None
        splits = {split: _mapped(folder / f"{split}.tokens", np.int32) for split in SPLITS}
        counts = _mapped(folder / "counts", np.int64)
    except (OSError, ValueError):
        return None
    words = Words(folder / "words.txt", manifest["words"], manifest["content"]["words.txt"])
    return CorpusContent(
        word,
        origin,
        manifest["fingerprint"],
        words,
        counts,
        splits,
        places=places,
        texts=manifest["text"],
    )


def _mapped(path: Path, kind: type[np.integer[Any]]) -> np.ndarray:
    """Numbers mapped from a file, or in memory where its file system can't map. Raises: OSError."""
    try:
        return np.memmap(path, kind, "r")
    except OSError:
        numbers = np.fromfile(path, kind)
        numbers.flags.writeable = False
        return numbers
