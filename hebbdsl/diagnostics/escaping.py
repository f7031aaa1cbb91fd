"""Text that comes from files, made fit for where it is printed: a function for each output.

Names, values and messages are kept as they were written; whoever prints them calls the function of
the output, on each piece, as the last thing. None of these texts begins a line, an escape sequence,
a cell, a formula, a command or an element of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

TAB = "    "

_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp", "Zs"))
"""Categories of characters that a terminal obeys, or shows as nothing or as a blank."""

_MARK = re.compile(r"#(?=#(?:\[|vso\[|teamcity\[))")
"""Begins a command of a build server, wherever in a line of its log it stands."""

_COMMAND = re.compile(r"^( *):(?=:[\w-])")
"""Begins a command of GitHub's, at the start of a line."""

_COLOUR = re.compile(r"(\x1b\[[0-9;]*m)")


def visible(text: str) -> str:
    """`text` on one line of a terminal: tabs as blanks, and what it would obey or hide spelt out.

    An escape is `<U+001B>`, a line end `<U+000A>`.
    """
    return "".join(shown(text))


def shown(text: str) -> Sequence[str]:
    """What `visible` makes of each character."""
    if text.isascii() and text.isprintable() and "##" not in text:
        return text
    found = [*map(_shown, text)]
    for mark in _MARK.finditer(text):
        found[mark.start()] = _spelt("#")
    return found


def _shown(character: str) -> str:
    if character == "\t":
        return TAB
    if character != " " and unicodedata.category(character) in _HIDDEN:
        return _spelt(character)
    return character


def _spelt(character: str) -> str:
    return f"<U+{ord(character):04X}>"


def printed(text: str, coloured: bool = False) -> str:
    """Lines for a terminal or a log, each of them visible; none is a command of a build server.

    Args:
        coloured: `text` was put together by this program and holds colours, which are kept.
    """
    return "\n".join(_line(line, coloured) for line in text.split("\n"))


def _line(line: str, coloured: bool) -> str:
    pieces = _COLOUR.split(line) if coloured else [line]
    pieces[::2] = map(visible, pieces[::2])
    return _COMMAND.sub(rf"\1{_spelt(':')}", "".join(pieces))


def json_text(value: object, indent: int = 1) -> str:
    """A JSON document in ASCII, which holds no command of a build server either.

    Raises: ValueError, for a number that is not finite: JSON has none.
    """
    # Between strings there is no such mark.
    import json  # which text for people does without

    return _MARK.sub(r"\\u0023", json.dumps(value, indent=indent, allow_nan=False))


_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def github_message(*lines: str) -> str:
    """Lines as the message of a workflow command of GitHub Actions."""
    return "\n".join(map(visible, lines)).translate(_DATA)


def github_property(text: str) -> str:
    """The value of a property of such a command."""
    return visible(text).translate(_PROPERTY)


_MARKDOWN = re.compile(r"[\\|*<`~$&]|(?<=\])\(|(?<![^\W_])_|_(?![^\W_])")
"""What begins markup in the GitHub dialect: a line can be none, since none begins with the text."""


def markdown(text: str) -> str:
    """Plain text inside a line or a cell of a table."""
    return _MARKDOWN.sub(r"\\\g<0>", visible(text))


def markdown_code(text: str, in_table: bool = False) -> str:
    """The same as code, where it can be: a table has no code that holds a backslash and a bar."""
    text = visible(text)
    if not text.strip() or (in_table and "\\|" in text):
        return markdown(text)
    fence = _fence(text, 1)
    blank = " " if text[0] in "` " or text[-1] in "` " else ""
    inner = text.replace("|", "\\|") if in_table else text
    return f"{fence}{blank}{inner}{blank}{fence}"


def markdown_block(text: str) -> str:
    """Lines as a block of code."""
    fence = _fence(text, 3)
    return f"{fence}\n{printed(text)}\n{fence}"


def _fence(text: str, least: int) -> str:
    longest = max(map(len, re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)


_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": "$<$",
    ">": "$>$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "∞": r"$\infty$",
    "−": "$-$",
    "–": "--",
    "…": r"\ldots{}",
    "µ": r"\textmu{}",
}


def latex(text: str) -> str:
    """Text of a LaTeX document, in a cell or outside of one."""
    escaped = "".join(_LATEX.get(character, character) for character in visible(text))
    # After the end of a row these would be read as its argument.
    return f"{{}}{escaped}" if escaped.startswith(("[", "*")) else escaped


def latex_comment(text: str) -> str:
    """A line that begins with a percent sign."""
    return f"% {visible(text)}"


_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def csv_cell(text: str) -> str:
    """Text of a cell. One that a spreadsheet would take for a formula gets an apostrophe before it,
    which spreadsheets do not show."""
    text = visible(text)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def figure(text: str, most: int) -> str:
    """A text of a figure, which is drawn with `text.parse_math` off: dollars are dollars.

    Of one that has more characters than `most`, the middle is left out.
    """
    text = visible(text)
    return text if len(text) <= most else f"{text[: most // 2]}…{text[1 - (most + 1) // 2 :]}"
