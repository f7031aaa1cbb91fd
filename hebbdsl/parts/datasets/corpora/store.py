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

import numpy as np

from hebbdsl.diagnostics.codes.corpora import StoreNotWritten
from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.expression.metrics import Split
from hebbdsl.parts.datasets.corpora.content import WordContent, Words
from hebbdsl.parts.datasets.corpora.manifest import MANIFEST, SEAL, sealed
from hebbdsl.parts.datasets.corpora.rules import TOKENISING, Rules
from hebbdsl.parts.datasets.corpora.source import SPLITS, Splits
from hebbdsl.parts.datasets.files import cache_folder, locked, temporary_folder
from hebbdsl.parts.part import Reporter

KEPT = 2
"""Version of the folder's form: one of another form is not looked at."""


def open_store(
    word: str, splits: Splits, rules: Rules, origin: str, reporter: Reporter
) -> WordContent:
    """The corpus as numbers: as it was kept, or tokenised and kept.

    A source whose stamp has changed is another corpus: a file changed such that its size and the
    time of its last change stay what they were is not noticed. Of what was kept the manifest and
    the sizes of all files are compared, not their content: a file that was cut is noticed, and made
    again; a byte changed amid it is not, unless it makes a number that no word has, which is
    refused where it is read (HEB564).

    Processes that need the same corpus at once wait for the one that makes it. Where the cache
    folder can't be written a folder is made that is gone when this process ends; but where the disk
    is full, that is said.

    Raises: Rejected, with problems HEB503, HEB504 and HEB550 to HEB569.
    """
    key = _key(splits, rules)
    name = f"{word}-{key[:32]}"
    places = {split: splits[split][0].name for split in SPLITS if splits[split]}
    if (found := _load(cache_folder() / "corpora" / name, key, word, origin, places)) is not None:
        return found
    with _place(name, reporter) as folder:
        if (found := _load(folder, key, word, origin, places)) is not None:
            return found  # another process has made it meanwhile
        from hebbdsl.parts.datasets.corpora.making import make

        try:
            make(folder, key, splits, rules, reporter, word)
        except OSError as error:
            raise _not_written(folder.parent, error) from error
        found = _load(folder, key, word, origin, places)
        assert found is not None, "it was just made"
        return found


def _key(splits: Splits, rules: Rules) -> str:
    stamps = {
        split: [[*p.stamp, p.reading] if p.reading else p.stamp for p in splits[split]]
        for split in SPLITS
    }
    versions = [TOKENISING, KEPT]
    deciding = {"version": versions, "rules": asdict(rules), "stamps": stamps}
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
    folder: Path, key: str, word: str, origin: str, places: Mapping[Split, str]
) -> WordContent | None:
    """None when it is not there or not sound."""
    try:
        written = (folder / MANIFEST).read_bytes()
        if (folder / SEAL).read_text(encoding="utf-8") != sealed(written):
            return None
        manifest = json.loads(written)
        sizes = {name: (folder / name).stat().st_size for name in manifest["sizes"]}
        if manifest["key"] != key or sizes != manifest["sizes"]:
            return None
        splits = {split: np.memmap(folder / f"{split}.tokens", np.int32, "r") for split in SPLITS}
        counts = np.memmap(folder / "counts", np.int64, "r")
    except (OSError, ValueError):
        return None
    words = Words(folder / "words.txt", manifest["words"])
    return WordContent(
        word,
        origin,
        manifest["fingerprint"],
        words,
        counts,
        splits,
        places=places,
        texts=manifest["text"],
    )
