"""HEB110–HEB129: text that is not built as a spec is."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Also, Problem, Related
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.source import Span

DEEPEST = 32
MOST_NODES = 10_000
FIRST_ONLY = "YAML reports the first error only: there may be more"


class Malformed(Problem):
    """The text is not YAML.

    The caret is where YAML lost the thread; the slip is there or just before. YAML reports the
    first error only, so validate again once it is mended.

    Wrong:
        training: @fast

    Right:
        about: "@fast"
    """

    code = "HEB110"
    said: str
    advice: str | None = None

    title = "this is not YAML: {said}"
    label = "here"

    @property
    def hint(self) -> str | None:
        return f"{self.advice}; {FIRST_ONLY}" if self.advice else FIRST_ONLY


class Tab(Problem):
    """A line is indented with a tab.

    YAML indents with spaces only. Set the editor to insert two spaces for a tab.

    Wrong:
        output:
        ⇥hebbian: {gamma: 0.05}

    Right:
        output:
          hebbian: {gamma: 0.05}
    """

    code = "HEB111"
    title = "a tab stands where only spaces may indent"
    label = "tab"
    hint = f"indent with spaces; {FIRST_ONLY}"


class NoColon(Problem):
    """A key has no colon.

    Wrong:
        training
          optimizer: adam
          steps: 100

    Right:
        training:
          optimizer: adam
          steps: 100
    """

    code = "HEB112"
    key: str

    title = "a colon is missing after {key!q}"
    label = "no colon"

    @property
    def hint(self) -> str | None:
        return f"write {quoted(self.key + ': …')}; {FIRST_ONLY}"


class NoSpace(Problem):
    """A colon has no space after it, so YAML reads key and value as one word.

    Wrong:
        output:
          hebbian: {gamma:0.05}

    Right:
        output:
          hebbian: {gamma: 0.05}
    """

    code = "HEB113"
    written: str

    title = "a space is missing after the colon of {written!q}"
    label = "one word to YAML"

    @property
    def hint(self) -> str | None:
        key, _, value = self.written.partition(":")
        return f"write {quoted(f'{key}: {value}')}"


class Unclosed(Problem):
    """A bracket or brace is opened and not closed, or closed by the other kind.

    The caret is on the one that was opened.

    Wrong:
        model:
          convnet: {channels: [32, 32, features: 64}

    Right:
        model:
          convnet: {channels: [32, 32], features: 64}
    """

    code = "HEB114"
    opened: str
    noticed: Span

    title = "{opened!q} is not closed"
    label = "opened here"

    @property
    def related(self) -> tuple[Related, ...]:
        closing = "]" if self.opened == "[" else "}"
        return (Related(self.noticed, f"`,` or `{closing}` expected here"),)

    hint = FIRST_ONLY


class UnclosedQuote(Problem):
    """A quotation mark is opened and not closed.

    Inside `'…'` an apostrophe is written twice; inside `"…"` a quote is written `\\"`.

    Wrong:
        about: "Do rows bind faster?

    Right:
        about: "Do rows bind faster?"
    """

    code = "HEB115"
    quote: str

    title = "the quotation mark {quote!q} is not closed"
    label = "opened here"
    hint = FIRST_ONLY


class BlockMark(Problem):
    """A value begins with `>` or `|`, which mean something else to YAML.

    At the start of a value they announce a block of text on the lines that follow. A condition
    names its metric first; text that begins so is quoted.

    Wrong:
        curriculum:
          growing: {start: 30, add: 10, when: >= 0.6}

    Right:
        curriculum:
          growing: {start: 30, add: 10, when: test_accuracy >= 0.6}
    """

    code = "HEB116"
    mark: str

    title = "a value cannot begin with {mark!q}"
    label = "a block of text begins here, to YAML"
    hint = f"name a metric before the sign, and quote the condition; {FIRST_ONLY}"


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


class ColonInside(Problem):
    """A second colon on the line makes YAML see a key where a value is meant.

    Text that has a colon and a space in it is quoted; a nested mapping goes on its own line or
    into braces.

    Wrong:
        about: Hebbian rows: are they faster?

    Right:
        about: "Hebbian rows: are they faster?"
    """

    code = "HEB118"
    title = "a second key cannot stand here"
    label = "this colon"
    hint = f"quote a text that has a colon; put fields in `{{{{…}}}}`; {FIRST_ONLY}"


class Indentation(Problem):
    """A line is indented unlike its neighbours.

    Fields of one section begin in the same column.

    Wrong:
        training:
          optimizer: adam
           steps: 100

    Right:
        training:
          optimizer: adam
          steps: 100
    """

    code = "HEB119"
    title = "this line is indented unlike those before it"
    label = "fits no section"
    hint = f"fields of one section begin in the same column; {FIRST_ONLY}"


class DuplicateKey(Problem):
    """A key is written twice in one mapping.

    One of the two would silently win. Remove one.

    Wrong:
        output:
          hebbian: {gamma: 0.05, T: 500, gamma: 0.01}

    Right:
        output:
          hebbian: {gamma: 0.05, T: 500}
    """

    code = "HEB125"
    key: str
    first: Span

    title = "{key!q} is written twice"
    label = "second"
    related = Also("first", "first")
    hint = "remove one of the two"


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
