"""Problems of files that a command would write, and of the language server."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.wording import plain_list, quoted, suggestion


class NoServer(Problem):
    """The language server can't start, since what it speaks the protocol with is not installed.

    Install it with `pip install 'hebbdsl[lsp]'`, into the environment that `hebbdsl` is in.

    Wrong:
        hebbdsl lsp      # after `pip install hebbdsl`

    Right:
        hebbdsl lsp      # after `pip install 'hebbdsl[lsp]'`
    """

    code = "HEB545"
    missing: str

    title = "the language server needs `{missing}`, which is not installed"
    hint = "install it with `pip install 'hebbdsl[lsp]'`"


class AlreadyThere(Problem):
    """`hebbdsl init` writes new files only.

    Give it another name, or remove the file that is there.

    Wrong:
        hebbdsl init specs/omniglot_curriculum.yaml

    Right:
        hebbdsl init specs/mine.yaml
    """

    code = "HEB191"
    path: str

    title = "{path!q} is there already"
    hint = "a file that is there is never overwritten: give another name"


class NotOfKind(Problem):
    """`hebbdsl init` takes one word of each kind, and this is no word of its kind.

    `hebbdsl explain` lists the words of every kind.

    Wrong:
        hebbdsl init mine.yaml --output hebian

    Right:
        hebbdsl init mine.yaml --output hebbian
    """

    code = "HEB192"
    option: str
    word: str
    known: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{quoted(f'{self.option} {self.word}')}: there is no such word"

    @property
    def hint(self) -> str | None:
        return suggestion(self.word, self.known, f"it takes: {plain_list(self.known)}")


class WouldOverwrite(Problem):
    """The file to be written is there already.

    `convert` writes over nothing unless it is told to.

    Wrong:
        hebbdsl convert a.yaml b.hebb  # when b.hebb is there

    Right:
        hebbdsl convert a.yaml b.hebb --force
    """

    code = "HEB181"
    path: str

    title = "{path!q} is there already"
    hint = "`--force` writes over it"
