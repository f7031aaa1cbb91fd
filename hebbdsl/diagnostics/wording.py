"""How names, lists and counts are put into sentences."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hebbdsl.diagnostics.diagnostic import Place, Problem, Severity, nearest
from hebbdsl.source import Span

LONGEST_QUOTE = 60


def quoted(text: str) -> str:
    """A name or value of the user's in backticks, cut when it is long."""
    if len(text) > LONGEST_QUOTE:
        text = text[: LONGEST_QUOTE - 1] + "…"
    return f"`{text}`"


def quoted_path(path: str) -> str:
    """The path of a file in backticks; of a long one the end, which tells it from others."""
    if len(path) > LONGEST_QUOTE:
        path = "…" + path[1 - LONGEST_QUOTE :]
    return f"`{path}`"


def listed(words: Iterable[str], last: str = "or") -> str:
    """`a`, `b` or `c`."""
    marked = [quoted(word) for word in words]
    if len(marked) < 2:
        return "".join(marked)
    return f"{', '.join(marked[:-1])} {last} {marked[-1]}"


def plain_list(words: Iterable[str]) -> str:
    """Names in alphabetical order, whatever their case: `center, gamma, T`."""
    return ", ".join(sorted(words, key=lambda word: (word.lower(), word)))


def entry(key: str, value: str, place: Place, inside: bool = False) -> str:
    """An entry as it is written in the surface that `place` stands in, `inside` a word's fields."""
    if _is_text(place):
        return f"{key}={value}" if inside else f"{key} = {value}"
    return f"{key}: {value}"


def part(word: str, fields: str, place: Place) -> str:
    """A part with fields, `word(…)` or `word: {…}`, in the surface that `place` stands in."""
    return f"{word}({fields})" if _is_text(place) else f"{word}: {{{fields}}}"


def version(place: Place) -> str:
    """The line that every spec begins with, in the surface that `place` stands in."""
    return "hebbdsl 1" if _is_text(place) else "hebbdsl: 1"


def _is_text(place: Place) -> bool:
    return isinstance(place, Span) and place.source.is_text


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


def summary(problems: Iterable[Problem], files: int) -> str:
    """`2 errors and 1 warning in 3 files`."""
    found = tuple(problems)
    errors = sum(p.severity is Severity.ERROR for p in found)
    warnings = len(found) - errors
    counts = [
        f"{n} {word}{'' if n == 1 else 's'}"
        for n, word in ((errors, "error"), (warnings, "warning"))
        if n
    ]
    what = " and ".join(counts) if counts else "no problems"
    return f"{what} in {files} {'file' if files == 1 else 'files'}"


class _Unsaid(Exception):
    """A field of a template is None."""


class _Sentences(string.Formatter):
    """What templates hold beside the fields that `str.format` knows."""

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return getattr(args[0], str(key))

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        value, key = super().get_field(field_name, args, kwargs)
        if value is None and key != "place":
            raise _Unsaid
        return value, key

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        match conversion:
            case "q":
                return quoted(value)
            case "p":
                return quoted_path(value)
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, tuple):
            return plain_list(value) if format_spec == "," else listed(value, format_spec)
        if isinstance(value, int) and len(format_spec) > 1 and format_spec[0].isalpha():
            return number_of(value, format_spec)
        return str(super().format_field(value, format_spec))


_SENTENCES = _Sentences()


def sentence(template: str, problem: Problem) -> str | None:
    """A template with the fields of a problem in the place of their names; None where one is None.

    `{word}`, `{found.title}` and `{steps:_}` are as in `str.format`. Beside them `{word!q}` is
    `quoted`, `{path!p}` is `quoted_path`, `{steps:step}` is `number_of`; of several words
    `{known:or}` and `{known:and}` are `listed`, and `{known:,}` is `plain_list`.
    """
    try:
        return _SENTENCES.vformat(template, (problem,), {})
    except _Unsaid:
        return None
