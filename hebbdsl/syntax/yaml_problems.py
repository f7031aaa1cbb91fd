"""What YAML allows and the language does not."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.wording import quoted


class Anchor(Problem):
    """A YAML anchor, `&name`.

    The language has no references: a variant says what differs from the spec as written.

    Wrong:
        output: &rows
          hebbian: {gamma: 0.05}

    Right:
        output:
          hebbian: {gamma: 0.05}
    """

    code = "HEB120"
    written: str

    title = "anchors are not part of the language: {written!q}"
    label = "anchor"
    hint = "remove it, or quote a text that begins with `&`"


class Alias(Problem):
    """A YAML alias, `*name`.

    The language has no references. Write the value out.

    Wrong:
        output: *rows

    Right:
        output: softmax
    """

    code = "HEB121"
    written: str

    title = "aliases are not part of the language: {written!q}"
    label = "alias"
    hint = "write the value out, or quote a text that begins with `*`"


class Tag(Problem):
    """A YAML tag, `!name`, or a `%` directive.

    The type of a value follows from its field.

    Wrong:
        training:
          optimizer: adam
          steps: !!int 100

    Right:
        training:
          optimizer: adam
          steps: 100
    """

    code = "HEB122"
    written: str

    @property
    def title(self) -> str:
        kind = "directives" if self.written.startswith("%") else "tags"
        return f"{kind} are not part of the language: {quoted(self.written)}"

    @property
    def label(self) -> str:
        return "directive" if self.written.startswith("%") else "tag"

    hint = "remove it"


class MergeKey(Problem):
    """A YAML merge key, `<<`.

    A variant says what differs from the spec as written.

    Wrong:
        output:
          hebbian: {<<: {gamma: 0.05}, T: 500}

    Right:
        output:
          hebbian: {gamma: 0.05, T: 500}
    """

    code = "HEB123"
    title = "merge keys are not part of the language"
    label = "merge key"
    hint = "write the fields out"


class SeveralDocuments(Problem):
    """A second YAML document begins in the file.

    One experiment is one file.

    Wrong:
        about: first
        ---
        seeds: 0..9

    Right:
        about: first
        seeds: 0..9
    """

    code = "HEB124"
    title = "a second document begins; one experiment is one file"
    label = "begins here"
    hint = "put it into a file of its own"


class NotAKey(Problem):
    """A list or a mapping stands where a name is asked for.

    Wrong:
        output:
          ? [softmax]
          : {bias: false}

    Right:
        output:
          softmax: {bias: false}
    """

    code = "HEB126"
    found: str

    title = "a key is a name, not {found}"
    label = "not a name"


class NotAMapping(Problem):
    """A spec is a mapping of sections, not a list or a single word.

    This page's example is a value given on the command line, the one place where such a spec fits
    on a line; a file whose first line begins with `-` gives the same problem.

    Wrong:
        hebbdsl validate list.yaml

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB129"
    found: str

    title = "a spec is a mapping of sections, not {found}"
    hint = "begin with `hebbdsl: 1`"


class CommaInside(Problem):
    """A comma inside `{…}` or `[…]` splits what was meant as one expression.

    YAML knows nothing of parentheses. Quote the condition.

    Wrong:
        curriculum:
          growing: {when: both(test_accuracy, train_loss) > 1}

    Right:
        curriculum:
          growing: {when: "test_accuracy > 0.6 and train_loss < 1"}
    """

    code = "HEB117"
    title = "YAML splits this expression at its comma"
    label = "read only up to the comma"
    hint = "quote the condition"
