"""What is not built as the text surface is: signs and words at the wrong place."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.wording import quoted

LONGEST_FIX = 200


class NotHere(Problem):
    """Something stands where it cannot.

    The message says what was being read and what may stand there.

    Wrong:
        training { optimizer = adam, = 100 }

    Right:
        training { optimizer = adam, steps = 100 }
    """

    code = "HEB140"
    found: str
    expected: str
    reading: str
    advice: str | None = None

    title = "{found} where {expected} is expected, in {reading}"
    label = "expected {expected}"
    hint = "{advice}"


class ColonForEquals(Problem):
    """A colon stands between a name and its value, as in YAML.

    In this surface it is `=`.

    Wrong:
        output = hebbian(gamma: 0.05)

    Right:
        output = hebbian(gamma=0.05)
    """

    code = "HEB144"
    key: str
    spaced: bool

    title = "`=` stands between a name and its value, not `:`, after {key!q}"
    label = "write `=`"

    @property
    def hint(self) -> str | None:
        return f"write {quoted(f'{self.key} = …')}"

    @property
    def fix(self) -> str | None:
        return " =" if self.spaced else "="

    fix_is_safe = True


class StrayComma(Problem):
    """A comma stands where nothing comes before it: at the start, or behind another.

    One comma may follow the last entry.

    Wrong:
        output = hebbian(gamma=0.05,, T=500)

    Right:
        output = hebbian(gamma=0.05, T=500)
    """

    code = "HEB149"
    title = "this comma separates nothing"
    label = "one too many"
    hint = "remove it"
    fix = ""
    fix_is_safe = True


class NoEquals(Problem):
    """`=` is missing between a name and its value.

    Only the opening statements do without: `hebbdsl 1`, `experiment name`, `extends "path"`.

    Wrong:
        training {
          optimizer = adam
          steps 100
        }

    Right:
        training {
          optimizer = adam
          steps = 100
        }
    """

    code = "HEB150"
    key: str
    gap: bool

    title = "`=` is missing after {key!q}"

    @property
    def label(self) -> str:
        return "`=` is missing before this" if self.gap else "no `=`"

    @property
    def hint(self) -> str | None:
        return f"write {quoted(f'{self.key} = …')}"


class ValueMissing(Problem):
    """Nothing stands where a value should.

    A value begins on the line of its `=`; `null` is the value that says there is none.

    Wrong:
        training {
          optimizer = adam
          steps =
        }

    Right:
        training {
          optimizer = adam
          steps = 100
        }
    """

    code = "HEB151"
    key: str
    next_line: bool

    title = "{key!q} has no value"
    label = "the value is missing after this"

    @property
    def hint(self) -> str | None:
        if self.next_line:
            return "begin the value on the line of its `=`"
        return "write a value, `null`, or leave the entry out"


class NoSeparator(Problem):
    """Two entries or items stand side by side with no comma between them.

    Inside `()` and `[]` a line end does not separate; inside `{}` it does, and so does a comma.

    Wrong:
        output = hebbian(gamma=0.05 T=500)

    Right:
        output = hebbian(gamma=0.05, T=500)
    """

    code = "HEB152"
    second: str
    inside: str

    title = "a comma is missing before {second!q}"
    label = "comma missing here"

    @property
    def hint(self) -> str | None:
        if self.inside in ("(", "["):
            return "inside `()` and `[]` commas separate, line ends do not"
        return "separate entries with a comma, or write each on a line of its own"

    fix = ","
    fix_is_safe = True


class MustBeQuoted(Problem):
    """What is not a name, a number, a range or an expression is quoted.

    That goes for sentences, for paths, and for dates and times.

    Wrong:
        about = Do rows bind faster?

    Right:
        about = "Do rows bind faster?"
    """

    code = "HEB153"
    written: str
    right: str
    compared: bool = False
    """A name and a number stand side by side: a condition may be meant."""

    title = "{written!q} is no name, number or expression: a text is quoted"
    label = "quote this"

    @property
    def hint(self) -> str | None:
        if self.compared:
            return "a condition has a sign between its terms, such as `>=`; quote a text"
        return f"write {quoted(self.right)}"

    @property
    def fix(self) -> str | None:
        return None if self.compared or len(self.right) > LONGEST_FIX else self.right


class WrittenInYaml(Problem):
    """YAML is written in a file that ends in `.hebb`.

    A section is `name { … }`, an entry `name = value`, a list `[a, b]`. A file that is YAML
    throughout needs only another name.

    Wrong:
        training:
          optimizer: adam
          steps: 100

    Right:
        training {
          optimizer = adam
          steps = 100
        }
    """

    code = "HEB154"
    whole: bool
    item: bool

    @property
    def title(self) -> str:
        if self.whole:
            return "this file is written in YAML, and its name ends in `.hebb`"
        return f"{'a list item' if self.item else 'a section'} is written as in YAML"

    label = "YAML begins here"

    @property
    def hint(self) -> str | None:
        if self.whole:
            return "let its name end in `.yaml`"
        return "a list is `name = [a, b]`" if self.item else "a section is `name { … }`"


class NoFieldName(Problem):
    """A value stands among the fields of a word without the name of its field.

    Wrong:
        output = hebbian(0.05)

    Right:
        output = hebbian(gamma=0.05)
    """

    code = "HEB155"
    word: str
    written: str

    title = "{written!q} stands in {word!q} without the name of a field"
    label = "of which field?"

    @property
    def hint(self) -> str | None:
        shown = quoted(f"{self.word}(field={self.written})")
        return f"fields are named: {shown}; a metric takes one variant, `metric(variant)`"


class TooManySlips(Problem):
    """Reading stops after so many slips: most of them come from the first.

    Mend the first ones and validate again.

    Wrong:
        hebbdsl validate novel.hebb

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB158"
    count: int

    title = "reading stops here, after {count} slips"
    label = "not read from here on"
    hint = "is this a spec? Mend the first slips and validate again"
