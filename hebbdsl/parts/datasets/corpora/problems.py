"""Problems of a text, its words and where its tokens are stored."""

from __future__ import annotations

from typing import Literal

from hebbdsl.parts.datasets.problems import DataProblem

_ANEW = "write it anew: `iconv -f {} -t utf-8`; or, of `text`, say `encoding: {}`"


class StoreNotWritten(DataProblem):
    """The tokens of a corpus could not be kept: the disk is full, or may not be written.

    Nothing is left of the attempt. Tokens take four bytes a word, in the user's cache folder
    (`~/.cache/hebbdsl` on Linux, where `XDG_CACHE_HOME` moves it). What stands in its folder
    `corpora` may be deleted at any time, and should be for texts that have changed since: their old
    tokens are not looked at again. What is still needed is made anew.

    A folder that may not be written is no problem, unless the temporary folder may not be either:
    tokens then go there, and are gone when the run ends.

    Wrong:
        hebbdsl run specs/wikitext103_lstm.yaml      # 100 MB left on the disk

    Right:
        XDG_CACHE_HOME=/large/cache hebbdsl run specs/wikitext103_lstm.yaml
    """

    code = "HEB554"
    exit_code = 4
    reason: str
    full: bool

    title = "the tokens can't be written: {reason}"

    @property
    def hint(self) -> str:
        if self.full:
            return "make room, or move the cache folder with XDG_CACHE_HOME"
        return "let the folder be written, or move the cache folder with XDG_CACHE_HOME"


class NotKept(DataProblem):
    """The tokens of a corpus were written, and what is read back is something else.

    The disk or the file system loses what it is given, or another program changes it. See to the
    disk, or move the cache folder to another one.

    Wrong:
        hebbdsl run specs/my_text.yaml      # the cache folder is on a failing disk

    Right:
        XDG_CACHE_HOME=/other/cache hebbdsl run specs/my_text.yaml
    """

    code = "HEB558"
    exit_code = 4
    title = "the tokens that were just written are not there as they were written"
    hint = "see to the disk, or move the cache folder with XDG_CACHE_HOME"


class NotText(DataProblem):
    """A file of a corpus is not text in UTF-8.

    Wrong:
        hebbdsl run specs/my_text.yaml      # train.txt is in Latin-1

    Right:
        iconv -f latin1 -t utf-8 train.txt > train.utf8.txt
    """

    code = "HEB550"
    line: int
    what: str
    wide: bool = False
    """Whether it looks like UTF-16: many NULs, or the mark that such a file begins with."""
    alone: bool = False
    """Whether it is a NUL amid text."""

    title = "line {line} holds {what}"

    @property
    def hint(self) -> str:
        if self.wide:
            return f"if it is text in UTF-16, {_ANEW.format('utf-16', 'utf-16')}"
        if self.alone:
            return "take such bytes out (`tr -d '\\000'`), if the rest is text"
        return f"if it is text in Latin-1, {_ANEW.format('latin1', 'latin-1')}"


class NothingKnown(DataProblem):
    """No word of the training text stands as often as `min_count` asks.

    Wrong:
        hebbdsl run --set data.min_count=1_000_000 specs/stdlib_docs_quickstart.yaml

    Right:
        hebbdsl run --set data.min_count=3 specs/stdlib_docs_quickstart.yaml
    """

    code = "HEB552"
    min_count: int

    title = "no word of train stands {min_count:,} times: the vocabulary is empty"
    hint = "lower `min_count`"


class TooManyWords(DataProblem):
    """A training text has more different words than are held in memory.

    All of them are counted before the rare ones are left out, so that no count is a guess:
    `min_count` and `vocabulary` come too late to help. Mostly they are numbers: read their digits
    as zeros.

    Wrong:
        hebbdsl run specs/my_text.yaml      # every line is another number

    Right:
        hebbdsl run --set data.numbers=digits specs/my_text.yaml
    """

    code = "HEB553"
    most: int
    unit: Literal["words", "bytes"] = "words"

    @property
    def title(self) -> str:
        held = " of different words" if self.unit == "bytes" else ""
        return f"more than {self.most:,} {'different ' if not held else ''}{self.unit}{held}"

    hint = (
        "read numbers as `digits` or `token`, or letters as small ones with `lowercase`;"
        " `min_count` and `vocabulary` are asked after all words are counted"
    )
