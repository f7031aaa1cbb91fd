"""What an opened corpus holds: tokens as numpy arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, overload

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.expression.metric import Split
from hebbdsl.frozen import frozen
from hebbdsl.parts.datasets.content import Content
from hebbdsl.parts.datasets.problems import DataProblem, UnreadableData
from hebbdsl.parts.language import LanguageFacts

if TYPE_CHECKING:
    import numpy as np


class Words(Sequence[str]):
    """A vocabulary in a file, a word a line, that is read when a word is asked for: a run asks for
    none, only how many there are.

    Args:
        content: SHA-256 of the file as it was when the corpus was opened.
    """

    def __init__(self, path: Path, count: int, content: str) -> None:
        self._path, self._count, self._content = path, count, content

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self._read[index]

    @cached_property
    def _read(self) -> list[str]:
        """Raises: Rejected, with HEB503 where it is gone, HEB557 where it was altered since."""
        try:
            content = self._path.read_bytes()
        except OSError as error:
            reason = error.strerror or str(error)
            raise Rejected([UnreadableData(place=str(self._path), reason=reason)]) from error
        if hashlib.sha256(content).hexdigest() != self._content:
            raise Rejected([AlteredWhileUsed(place=str(self._path))])
        return content.decode().split("\n")[:-1]


@frozen(eq=False, slots=False)
class CorpusContent(Content):
    """A corpus that has been found, verified and tokenised. Its fingerprint is of the tokens and
    the vocabulary.

    Attributes:
        words: the vocabulary in the order of ids: by falling count in train, ties by the word.
            `<eos>` and `<unk>` take their place by count like any other.
        counts: int64 [words], how often each stands in train.
        splits: int32 [tokens] of each split, read-only memory-maps.
        places: of each split the file that it begins in, for people.
        texts: of each split the SHA-256 of the text that it was read from.
    """

    words: Sequence[str]
    counts: np.ndarray
    splits: Mapping[Split, np.ndarray]
    places: Mapping[Split, str] = field(default_factory=dict)
    texts: Mapping[Split, str] = field(default_factory=dict)

    def facts(self) -> LanguageFacts:
        tokens = {split: len(ids) for split, ids in self.splits.items()}
        return LanguageFacts(len(self.words), True, tokens)


class AlteredWhileUsed(DataProblem):
    """The vocabulary of a corpus is another one than when the corpus was opened.

    What stands in the cache folder is compared with what was made when a corpus is opened. Its
    vocabulary is read later, once a word of it is asked for, and compared again.

    Wrong:
        hebbdsl run specs/my_text.yaml & sed -i s/a/b/ ~/.cache/hebbdsl/corpora/text-0f3a/words.txt

    Right:
        hebbdsl run specs/my_text.yaml
    """

    code = "HEB557"
    title = "the kept vocabulary was altered while it was used"
    hint = "run this again: the text is tokenised anew"
