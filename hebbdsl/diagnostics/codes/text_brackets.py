"""HEB141–HEB158: brackets and quotes of the text surface, `.hebb`."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Also, Problem, Related
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.source import Span


class NotClosed(Problem):
    """A bracket or brace is opened and not closed.

    The caret is on the one that was opened; the second place is where it is missed at the latest.

    Wrong:
        model = convnet(channels=[32, 32, features=64)

    Right:
        model = convnet(channels=[32, 32], features=64)
    """

    code = "HEB141"
    opened: str
    closing: str
    noticed: Span

    title = "{opened!q} is not closed"
    label = "opened here"
    related = Also("noticed", "{closing!q} is missing before this")
    hint = "write {closing!q} where it ends"


class NeverOpened(Problem):
    """A bracket or brace is closed that was never opened.

    Wrong:
        model = convnet(channels=[32, 32]])

    Right:
        model = convnet(channels=[32, 32])
    """

    code = "HEB142"
    written: str
    opening: str
    missing: Span | None
    """Behind what it seems to be missing."""

    title = "{written!q} closes nothing"
    label = "never opened"

    @property
    def related(self) -> tuple[Related, ...]:
        if self.missing is None:
            return ()
        return (Related(self.missing, f"{quoted(self.opening)} is missing after this"),)

    @property
    def hint(self) -> str | None:
        if self.missing is None:
            return "remove it, or open it where it begins"
        return f"write {quoted(self.opening)} after {quoted(self.missing.text)}"

    @property
    def fix(self) -> str | None:
        return "" if self.missing is None else None


class OtherBracket(Problem):
    """A bracket is closed by one of another kind.

    Wrong:
        model = convnet(channels=[32, 32), features=64)

    Right:
        model = convnet(channels=[32, 32], features=64)
    """

    code = "HEB143"
    written: str
    opened: Span
    closing: str

    title = "{opened.text!q} is closed by {written!q}"
    label = "{closing!q} is meant"
    related = Also("opened", "opened here")
    hint = "write {closing!q}"
    fix = "{closing}"
    fix_is_safe = True


class BracesForParentheses(Problem):
    """The fields of a word stand in braces. Words take theirs in parentheses.

    Braces hold sections and variants: `training { … }`.

    Wrong:
        output = hebbian { gamma = 0.05 }

    Right:
        output = hebbian(gamma=0.05)
    """

    code = "HEB156"
    word: str

    title = "the fields of {word!q} stand in parentheses, not in braces"
    label = "write `(`"

    @property
    def hint(self) -> str | None:
        return f"write {quoted(f'{self.word}(…)')}, with commas between the fields"


class QuoteNotClosed(Problem):
    """A text in double quotes does not end on its line.

    A text stands on one line; a line end in it is written `\\n`, a quote `\\"`.

    Wrong:
        about = "Do rows bind faster?

    Right:
        about = "Do rows bind faster?"
    """

    code = "HEB145"
    title = "the text in quotes is not closed on its line"
    label = "opened here"
    hint = 'close it with `"`; a line end in a text is written `\\n`, a quote `\\"`'


class BadEscape(Problem):
    """There is no such escape in a text.

    Escapes are those of JSON: `\\"`, `\\\\`, `\\/`, `\\b`, `\\f`, `\\n`, `\\r`, `\\t` and
    `\\u` with four hexadecimal digits. A backslash itself is written twice.

    Wrong:
        about = "rows \\ columns"

    Right:
        about = "rows \\\\ columns"
    """

    code = "HEB146"
    written: str

    title = "there is no escape {written!q}"
    label = "not an escape"

    @property
    def hint(self) -> str | None:
        if self.written.startswith("\\u"):
            return "`\\u` takes four hexadecimal digits; beyond U+FFFF write a pair of them"
        return "a backslash is written twice: `\\\\`"

    @property
    def fix(self) -> str | None:
        return "\\" + self.written if not self.written.startswith("\\u") else None


class SingleQuotes(Problem):
    """A text stands in single quotes. Texts stand in double quotes.

    Wrong:
        about = 'Do rows bind faster?'

    Right:
        about = "Do rows bind faster?"
    """

    code = "HEB147"
    right: str

    title = "a text stands in double quotes"
    label = "single quotes"
    hint = "write {right!q}"
    fix = "{right}"
    fix_is_safe = True


class TabInText(Problem):
    """A tab stands inside a quoted text, where it cannot be told from blanks.

    Write it `\\t`. Between entries a tab is a blank like any other.

    Wrong:
        about = "rows⇥columns"

    Right:
        about = "rows\\tcolumns"
    """

    code = "HEB148"
    title = "a tab stands inside a text"
    label = "tab"
    hint = "write `\\t`, or a blank"
    fix = "\\t"
    fix_is_safe = True
