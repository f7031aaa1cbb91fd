"""How a scalar is spelt in YAML: unquoted where that says the same to every reader of YAML."""

from __future__ import annotations

import re

from hebbdsl.syntax.layout import Leaf
from hebbdsl.syntax.scalars import needs_quotes

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}

_FIRST = r"[^\s\-?:,\[\]{}#&*!|>'\"%@`]|-(?=[^\s,\[\]{}])"
_PLAIN = re.compile(rf"(?!---|\.\.\.)(?:{_FIRST})(?:.*\S)?")
_SPLITS = re.compile(r":\s|:$|\s#")
_SPLITS_FLOW = re.compile(r"[,\[\]{}?]|:$")

# What YAML's own rules, 1.1 or 1.2, take for something other than a text.
_TAKEN = re.compile(r"~|null|true|false|yes|no|on|off|y|n|=|<<|[-+]?\.?(?:inf|nan)", re.IGNORECASE)


def one_line(leaf: Leaf, flow: bool) -> str:
    """The scalar on one line; `flow`: inside brackets. Nothing for a value that is missing."""
    text = leaf.text
    if leaf.missing:
        return ""
    keep = leaf.quoted and (needs_quotes(text) or _TAKEN.fullmatch(text) is not None)
    if not keep and _plain(text, flow):
        return text
    return _in_quotes(text)


def literal(leaf: Leaf) -> list[str]:
    """A text of several lines as a block: its mark, then its lines. Empty when it can't be one."""
    body, lines = leaf.text.removesuffix("\n"), leaf.text.removesuffix("\n").split("\n")
    if (
        "\n" not in leaf.text
        or not body
        or not (lines[0] and lines[-1])
        or any(line != line.rstrip() or _UNPRINTABLE.search(line) for line in lines)
    ):
        return []
    mark = "|" + ("2" if lines[0].startswith(" ") else "") + ("" if body != leaf.text else "-")
    return [mark, *lines]


def folded(leaf: Leaf, width: int) -> list[str]:
    """A long text in lines of `width`, behind a mark or (none: empty) unquoted.

    Empty when it cannot be folded, since it has no single blanks, or characters to be escaped.
    """
    lines = _wrapped(leaf.text, width)
    if len(lines) < 2 or _UNPRINTABLE.search(leaf.text) or leaf.text != leaf.text.strip(" "):
        return []
    bare = one_line(leaf, False) == leaf.text
    return ["" if bare else ">-", *lines]


def _plain(text: str, flow: bool) -> bool:
    return (
        _PLAIN.fullmatch(text) is not None
        and _SPLITS.search(text) is None
        and not (flow and _splits_in_flow(text))
        and _UNPRINTABLE.search(text) is None
    )


def _splits_in_flow(text: str) -> bool:
    # What opens more parentheses than it closes is taken for an expression cut at its comma.
    return _SPLITS_FLOW.search(text) is not None or text.count("(") > text.count(")")


def _in_quotes(text: str) -> str:
    if ('"' in text or "\\" in text) and "'" not in text and _UNPRINTABLE.search(text) is None:
        return f"'{text}'"
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if (known := _ESCAPES.get(character)) is not None:
        return known
    if _UNPRINTABLE.fullmatch(character):
        return f"\\u{ord(character):04x}"
    return character


def _wrapped(text: str, width: int) -> list[str]:
    """Broken at single blanks only: every other blank is kept as it is."""
    lines: list[str] = []
    for word in re.split(r"(?<! ) (?! )", text):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
