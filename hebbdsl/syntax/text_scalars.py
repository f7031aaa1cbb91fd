"""How a scalar is spelt in the text surface: unquoted where that says the same."""

from __future__ import annotations

import json
import re

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.source import Source
from hebbdsl.syntax.layout import Leaf, Use
from hebbdsl.syntax.scalars import needs_quotes
from hebbdsl.syntax.tree import Scalar

_NAME = re.compile(r"(?!(?:and|or)\Z)[A-Za-z_][A-Za-z0-9_]*")
_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)+")
_NUMBER = re.compile(r"-?[0-9][0-9_.]*")
_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def is_name(text: str) -> bool:
    """It can stand before `(`, and unquoted anywhere."""
    return _NAME.fullmatch(text) is not None


def as_key(leaf: Leaf) -> str:
    bare = is_name(leaf.text) or _PATH.fullmatch(leaf.text) is not None
    return leaf.text if bare else _in_quotes(leaf.text)


def as_value(leaf: Leaf) -> str:
    """Raises: ValueError, when there is no value to write."""
    text = leaf.text
    if leaf.missing:
        raise ValueError("the text surface cannot say that a value is missing")
    must = leaf.quoted and (needs_quotes(text) or not text)
    could = is_name(text) or leaf.use is Use.EXPRESSION or not leaf.quoted
    prose = leaf.use is Use.PROSE and (leaf.quoted or not needs_quotes(text))
    if must or prose or not could:
        return _in_quotes(text)
    return text if _stands_unquoted(text) else _in_quotes(text)


def _stands_unquoted(text: str) -> bool:
    """Whether the text surface reads `text` as this scalar: a name, a number, an expression."""
    if is_name(text) or _NUMBER.fullmatch(text):
        return True
    if _EQUALS.search(text):
        return False  # it can be read, and would be misread by people
    from hebbdsl.syntax.text_surface import parse_text

    try:
        tree = parse_text(Source("", f"_ = {text}"))
    except Rejected:
        return False
    values = [entry.value for entry in tree.root.entries]
    if tree.problems or len(values) != 1:
        return False
    value = values[0]
    return isinstance(value, Scalar) and not value.quoted and value.text == text


def _in_quotes(text: str) -> str:
    """As JSON, with escapes also for what a source may not hold."""
    written = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", written)
