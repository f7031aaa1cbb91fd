"""How names and lists are put into sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hebbdsl.diagnostics.diagnostic import nearest

LONGEST_QUOTE = 60


def quoted(text: str) -> str:
    """A name or value of the user's in backticks, cut when it is long."""
    if len(text) > LONGEST_QUOTE:
        text = text[: LONGEST_QUOTE - 1] + "…"
    return f"`{text}`"


def listed(words: Iterable[str], last: str = "or") -> str:
    """`a`, `b` or `c`."""
    marked = [quoted(word) for word in words]
    if len(marked) < 2:
        return "".join(marked)
    return f"{', '.join(marked[:-1])} {last} {marked[-1]}"


def plain_list(words: Iterable[str]) -> str:
    """Names in alphabetical order, whatever their case: `center, gamma, T`."""
    return ", ".join(sorted(words, key=lambda word: (word.lower(), word)))


def suggestion(word: str, choices: Sequence[str], otherwise: str | None = None) -> str | None:
    """`did you mean …?` when a choice is near, followed by what else there is to say."""
    near = nearest(word, choices)
    parts = [f"did you mean {quoted(near)}?"] if near is not None else []
    if otherwise is not None:
        parts.append(otherwise)
    return " ".join(parts) or None


def plural(noun: str) -> str:
    """`outputs`, `curricula`."""
    return noun[:-2] + "a" if noun.endswith("um") else noun + "s"


def number_of(count: int, noun: str) -> str:
    """`1 image`, `2 images`."""
    return f"{count:,} {noun if count == 1 else plural(noun)}".replace(",", "_")
