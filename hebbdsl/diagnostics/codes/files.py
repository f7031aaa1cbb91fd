"""HEB190–HEB199: specs that a command should write."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.wording import plain_list, quoted, suggestion


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
