"""HEB517-HEB519, HEB573: files of a text: named twice, in another encoding, too large."""

from __future__ import annotations

from hebbdsl.diagnostics.codes.data import DataProblem
from hebbdsl.diagnostics.diagnostic import Problem, Severity, nearest
from hebbdsl.diagnostics.wording import quoted, quoted_path


class UnknownEncoding(Problem):
    """`encoding` names none that Python knows.

    Its names are those of Python's codecs: `utf-8`, `utf-16`, `latin-1`, `cp1252`, `koi8-r`,
    `shift_jis`, `gb18030`. What differs between machines, or escapes single signs, is none.

    Wrong:
        data: {text: {train: [a.txt], validation: [b.txt], test: [c.txt], encoding: latin1252}}
        model: lstm
        curriculum: null

    Right:
        data: {text: {train: [a.txt], validation: [b.txt], test: [c.txt], encoding: cp1252}}
        model: lstm
        curriculum: null
        output: softmax
    """

    code = "HEB517"
    name: str

    title = "there is no encoding {name!q}"
    label = "no encoding of text"

    @property
    def hint(self) -> str:
        from encodings.aliases import aliases

        known = sorted({*aliases, *aliases.values()})
        near = nearest(self.name.lower().replace("-", "_"), known)
        meant = f"did you mean {quoted(near)}? " if near is not None else ""
        return f"{meant}among them are `utf-8`, `utf-16`, `cp1252` and `latin-1`"


class RepeatedFiles(Problem):
    """Files of a text stand in one split twice, by what its patterns match on this machine.

    They are read as often as they stand there, which is right where that is meant, and gives their
    words more weight than others'. `plan` and `validate --here` look for them, and a run says so
    too.

    Wrong:
        hebbdsl validate --here specs/my_text.yaml      # train: ["*.txt", first.txt]

    Right:
        hebbdsl validate --here specs/my_text.yaml      # train: ["*.txt"]
    """

    code = "HEB518"
    severity = Severity.WARNING
    files: tuple[str, ...]
    split: str
    patterns: tuple[str, ...]

    @property
    def title(self) -> str:
        first = quoted_path(self.files[0])
        more = f" and {len(self.files) - 1:,} more" if len(self.files) > 1 else ""
        return f"{first}{more}: more than once in the {self.split} text"

    label = "names a file twice"
    hint = "it is named by {patterns:and}; it is read once for each"


class NotInEncoding(DataProblem):
    """A file of a text is not in the encoding that the spec declares.

    Wrong:
        hebbdsl run --set data.encoding=ascii specs/my_text.yaml      # train.txt holds an é

    Right:
        hebbdsl run --set data.encoding=cp1252 specs/my_text.yaml
    """

    code = "HEB519"
    encoding: str
    byte: int
    at: int
    line: int
    likely: str

    title = "byte {at:,}, in line {line:,}, is 0x{byte:02x}, which is not {encoding!q} there"
    hint = "it may be `encoding: {likely}`"


class TooLargeBook(DataProblem):
    """A book is too large to be read: books are held in memory one by one, to find their licence.

    Wrong:
        hebbdsl run specs/gutenberg_lstm.yaml      # books.zip holds a text of 1 GB

    Right:
        hebbdsl run specs/my_text.yaml      # which reads it as `text`, block by block
    """

    code = "HEB573"
    most: int

    @property
    def title(self) -> str:
        return f"a book of more than {self.most >> 20} MiB"

    hint = "take it out, or read all of them as `text`"
