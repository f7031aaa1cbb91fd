"""The tokens of the text surface, capped while they are read."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.expression.grammar import keywords as keywords_of_grammar
from hebbdsl.expression.grammar import token_pattern
from hebbdsl.expression.lr_parser import Token
from hebbdsl.source import Source, Span
from hebbdsl.syntax.limits import (
    DEEPEST,
    MOST_ENTRIES,
    MOST_NODES,
    TooDeep,
    TooMany,
    TooManyEntries,
)

MOST_TOKENS = 40_000

NEWLINE, COMMA, EQUAL, HEAD, BROKEN, END = (
    "_NEWLINE",
    "_COMMA",
    "EQUAL",
    "HEAD",
    "BROKEN",
    "$END",
)
ROUND, SQUARE, CURLY = "LPAR", "LSQB", "LBRACE"
OPENING = {ROUND: "RPAR", SQUARE: "RSQB", CURLY: "RBRACE"}
CLOSING = {closing: opening for opening, closing in OPENING.items()}
KEYS = frozenset({"NAME", "PATH", "STRING", "SINGLE", HEAD})
OPERATORS = frozenset({"COMPARISON", "SIGN", "FACTOR", "_OR", "_AND"})
SIGN_OF = {
    **{ROUND: "(", SQUARE: "[", CURLY: "{"},
    **{"RPAR": ")", "RSQB": "]", "RBRACE": "}"},
}

# A word's parentheses are two levels of the tree, and those of an expression none: what the tree
# has is counted when it is built, and this only keeps the parser from work without end.
_DEEPEST_BRACKETS = 2 * DEEPEST


def tokens_of(source: Source) -> tuple[list[Token], bool]:
    """All tokens of the source, line ends among them, and whether all brackets are closed.

    Raises: Rejected, when there are more, or deeper ones, than any spec has.
    """
    keywords, text = keywords_of_grammar(), source.text
    tokens: list[Token] = []
    opened: list[str] = []
    ended = [0]  # entries, in the file itself and in each bracket that is open
    closed = True
    begins = True
    nodes = 0
    for found in token_pattern().finditer(text):
        if (kind := found.lastgroup) is None:
            continue  # the end of the text
        start, end = found.span(kind)
        written = text[start:end]
        if kind == "NAME":
            if written in keywords:
                kind = keywords[written]
                if kind == HEAD and (opened or not begins):
                    kind = "NAME"
        elif kind in OPENING:
            nodes += kind != ROUND  # which may be part of an expression
            opened.append(OPENING[kind])
            ended.append(0)
            if len(opened) > _DEEPEST_BRACKETS:
                raise Rejected([TooDeep(place=Span(source, start, end))])
        elif kind in CLOSING:
            if opened and opened[-1] == kind:
                opened.pop()
                ended.pop()
            else:
                closed = False
        elif kind in (EQUAL, COMMA):
            nodes += 1
            if nodes > MOST_NODES:
                raise Rejected([TooMany(place=Span(source, start, end))])
        tokens.append(Token(kind, written, start, end))
        separates = kind in (NEWLINE, COMMA)
        if separates and not begins and (not opened or opened[-1] == OPENING[CURLY]):
            ended[-1] += 1
            if ended[-1] > MOST_ENTRIES:
                raise Rejected([TooManyEntries(place=Span(source, start, end))])
        begins = separates
        if len(tokens) > MOST_TOKENS:
            raise Rejected([TooManyTokens(place=Span(source, start, end))])
    return tokens, closed and not opened


def virtual(kind: str, at: int) -> Token:
    """A token that was not written, where it is missed."""
    return Token(kind, "", at, at)


class TooManyTokens(Problem):
    """The file holds more words, numbers and signs than any spec: over 40,000.

    Wrong:
        hebbdsl validate generated.hebb

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB157"
    title = f"more than {MOST_TOKENS} words, numbers and signs"
    label = "one too many"
