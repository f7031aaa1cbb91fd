"""What a YAML error means in words: the commonest slips, recognised from the text around them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hebbdsl.diagnostics.diagnostic import Problem, Related
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.source import Source, Span
from hebbdsl.syntax.limits import TooDeep

if TYPE_CHECKING:
    from yaml import MarkedYAMLError

FIRST_ONLY = "YAML reports the first error only: there may be more"

_JOINED = re.compile(r"[ -]*([A-Za-z_][\w.]*:[^\s:/][^\n]*)")
_BARE = re.compile(r"[ -]*([A-Za-z_][\w.]*)[ \t]*(?:#.*)?$")
_KEY_BEFORE = re.compile(r"^[ -]*+[^\s#'\"{\[][^#]*?:\s")

_FAR = 1_000
"""Lines without a word that are looked past."""

_WORDS = {
    "found unknown escape character": (
        "there is no such escape in a text in double quotes",
        "write a backslash twice, or use single quotes",
    ),
    "did not find expected node content": ("a value is missing here", None),
    "block sequence entries are not allowed in this context": (
        "a list item cannot begin here",
        "put each `- item` on a line of its own",
    ),
    "found character that cannot start any token": (
        "no value begins with this character",
        "quote the text",
    ),
    "did not find expected '-' indicator": (
        "list items and keys are mixed",
        "begin every line of the list with `- `",
    ),
}


def explain_slip(error: MarkedYAMLError, source: Source) -> Problem:
    """The problem that `error` stands for, at the smallest place that shows it."""
    said = error.problem or error.context or "it cannot be read"
    at = _offset(error.problem_mark, source)
    opened = _offset(error.context_mark, source) if error.context_mark is not None else at
    character = source.text[at : at + 1]
    here = Span(source, at, min(at + 1, len(source.text)))
    line = source.position(at)[0]

    if "maximum nesting depth" in said:  # some readers have a limit of their own, far beyond ours
        return TooDeep(place=here)
    if character == "\t" or "tab character" in said:
        tab = at if character == "\t" else max(source.text.find("\t", opened), 0)
        return Tab(place=Span(source, tab, tab + 1))
    if error.context == "while scanning a block scalar":
        return BlockMark(
            place=Span(source, opened, opened + 1), mark=source.text[opened : opened + 1]
        )
    if "cannot start any token" in said and character in ("|", ">"):
        return BlockMark(place=here, mark=character)
    if error.context == "while scanning a quoted scalar":
        quote = Span(source, opened, opened + 1)
        return UnclosedQuote(place=quote, quote=quote.text)
    if said.startswith("did not find expected ',' or"):
        bracket = Span(source, opened, opened + 1)
        return Unclosed(place=bracket, opened=bracket.text, noticed=_visible(here))
    last = max(source.text.rfind("[", 0, at), source.text.rfind("{", 0, at))
    ended = said == "did not find expected node content" and not source.text[at:].strip()
    if ended and last >= 0:
        bracket = Span(source, last, last + 1)
        return Unclosed(place=bracket, opened=bracket.text, noticed=_visible(here))
    if "could not find expected ':'" in said:
        return _without_colon(source, source.position(opened)[0]) or _other(said, here)
    if "mapping values are not allowed" in said:
        if _KEY_BEFORE.match(source.text[at - source.position(at)[1] + 1 : at]):
            return ColonInside(place=here)
        return _without_colon(source, line - 1) or _misplaced(source, line, here)
    if said in ("did not find expected key", "did not find expected <document start>"):
        if character in ("]", "}"):
            return _other("this bracket was never opened", here)
        if source.line(line)[: source.position(at)[1] - 1].strip():
            return _other("the value has ended before this", here, "quote the whole text")
        return _misplaced(source, line, here)
    return _other(said, here)


def _misplaced(source: Source, line: int, here: Span) -> Problem:
    """A line that fits nowhere: by its indentation, when that is new, or else by what it says."""
    text = source.line(line)
    written = (source.line(n) for n in range(line - 1, max(line - _FAR, 0), -1))
    above = next((found for found in written if found.partition("#")[0].strip()), "")
    if above and _indent(above) != _indent(text):
        return Indentation(place=_first_word(source, line))
    return _other("no key can stand here", here, "every line of a section is `key: value`")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _without_colon(source: Source, number: int) -> Problem | None:
    """The slip of a line that should have held `key: value`."""
    nearby = range(number, max(number - _FAR, 0), -1)
    filled = (n for n in nearby if source.line(n).partition("#")[0].strip())
    if (number := next(filled, 0)) < 1:
        return None
    text, start = source.line(number), source.line_starts[number - 1]
    if (joined := _JOINED.match(text)) is not None:
        written = joined.group(1).rstrip()
        place = Span(source, start + joined.start(1), start + joined.start(1) + len(written))
        return NoSpace(place=place, written=written)
    if (bare := _BARE.match(text)) is not None:
        place = Span(source, start + bare.start(1), start + bare.end(1))
        return NoColon(place=place, key=bare.group(1))
    return None


def _first_word(source: Source, line: int) -> Span:
    text, start = source.line(line), source.line_starts[line - 1]
    word = re.search(r"[^\s:]+", text)
    return (
        Span(source, start + word.start(), start + word.end())
        if word
        else Span(source, start, start)
    )


def _other(said: str, here: Span, advice: str | None = None) -> Malformed:
    words, default = _WORDS.get(said, (said, None))
    return Malformed(place=_visible(here), said=words, advice=advice or default)


def _visible(here: Span) -> Span:
    """`here`, or at the end of the text the last character that can be seen."""
    if here.text.strip():
        return here
    end = len(here.source.text[: here.start].rstrip())
    return Span(here.source, max(end - 1, 0), end)


def _offset(mark: object, source: Source) -> int:
    return min(max(int(getattr(mark, "index", 0)), 0), len(source.text))


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
