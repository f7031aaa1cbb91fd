"""HEB550-HEB569: texts that can't be read as a corpus."""

from __future__ import annotations

from typing import ClassVar, Literal

from hebbdsl.diagnostics.codes.data import DataProblem


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


_ANEW = "write it anew: `iconv -f {} -t utf-8`; or, of `text`, say `encoding: {}`"


class EmptySplit(DataProblem):
    """A split of a corpus holds less than two words, ends of lines left out.

    Wrong:
        hebbdsl run specs/my_text.yaml      # test.txt is empty

    Right:
        hebbdsl run specs/my_text.yaml      # train.txt, validation.txt and test.txt hold text
    """

    code = "HEB551"
    split: str
    tokens: int
    advice: str | None = None
    """What gives the split more, where a field does."""

    title = "the {split} text holds {tokens:word}"

    @property
    def hint(self) -> str:
        more = f": {self.advice}" if self.advice else ""
        return f"every split needs a text of two words or more{more}"


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


class OtherWikitext(DataProblem):
    """Files that are named like WikiText's are not what was published.

    Their sizes are compared, and once they are cut into words how many these are, and how many
    different ones; the zip that they come in may be another, and lines may end in CR LF.

    Wrong:
        HEBBDSL_DATA=~/data hebbdsl run specs/wikitext2_lstm.yaml      # the raw version

    Right:
        HEBBDSL_DATA=~/data hebbdsl run specs/wikitext2_lstm.yaml      # wikitext-2-v1.zip
    """

    code = "HEB555"
    version: int
    size: int
    published: int
    unit: Literal["bytes", "tokens", "words"] = "bytes"

    title = "{size:,} {unit} where WikiText-{version} as published has {published:,}"
    hint = (
        "the word-level version (`-v1.zip`) is read as it was published; give the raw one, or an"
        " altered copy, as `text`"
    )


class AlteredWikitext(DataProblem):
    """A file of WikiText-2 has the size and the number of words of the published one, and another
    text.

    The SHA-256 of the validation and the test text are compared. Of the train text sizes and counts
    are: it is about in several orders of its articles.

    Wrong:
        sed -i s/he/eh/ wiki.test.tokens && hebbdsl run specs/wikitext2_lstm.yaml

    Right:
        unzip -o wikitext-2-v1.zip && hebbdsl run specs/wikitext2_lstm.yaml
    """

    code = "HEB565"
    version: int
    split: str

    title = "the {split} text is not that of WikiText-{version} as published"
    hint = "restore the published file; or give yours as `text`"


class NoSuchText(DataProblem):
    """No file stands where a corpus of text says that one does.

    Wrong:
        hebbdsl run specs/my_text.yaml      # train: [train-*.txt] in an empty folder

    Right:
        hebbdsl run specs/my_text.yaml      # train: [texts/train-*.txt]
    """

    code = "HEB556"
    absent: ClassVar[bool] = True
    pattern: str
    split: str

    title = "no file is `{pattern}`, which the {split} text is to be read from"
    hint = "paths are taken from the folder that HEBBDSL_DATA names, else from the current one"


class ChangedWhileRead(DataProblem):
    """A file of a corpus changed while it was read.

    Its size or the time of its last change is another one than when the file was found. What was
    read is a mixture of both states, so nothing of it is kept. Let what writes the file end first.

    Wrong:
        crawl >> train.txt & hebbdsl run specs/my_text.yaml

    Right:
        crawl >> train.txt && hebbdsl run specs/my_text.yaml
    """

    code = "HEB560"
    title = "the file changed while it was read"
    hint = "run this again once nothing writes it any more; nothing was kept"


class DamagedGzip(DataProblem):
    """A file of a corpus that ends in `.gz` is cut, or no gzip at all.

    Wrong:
        hebbdsl run specs/my_text.yaml      # a copy of train.txt.gz that stopped half-way

    Right:
        gzip -t train.txt.gz && hebbdsl run specs/my_text.yaml
    """

    code = "HEB561"
    reason: str

    title = "the file can't be unpacked: {reason}"
    hint = "copy it again; `gzip -t` tells whether it is whole"


class LockedZip(DataProblem):
    """A zip of a corpus is whole, and can't be unpacked here: it asks for a password, or is packed
    in a way that Python does not know.

    Wrong:
        zip --encrypt books.zip *.txt && hebbdsl run specs/gutenberg_lstm.yaml

    Right:
        zip books.zip *.txt && hebbdsl run specs/gutenberg_lstm.yaml
    """

    code = "HEB563"
    reason: str

    title = "the zip can't be unpacked here: {reason}"
    hint = "unpack it, and give the folder, or a zip without a password"


class Endless(DataProblem):
    """A file of a corpus holds a word, a line or a paragraph that does not end for megabytes.

    Text is read in blocks that end where words do; of newswire, lines and paragraphs. What has no
    white space for millions of bytes is mostly no text: an image, or a packed file under another
    name. A small packed file may unpack to gigabytes of it.

    Wrong:
        hebbdsl run specs/my_text.yaml      # train.txt.gz holds the letter a, 415 million times

    Right:
        hebbdsl run specs/my_text.yaml      # train.txt.gz holds words
    """

    code = "HEB559"
    line: int
    what: str
    most: int

    @property
    def title(self) -> str:
        return f"line {self.line:,} holds a {self.what} of more than {self.most >> 20} MiB"

    hint = "take it out, or end it: no {what} of a text is that long"
