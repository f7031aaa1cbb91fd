"""HEB120–HEB128: what YAML allows and the language does not."""

from __future__ import annotations

from hebbdsl.diagnostics.codes.syntax import DEEPEST, MOST_NODES
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


class TooDeep(Problem):
    """Lists and mappings are nested deeper than any spec.

    Wrong:
        about: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]

    Right:
        about: not nested at all
    """

    code = "HEB127"
    title = f"nested more than {DEEPEST} deep"
    label = f"beyond level {DEEPEST}"


class TooMany(Problem):
    """The file holds more values than any spec: over 10,000 keys, items and values.

    Wrong:
        hebbdsl validate generated.yaml

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB128"
    title = f"more than {MOST_NODES} keys and values"
    label = "one too many"
