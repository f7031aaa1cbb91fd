"""How a text is cut into words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

EOS = "<eos>"
UNK = "<unk>"
NUMBER = "<num>"

TOKENISING = 2
"""Version of what the rules mean: raised whenever the tokens of some text change."""

_END = f" {EOS} ".encode()
_WORD = re.compile(r"<unk>|\w+(?:['’]\w+)*|([^\w\s])\1*|\n")
_LINE_END = re.compile(r"[^\S\n]*\n\s*")
_NUMBER = re.compile(r"(?<!\S)[+-]?\d[\d.,]*(?!\S)")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How a text is cut into words, and which of them the vocabulary holds.

    Attributes:
        tokens: `whitespace`: words are what stands between white space, and `<eos>` ends each
            line, an empty one too. `words`: letters, digits and underscores hold together, with an
            apostrophe inside; any other sign is a word, a row of the same sign one; `<eos>` ends
            each line that holds one.
        lowercase: turn all letters into small ones first.
        numbers: `keep` them, write each of their digits as 0, or all of them as `<num>`.
        vocabulary: how many words there are at most, `<eos>` and `<unk>` among them, the most
            frequent of train; None: all.
        min_count: rarer ones are not of the vocabulary.
    """

    tokens: Literal["whitespace", "words"] = "whitespace"
    lowercase: bool = False
    numbers: Literal["keep", "digits", "token"] = "keep"
    vocabulary: int | None = None
    min_count: int = 1

    def cut(self, text: str) -> list[str]:
        """The words of a stretch of text, cut where lines or words end.

        A line that goes on in the next stretch has no end in this one.
        """
        if self.tokens == "whitespace":
            return self._rewritten(text).replace("\n", f" {EOS} ").split()
        if self.lowercase:
            text = text.lower()
        lines = _LINE_END.sub("\n", text).lstrip("\n")
        found = [EOS if (word := m.group()) == "\n" else word for m in _WORD.finditer(lines)]
        return found if self.numbers == "keep" else [self._number(word) for word in found]

    def spaced(self, text: bytes) -> bytes:
        """The same of a text in UTF-8, with white space between the words."""
        if self.tokens == "words":
            return " ".join(self.cut(text.decode())).encode()
        if self.lowercase or self.numbers != "keep":
            text = self._rewritten(text.decode()).encode()
        return text.replace(b"\n", _END)

    def _rewritten(self, text: str) -> str:
        """A text that is cut already, with letters and numbers as they are to be."""
        if self.lowercase:
            text = text.lower()
        if self.numbers == "digits":
            return _DIGIT.sub("0", text)
        return _NUMBER.sub(NUMBER, text) if self.numbers == "token" else text

    def _number(self, word: str) -> str:
        if self.numbers == "digits":
            return _DIGIT.sub("0", word)
        return NUMBER if word.isdecimal() else word
