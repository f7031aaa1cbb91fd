"""The grammar file, and what lark makes of it: one table for expressions and the text surface."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Lark, Token, Tree
    from lark.parsers.lalr_interactive_parser import InteractiveParser

_NAME = "hebbdsl.lark"

STRANGE = "STRANGE"
"""The type of a character that begins no token."""


def grammar_text() -> str:
    """Raises: FileNotFoundError, when the installation is damaged."""
    # Not importlib.resources: it takes longer to load than a whole spec takes to check.
    package = Path(__file__).parents[1]
    packaged = package / "grammar" / _NAME
    path = packaged if packaged.is_file() else package.parent / "grammar" / _NAME
    return path.read_text(encoding="utf-8")


@cache
def _lark() -> Lark:
    from lark import Lark
    from lark.lexer import Lexer

    class Outside(Lexer):
        """Tokens come from `Scanner`: they are fed one by one."""

        def __init__(self, _: object) -> None:
            pass

        def lex(self, *_: object) -> Iterator[Token]:
            return iter(())

    return Lark(
        grammar_text(),
        start=["spec", "expression"],
        parser="lalr",
        lexer=Outside,
        maybe_placeholders=False,
    )


def parser(start: str) -> InteractiveParser:
    """A parser of `start` that waits for its first token."""
    return _lark().parse_interactive(start=start)


def accepted(parser: InteractiveParser) -> set[str]:
    """The types of the tokens that the parser would take."""
    found: set[str] = parser.accepts()  # type: ignore[no-untyped-call]
    return found


def extent(branch: Tree[Token] | Token) -> tuple[int, int]:
    """Where a branch begins and ends: found when it is asked for, since most are never asked."""
    first = last = branch
    while not isinstance(first, str):
        first = first.children[0]
    while not isinstance(last, str):
        last = last.children[-1]
    return first.start_pos or 0, last.end_pos or 0


@dataclass(frozen=True, slots=True)
class Scanner:
    """What cuts a text into tokens, made of the terminals that the grammar declares.

    `pattern` matches one token with all blanks before it and names its type; at the end of the text
    it names none. `bare` does so in an expression that stands alone, where line ends are blanks and
    there are no comments. `keywords` are the names that are tokens of their own.
    """

    pattern: re.Pattern[str]
    bare: re.Pattern[str]
    keywords: Mapping[str, str]


@cache
def scanner() -> Scanner:
    """The terminals of the grammar, those of higher priority first."""
    groups: list[str] = []
    ignored: list[str] = []
    keywords: dict[str, str] = {}
    lark = _lark()
    for terminal in sorted(lark.terminals, key=lambda t: -t.priority):
        regexp = terminal.pattern.to_regexp()
        words = regexp.removeprefix("(?:").removesuffix(")").split("|")
        if terminal.name in lark.ignore_tokens:
            ignored.append(regexp)
        elif all(word.isalpha() for word in words):
            keywords.update(dict.fromkeys(words, terminal.name))
        else:
            groups.append(f"(?P<{terminal.name}>{regexp})")
    # The end is matched too, without a name: a search would begin again inside what is ignored.
    groups += (f"(?P<{STRANGE}>(?s:.))", r"\Z")
    tokens = "|".join(groups)
    pattern = re.compile(rf"(?:{'|'.join(ignored)})*+(?:{tokens})")
    return Scanner(pattern, re.compile(rf"\s*+(?:{tokens})"), keywords)
