"""HEB120–HEB128: what YAML allows and the language does not."""

from __future__ import annotations

from typing import ClassVar

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

    code: ClassVar[str] = "HEB120"
    written: str

    @property
    def title(self) -> str:
        return f"anchors are not part of the language: {quoted(self.written)}"

    @property
    def label(self) -> str:
        return "anchor"

    @property
    def hint(self) -> str | None:
        return "remove it, or quote a text that begins with `&`"


class Alias(Problem):
    """A YAML alias, `*name`.

    The language has no references. Write the value out.

    Wrong:
        output: *rows

    Right:
        output: softmax
    """

    code: ClassVar[str] = "HEB121"
    written: str

    @property
    def title(self) -> str:
        return f"aliases are not part of the language: {quoted(self.written)}"

    @property
    def label(self) -> str:
        return "alias"

    @property
    def hint(self) -> str | None:
        return "write the value out, or quote a text that begins with `*`"


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

    code: ClassVar[str] = "HEB122"
    written: str

    @property
    def title(self) -> str:
        kind = "directives" if self.written.startswith("%") else "tags"
        return f"{kind} are not part of the language: {quoted(self.written)}"

    @property
    def label(self) -> str:
        return "directive" if self.written.startswith("%") else "tag"

    @property
    def hint(self) -> str | None:
        return "remove it"


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

    code: ClassVar[str] = "HEB123"

    @property
    def title(self) -> str:
        return "merge keys are not part of the language"

    @property
    def label(self) -> str:
        return "merge key"

    @property
    def hint(self) -> str | None:
        return "write the fields out"


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

    code: ClassVar[str] = "HEB124"

    @property
    def title(self) -> str:
        return "a second document begins; one experiment is one file"

    @property
    def label(self) -> str:
        return "begins here"

    @property
    def hint(self) -> str | None:
        return "put it into a file of its own"


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

    code: ClassVar[str] = "HEB126"
    found: str

    @property
    def title(self) -> str:
        return f"a key is a name, not {self.found}"

    @property
    def label(self) -> str:
        return "not a name"


class TooDeep(Problem):
    """Lists and mappings are nested deeper than any spec.

    Wrong:
        about: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]

    Right:
        about: not nested at all
    """

    code: ClassVar[str] = "HEB127"

    @property
    def title(self) -> str:
        return f"nested more than {DEEPEST} deep"

    @property
    def label(self) -> str:
        return f"beyond level {DEEPEST}"


class TooMany(Problem):
    """The file holds more values than any spec: over 10,000 keys, items and values.

    Wrong:
        hebbdsl validate generated.yaml

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code: ClassVar[str] = "HEB128"

    @property
    def title(self) -> str:
        return f"more than {MOST_NODES} keys and values"

    @property
    def label(self) -> str:
        return "one too many"
