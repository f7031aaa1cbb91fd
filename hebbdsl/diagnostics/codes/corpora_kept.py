"""HEB554-HEB564: tokens of a corpus that can't be kept, or are not what was kept."""

from __future__ import annotations

from hebbdsl.diagnostics.codes.data import DataProblem


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
