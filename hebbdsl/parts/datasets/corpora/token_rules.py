"""How a text is cut into words."""

from __future__ import annotations

import re
from typing import Literal

from hebbdsl.frozen import frozen
from hebbdsl.parts.datasets.corpora.word_breaks import NUMBER, STANDING_NUMBER, canonical, words_of

EOS = "<eos>"

TOKENISING = 3
"""Version of what the rules mean: raised whenever the tokens of some text change."""

_END = f" {EOS} ".encode()
_DIGIT = re.compile(r"\d")


@frozen(kw_only=True, slots=False)
class Rules:
    """How a text is cut into words, and which of them the vocabulary holds.

    Attributes:
        tokens: `whitespace`: words are what stands between white space, and `<eos>` ends each
            line, an empty one too. `words`: as Unicode bounds them (see `words`): letters, digits
            and underscores hold together, with an apostrophe inside; any other sign is a word, a
            row of the same sign one; `<eos>` ends each line that holds one.
        lowercase: turn all letters into small ones first.
        numbers: `keep` them, write each of their digits as 0, or all of them as `<num>`: groups of
            digits between full stops and commas, with an exponent.
        published: a text is taken as it is, byte for byte; else letters and marks that Unicode
            calls the same are the same (NFC), and there are no byte order marks.
        vocabulary: how many words there are at most, `<eos>` and `<unk>` among them, the most
            frequent of train; None: all.
        min_count: rarer ones are not of the vocabulary.
    """

    tokens: Literal["whitespace", "words"] = "whitespace"
    lowercase: bool = False
    numbers: Literal["keep", "digits", "token"] = "keep"
    vocabulary: int | None = None
    min_count: int = 1
    published: bool = False

    def cut(self, text: str) -> list[str]:
        """The words of a stretch of text, cut where lines or words end.

        A line that goes on in the next stretch has no end in this one.
        """
        if self.tokens == "whitespace":
            return self._rewritten(text).replace("\n", f" {EOS} ").split()
        found = words_of(canonical(text, self.lowercase), amounts=self.numbers == "token")
        if self.numbers == "digits":
            found = [_DIGIT.sub("0", word) for word in found]
        words = [EOS if word[0] == "\n" else word for word in found]
        # Lines without a word, before the first that holds one, end none.
        return words[1:] if words[:1] == [EOS] else words

    def spaced(self, text: bytes) -> bytes:
        """The same of a text in UTF-8, with white space between the words."""
        if self.tokens == "words":
            return " ".join(self.cut(text.decode())).encode()
        as_it_is = text.isascii() or self.published
        if not as_it_is or self.lowercase or self.numbers != "keep":
            text = self._rewritten(text.decode()).encode()
        return text.replace(b"\n", _END)

    def _rewritten(self, text: str) -> str:
        """A text that is cut already, with letters and numbers as they are to be."""
        if self.published:
            text = text.lower() if self.lowercase else text
        else:
            text = canonical(text, self.lowercase)
        if self.numbers == "digits":
            return _DIGIT.sub("0", text)
        return STANDING_NUMBER.sub(NUMBER, text) if self.numbers == "token" else text
