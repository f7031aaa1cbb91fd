"""What was being read when a slip was met, and what may stand there, in words."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from hebbdsl.diagnostics.wording import quoted
from hebbdsl.expression.lr_parser import Token
from hebbdsl.frozen import frozen
from hebbdsl.syntax.text_tokens import COMMA, CURLY, EQUAL, KEYS, ROUND, SQUARE


@frozen
class Where:
    """Token `at` was not taken, in the bracket of `kind` opened by token `opener` (none: -1), in
    the entry that begins with token `start`; `accepts` are the types that would have been."""

    at: int
    kind: str
    opener: int
    start: int
    accepts: AbstractSet[str]


def expected_at(where: Where) -> str:
    """What the parser waits for, in words."""
    accepts = where.accepts
    if {"NUMBER", "STRING"} <= accepts:
        return "a value"
    if "NUMBER" in accepts:
        return "a metric or a number"
    if EQUAL in accepts and CURLY in accepts:
        return "`=` or `{`"
    if {"NAME", "STRING"} <= accepts:
        return "a field `name=value`" if where.kind == ROUND else "an entry `name = value`"
    if "COMPARISON" in accepts:
        return "a sign, `and`, `or` or the end of the value"
    if COMMA in accepts:
        ends = {"": "a new line", CURLY: "a comma, a new line or `}`", SQUARE: "a comma or `]`"}
        return ends.get(where.kind, "a comma or `)`")
    if "NAME" in accepts:
        return "the name of a variant"
    return "`)`"  # the parser waits nowhere for anything else


def reading_at(where: Where, tokens: Sequence[Token]) -> str:
    """What was being read, in words."""
    key = tokens[where.start]
    if where.kind != SQUARE and key.type in KEYS and where.at > where.start:
        return f"the entry {quoted(str(key))}"
    if where.opener < 0:
        return "the spec"
    before = tokens[where.opener - 1] if where.opener else None
    if where.kind == ROUND:
        is_part = before is not None and before.type == "NAME"
        return f"the fields of {quoted(str(before))}" if is_part else "parentheses"
    if before is not None and before.type == EQUAL and where.opener > 1:
        before = tokens[where.opener - 2]
    thing = "list" if where.kind == SQUARE else "section"
    named = before is not None and before.type in KEYS
    return f"the {thing} {quoted(str(before))}" if named else f"a {thing}"
