"""Values that are not what their field takes."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.typos import Unknown
from hebbdsl.diagnostics.wording import number_of, quoted

MOST_EXPRESSION = 10_000
"""Characters of all conditions and claims of a spec; parsing them takes longer than all else."""


class TooMuchExpression(Problem):
    """The conditions and claims of a spec have more than 10,000 characters in all.

    That is some two hundred claims, more than any number of seeds can decide. Put them in several
    specs, each with its own question.

    Wrong:
        hebbdsl validate a_thousand_claims.yaml

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB138"

    @property
    def title(self) -> str:
        most = f"{MOST_EXPRESSION:_}"
        return f"the conditions and claims of the spec have more than {most} characters in all"

    label = "from here on"


class WrongType(Problem):
    """A value is not of the type that its field takes. Nothing is converted silently.

    `validate --fix` writes what says the same as it should be written: `true` for `yes`, `0.5` for
    `.5` or `"0.5"`.

    Wrong:
        training:
          optimizer: adam
          steps: many

    Right:
        training:
          optimizer: adam
          steps: 100
    """

    code = "HEB301"
    field: str
    expected: str
    found: str
    advice: str | None = None
    instead: str | None = None
    """What says the same, written as it should be."""

    title = "{field!q} takes {expected}, not {found}"
    label = "{found}"
    hint = "{advice}"
    fix = "{instead}"
    fix_is_safe = True


class NotAChoice(Unknown):
    """A field takes one of a few words, and this is none of them.

    `validate --fix` corrects a slip of a letter or two that can mean only one of them.

    Wrong:
        output:
          hebbian: {rescale: mean}

    Right:
        output:
          hebbian: {rescale: mean_row}
    """

    code = "HEB303"
    field: str

    title = "{field!q} cannot be {written!q}"
    label = "{known:or}"


class WrongLength(Problem):
    """A list has too few or too many items.

    Wrong:
        model:
          convnet: {channels: []}

    Right:
        model:
          convnet: {channels: [32, 32]}
    """

    code = "HEB304"
    field: str
    count: int
    minimum: int
    maximum: int | None

    @property
    def title(self) -> str:
        if self.maximum is None or self.count < self.minimum:
            asked = f"at least {number_of(self.minimum, 'item')}"
        else:
            asked = f"at most {number_of(self.maximum, 'item')}"
        return f"{quoted(self.field)} takes {asked}, not {self.count:_}"

    label = "{count:item}"


class WrongForm(Problem):
    """A name is not written as names are.

    Names of experiments and variants become names of folders and of columns.

    Wrong:
        experiment: Omniglot Curriculum

    Right:
        experiment: omniglot_curriculum
    """

    code = "HEB305"
    written: str
    form: str
    like: str | None = None

    title = "{written!q} is not a name"
    label = "not a name"

    @property
    def hint(self) -> str | None:
        such = f", such as {quoted(self.like)}" if self.like else ""
        return f"a name is {self.form}{such}"


class NeedsQuotes(Problem):
    """A text that looks like a number, `true`, `false` or `null` must be quoted.

    Other readers of YAML take `012` for ten and `12:30` for 750. `validate --fix` writes the
    quotes.

    Wrong:
        about: 012

    Right:
        about: "012"
    """

    code = "HEB306"
    field: str
    written: str

    title = "{field!q} takes a text, and {written!q} could be something else"
    label = "quote this"

    @property
    def hint(self) -> str | None:
        shown = quoted(f'"{self.written}"')
        return f"write {shown}"

    fix = '"{written}"'
    fix_is_safe = True


class NoValue(Problem):
    """Nothing stands where a value should.

    Wrong:
        model:

    Right:
        model: mlp
    """

    code = "HEB307"
    field: str
    advice: str

    title = "{field!q} has no value"
    label = "no value"
    hint = "{advice}"
