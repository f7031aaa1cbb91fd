"""HEB210–HEB215: paths of variants and of `--set`."""

from __future__ import annotations

from dataclasses import field

from hebbdsl.diagnostics.diagnostic import Problem, nearest
from hebbdsl.diagnostics.typos import unmistakable
from hebbdsl.diagnostics.wording import plain_list, quoted, suggestion


class NoSuchPath(Problem):
    """A change goes into a part that has no such field.

    The path of a variant or of `--set` names fields. What fields there are depends on the word
    that the part is in that variant. Giving `output` a new word replaces all its fields.
    `validate --fix` corrects a slip of a letter or two that can mean only one field.

    Wrong:
        output: softmax
        variants:
          raw_write: {output.rescale: none}

    Right:
        output: hebbian
        variants:
          raw_write: {output.rescale: none}
    """

    code = "HEB210"
    path: str
    word: str
    variant: str = field(compare=False)
    """The first variant in which it is so: the same in others is not said again."""
    name: str
    known: tuple[str, ...]

    @property
    def title(self) -> str:
        where = f" in {quoted(self.variant)}" if self.variant else ""
        word, name = quoted(self.word), quoted(self.name)
        return f"{quoted(self.path)} is {word}{where}, which has no field {name}"

    label = "unknown field"

    @property
    def hint(self) -> str | None:
        takes = f"takes: {plain_list(self.known)}" if self.known else "has no fields"
        return suggestion(self.name, self.known, f"{quoted(self.word)} {takes}")

    @property
    def fix(self) -> str | None:
        return nearest(self.name, self.known)

    @property
    def fix_is_safe(self) -> bool:
        return unmistakable(self.name, self.known)


class NothingInside(Problem):
    """A path goes into something that has nothing inside: a number, a word, a field not written.

    Wrong:
        variants:
          slow: {training.steps.most: 500}

    Right:
        variants:
          slow: {training.steps: 500}
    """

    code = "HEB211"
    path: str
    what: str

    title = "nothing can be changed inside {path!q}: {what}"
    label = "leads nowhere"
    hint = "give {path!q} itself a value"


class NotOfSetup(Problem):
    """A variant changes what belongs to the whole experiment.

    Variants change `data`, `model`, `output`, `curriculum` and `training`; seeds, claims and the
    like are the same for all of them.

    Wrong:
        variants:
          more: {seeds: 0..99}

    Right:
        seeds: 0..99
        variants:
          more: {}
    """

    code = "HEB212"
    field: str

    title = "a variant cannot change {field!q}"
    label = "belongs to the whole experiment"
    hint = "write {field!q} at the top of the spec"


class NoSuchItem(Problem):
    """A path names an item that the list does not have. Items count from 0.

    Wrong:
        model:
          convnet: {channels: [8, 8]}
        variants:
          wide: {model.channels.2: 16}

    Right:
        model:
          convnet: {channels: [8, 8]}
        variants:
          wide: {model.channels.1: 16}
    """

    code = "HEB213"
    path: str
    item: str
    count: int

    title = "{path!q} has no item {item!q}"
    label = "no such item"

    @property
    def hint(self) -> str | None:
        return f"items count from 0 to {self.count - 1}" if self.count else "the list is empty"


class NotAChange(Problem):
    """The value of `--set` is not of the form `path=value`.

    Wrong:
        hebbdsl validate --set training.steps specs/omniglot_curriculum.yaml

    Right:
        hebbdsl validate --set training.steps=100 specs/omniglot_curriculum.yaml
    """

    code = "HEB215"
    title = "`--set` takes `path=value`"
    label = "no `=`"
    hint = "for example `--set training.steps=100`"
