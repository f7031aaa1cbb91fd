"""HEB101–HEB109: files that cannot be read as a spec."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.wording import entry, quoted, quoted_path, version

LARGEST = 1_000_000
"""Bytes of the longest file that is read."""


class NoSuchFile(Problem):
    """There is no file of that name.

    Check the spelling and the folder you are in; the hint names the nearest file there is.

    Wrong:
        hebbdsl validate specs/omniglot_curiculum.yaml

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB101"
    path: str
    near: str | None = None

    title = "there is no file {path!p}"

    @property
    def hint(self) -> str | None:
        return f"did you mean {quoted_path(self.near)}?" if self.near else None


class IsFolder(Problem):
    """A folder stands where one spec is asked for.

    `validate` takes folders; commands that work on one experiment take its file.

    Wrong:
        hebbdsl plan specs/

    Right:
        hebbdsl plan specs/omniglot_curriculum.yaml
    """

    code = "HEB102"
    path: str

    title = "{path!p} is a folder, not a spec"
    hint = "name one file in it"


class Empty(Problem):
    """The file says nothing: it is empty, or holds only spaces and comments.

    The smallest spec has `hebbdsl`, `experiment`, `data`, `model`, `output`, `curriculum` and
    `training`.

    Wrong:
        hebbdsl validate empty.yaml

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB103"
    title = "the spec is empty"

    @property
    def hint(self) -> str | None:
        first, second = version(self.place), entry("experiment", "name", self.place)
        lines = f"{quoted(first)} and {quoted(second)}"
        return f"begin with {lines}; `hebbdsl explain` lists the words"


class ControlCharacter(Problem):
    """A character that no text holds: the file is binary, or was damaged.

    A spec is text. If the file should be one, delete the character named.

    Wrong:
        hebbdsl validate runs/weights.safetensors

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB104"
    character: str

    @property
    def title(self) -> str:
        return f"a control character (U+{ord(self.character):04X}) stands in the text"

    label = "not a character of text"
    hint = "is this a spec? Specs are text files"


class NotUtf8(Problem):
    """The bytes of the file are not UTF-8 text.

    Save the file as UTF-8 (every editor can); other encodings are not guessed.

    Wrong:
        hebbdsl validate latin1.yaml

    Right:
        iconv -f latin1 -t utf-8 latin1.yaml > utf8.yaml && hebbdsl validate utf8.yaml
    """

    code = "HEB105"
    byte: int
    offset: int

    title = "the file is not UTF-8: byte 0x{byte:02X} at offset {offset}"
    label = "not a character"
    hint = "save it as UTF-8 without other encodings mixed in"


class TooLarge(Problem):
    """The file is larger than any spec: over 1 MB. It was not read.

    Generated specs belong in several files; lists of runs belong in `variants` and `seeds`.

    Wrong:
        hebbdsl validate data/images_background.zip

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB106"
    size: int

    @property
    def title(self) -> str:
        return f"the file has {self.size / 1e6:.1f} MB; a spec has at most {LARGEST / 1e6:g} MB"

    hint = "is this a spec?"


class Unreadable(Problem):
    """The file is there and cannot be read.

    The reason given is the operating system's: most often a permission.

    Wrong:
        chmod 000 mine.yaml; hebbdsl validate mine.yaml

    Right:
        chmod 644 mine.yaml; hebbdsl validate mine.yaml
    """

    code = "HEB107"
    reason: str

    title = "the file cannot be read: {reason}"


class UnknownSurface(Problem):
    """The file's ending is not one that is read.

    Specs are written in YAML, in files that end in `.yaml` or `.yml`, or as text in files that end
    in `.hebb`.

    Wrong:
        hebbdsl validate specs/README.md

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB108"
    ending: str

    @property
    def title(self) -> str:
        found = f"not {quoted(self.ending)}" if self.ending else "this one has no ending"
        return f"a spec's name ends in `.yaml`, `.yml` or `.hebb`; {found}"

    hint = "YAML goes into a file that ends in `.yaml`, the text surface into `.hebb`"


class NoSpecs(Problem):
    """The folder and the folders below it hold no spec.

    Specs are files that end in `.yaml`, `.yml` or `.hebb`.

    Wrong:
        hebbdsl validate empty_folder/

    Right:
        hebbdsl validate specs/
    """

    code = "HEB109"
    path: str

    title = "the folder {path!q} holds no spec"
    hint = "specs end in `.yaml`, `.yml` or `.hebb`"
