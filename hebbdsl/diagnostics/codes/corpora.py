"""HEB550-HEB569: texts that can't be read as a corpus, or kept as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hebbdsl.diagnostics.codes.data import DataProblem
from hebbdsl.diagnostics.wording import number_of


@dataclass(frozen=True, kw_only=True)
class NotText(DataProblem):
    """A file of a corpus is not text in UTF-8.

    Wrong:
        hebbdsl run specs/my_text.yaml      # train.txt is in Latin-1

    Right:
        iconv -f latin1 -t utf-8 train.txt > train.utf8.txt
    """

    code: ClassVar[str] = "HEB550"

    line: int
    what: str
    wide: bool = False
    """Whether it looks like UTF-16: a NUL every other byte, or the mark that such a file begins
    with."""

    @property
    def title(self) -> str:
        return f"line {self.line} holds {self.what}"

    @property
    def hint(self) -> str:
        if self.what == "a NUL byte" and not self.wide:
            return "no text holds one: take it out (`tr -d '\\0'`), or copy the file again"
        if self.wide:
            return "if it is text in UTF-16, write it anew: `iconv -f utf-16 -t utf-8`"
        return "write the file anew in UTF-8: `iconv -f latin1 -t utf-8`, say"


@dataclass(frozen=True, kw_only=True)
class EmptySplit(DataProblem):
    """A split of a corpus holds less than two words, ends of lines left out.

    Wrong:
        hebbdsl run specs/my_text.yaml      # test.txt is empty

    Right:
        hebbdsl run specs/my_text.yaml      # train.txt, validation.txt and test.txt hold text
    """

    code: ClassVar[str] = "HEB551"

    split: str
    tokens: int

    @property
    def title(self) -> str:
        return f"the {self.split} text holds {number_of(self.tokens, 'word')}"

    @property
    def hint(self) -> str:
        chosen = "where a share or a number chooses what is in it, raise that"
        return f"every split needs a text of two words or more; {chosen}"


@dataclass(frozen=True, kw_only=True)
class NothingKnown(DataProblem):
    """No word of the training text stands as often as `min_count` asks.

    Wrong:
        hebbdsl run --set data.min_count=1_000_000 specs/stdlib_docs_quickstart.yaml

    Right:
        hebbdsl run --set data.min_count=3 specs/stdlib_docs_quickstart.yaml
    """

    code: ClassVar[str] = "HEB552"

    min_count: int

    @property
    def title(self) -> str:
        return f"no word of train stands {self.min_count:,} times: the vocabulary is empty"

    @property
    def hint(self) -> str:
        return "lower `min_count`"


@dataclass(frozen=True, kw_only=True)
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

    code: ClassVar[str] = "HEB553"

    most: int

    @property
    def title(self) -> str:
        return f"more than {self.most:,} different words"

    @property
    def hint(self) -> str:
        return (
            "read numbers as `digits` or `token`, or letters as small ones with `lowercase`;"
            " `min_count` and `vocabulary` are asked after all words are counted"
        )


@dataclass(frozen=True, kw_only=True)
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

    code: ClassVar[str] = "HEB554"
    exit_code: ClassVar[int] = 4

    reason: str
    full: bool

    @property
    def title(self) -> str:
        return f"the tokens can't be written: {self.reason}"

    @property
    def hint(self) -> str:
        if self.full:
            return "make room, or move the cache folder with XDG_CACHE_HOME"
        return "let the folder be written, or move the cache folder with XDG_CACHE_HOME"


@dataclass(frozen=True, kw_only=True)
class OtherWikitext(DataProblem):
    """Files that are named like WikiText's are not what was published.

    Their sizes are compared, and how many words and lines they hold; the zip that they come in, and
    the order of the articles, may be others.

    Wrong:
        HEBBDSL_DATA=~/data hebbdsl run specs/wikitext2_lstm.yaml      # the raw version

    Right:
        HEBBDSL_DATA=~/data hebbdsl run specs/wikitext2_lstm.yaml      # wikitext-2-v1.zip
    """

    code: ClassVar[str] = "HEB555"

    version: int
    found: str
    published: str

    @property
    def title(self) -> str:
        return f"{self.found} where WikiText-{self.version} as published has {self.published}"

    @property
    def hint(self) -> str:
        return "use the word-level version (`-v1.zip`), not the raw one; or give it as `text`"


@dataclass(frozen=True, kw_only=True)
class NoSuchText(DataProblem):
    """No file stands where a corpus of text says that one does.

    Wrong:
        hebbdsl run specs/my_text.yaml      # train: [train-*.txt] in an empty folder

    Right:
        hebbdsl run specs/my_text.yaml      # train: [texts/train-*.txt]
    """

    code: ClassVar[str] = "HEB556"
    absent: ClassVar[bool] = True

    pattern: str
    split: str

    @property
    def title(self) -> str:
        return f"no file is `{self.pattern}`, which the {self.split} text is to be read from"

    @property
    def hint(self) -> str:
        return "paths are taken from the folder that HEBBDSL_DATA names, else from the current one"


@dataclass(frozen=True, kw_only=True)
class ChangedWhileRead(DataProblem):
    """A file of a corpus changed while it was read.

    Its size or the time of its last change is another one than when the file was found. What was
    read is a mixture of both states, so nothing of it is kept. Let what writes the file end first.

    Wrong:
        crawl >> train.txt & hebbdsl run specs/my_text.yaml

    Right:
        crawl >> train.txt && hebbdsl run specs/my_text.yaml
    """

    code: ClassVar[str] = "HEB560"

    @property
    def title(self) -> str:
        return "the file changed while it was read"

    @property
    def hint(self) -> str:
        return "run this again once nothing writes it any more; nothing was kept"


@dataclass(frozen=True, kw_only=True)
class DamagedGzip(DataProblem):
    """A file of a corpus that ends in `.gz` is cut, or no gzip at all.

    Wrong:
        hebbdsl run specs/my_text.yaml      # a copy of train.txt.gz that stopped half-way

    Right:
        gzip -t train.txt.gz && hebbdsl run specs/my_text.yaml
    """

    code: ClassVar[str] = "HEB561"

    reason: str

    @property
    def title(self) -> str:
        return f"the file can't be unpacked: {self.reason}"

    @property
    def hint(self) -> str:
        return "copy it again; `gzip -t` tells whether it is whole"


@dataclass(frozen=True, kw_only=True)
class SharedText(DataProblem):
    """One file is read in two splits.

    Results would be of what was trained on, or chosen by what they are measured on.

    Wrong:
        hebbdsl run specs/my_text.yaml      # train: [texts/*.txt], test: [texts/z.txt]

    Right:
        hebbdsl run specs/my_text.yaml      # train: [texts/train/*.txt], test: [texts/test/*.txt]
    """

    code: ClassVar[str] = "HEB562"

    first: str
    second: str

    @property
    def title(self) -> str:
        return f"this file is in the {self.first} text and in the {self.second} text"

    @property
    def hint(self) -> str:
        return "name files so that no split holds one of another"
