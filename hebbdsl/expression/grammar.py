"""The grammar, and what reads by it: one table for expressions and the text surface."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from hebbdsl.expression.lr_parser import Branch, Parser, Tables, Token
from hebbdsl.expression.parser_tables import loaded, tables_of

_GRAMMAR, _TABLES = "hebbdsl.lark", "tables.json"


def grammar_text() -> str:
    """Raises: FileNotFoundError, when the installation is damaged."""
    return (_folder() / _GRAMMAR).read_text(encoding="utf-8")


def _folder() -> Path:
    # Not importlib.resources: it takes longer to load than a whole spec takes to check.
    package = Path(__file__).parents[1]
    packaged = package / "grammar"
    return packaged if packaged.is_dir() else package.parent / "grammar"


@cache
def _tables() -> Tables:
    """Those that are kept; where they are of another grammar, lark makes them, which takes time."""
    grammar, kept = grammar_text(), _folder() / _TABLES
    tables = loaded(kept.read_text(encoding="utf-8"), grammar) if kept.is_file() else None
    return tables or tables_of(grammar)


def parser(start: str) -> Parser:
    """A parser of `start`, `spec` or `expression`, that waits for its first token."""
    return Parser(_tables(), start)


def extent(branch: Branch | Token) -> tuple[int, int]:
    """Where a branch begins and ends: found when it is asked for, since most are never asked."""
    first = last = branch
    while isinstance(first, Branch):
        first = first.children[0]
    while isinstance(last, Branch):
        last = last.children[-1]
    return first.start, last.end


def keywords() -> Mapping[str, str]:
    """The names that are tokens of their own."""
    return _tables().keywords


@cache
def token_pattern() -> re.Pattern[str]:
    """Matches one token of a spec with all blanks before it and names its type; at the end of the
    text it names none. Made of the terminals that the grammar declares."""
    tables = _tables()
    return re.compile(rf"(?:{tables.ignored})*+(?:{tables.tokens})")


@cache
def expression_token_pattern() -> re.Pattern[str]:
    """The same in an expression that stands alone, where line ends are blanks and `#` means
    nothing."""
    return re.compile(rf"\s*+(?:{_tables().tokens})")
