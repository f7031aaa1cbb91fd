"""Specs to try laws on: values of any shape or by the types of the language, in many spellings.

A value is a `Word`, a list or a mapping. `written` spells one in a surface as a writer might, with
comments wherever one can stand, and says of each whose it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from hebbdsl.spec.experiment import Experiment
from hebbdsl.spec.types import (
    Boolean,
    Choice,
    ExpressionOf,
    ListOf,
    NamedChanges,
    NumberOf,
    OneOf,
    PartOf,
    SectionOf,
    Text,
    Type,
    WholeNumbers,
    fields_of,
)

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Word:
    """A scalar; `bare`: it must stand unquoted, since it is no text."""

    text: str
    bare: bool = False


Value = Any
"""Word | list[Value] | dict[str, Value]."""


@dataclass
class Written:
    """A source, and the comments in it: in order, each with the entry that it belongs to."""

    text: str
    owners: list[tuple[str, Path]]


NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
ODD_TEXTS = st.one_of(
    st.sampled_from(
        [
            *("", " ", "#", "# x", "a # b", "a#b", "a: b", "a:", ":", "-", "- a", "?", "? a", "12"),
            *("'", '"', "it's", 'say "so"', "\\", "\\n", "a, b", "[a]", "{a: b}", "true", "null"),
            *("yes", "~", "0..9", "012", ".5", "1e3", "12:30", "<<", "=", "%", "@x", "`x`", "&a"),
            *("*a", "!t", "| x", "> 1", "---", "...", "--- a", "a\nb", "a\n", "\na", " a\nb", "a "),
            *("a\n\n", "a\n b\n", "a \nb", "\n", "a\tb", "\ta", "a\n\tb", "é ß 二十", "a\u2028b"),
            *("\x85", "\u200b", "and", "or", "x and y", "f(x) > 1", "f(x, y)", "a = 1", "w(a=1)"),
            *(
                "a.b",
                "a@10",
                "hebbdsl",
                "experiment",
                "extends",
                "about",
                "a > b > c",
                "word " * 40,
            ),
            *("x  y " * 30, "p: q " * 40, "\U0001f600", "\ufeff", "\x07", "x" * 150, "a\r\nb"),
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.text(st.sampled_from("ab 12#:'\"\\\n-?,[]{}()=<>&*!|%@`~.\t"), max_size=12),
)
CONDITIONS = st.sampled_from(
    [
        "test_accuracy >= 0.6",
        "test_accuracy>0.25 and train_loss < 2",
        "(test_accuracy >= 0.5 or train_accuracy > .9) and test_loss<1e-1",
        "test_accuracy  >=  0.6",
        " and ".join(["test_accuracy >= 0.6"] * 6),
    ]
)
NUMBERS = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.integers(1000, 10**7).map(lambda n: f"{n:_}"),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["1e-3", "0..9", "-3..1_000", "012", ".5", "1__0", "+3", "1E3", "0x1f"]),
)
WORDS = st.one_of(
    ODD_TEXTS.map(Word),
    NAMES.map(Word),
    NUMBERS.map(lambda text: Word(text, bare=True)),
    st.sampled_from(["true", "false", "null"]).map(lambda text: Word(text, bare=True)),
    CONDITIONS.map(Word),
)
KEYS = st.one_of(
    NAMES,
    st.lists(NAMES, min_size=2, max_size=3).map(".".join),
    ODD_TEXTS.filter(lambda text: len(text) < 100),
)
ROOT_KEYS = KEYS.filter(lambda key: key.partition(".")[0] not in fields_of(Experiment))


def values(leaves: int = 12) -> st.SearchStrategy[Value]:
    """Values of any shape."""
    return st.recursive(
        WORDS,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)
        ),
        max_leaves=leaves,
    )


ROOTS = st.dictionaries(ROOT_KEYS, values(), min_size=1, max_size=5)


# --- by the types of the language -----------------------------------------------------------------


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Value]:
    """A spec whose every value has its field's type and bounds; parts may still refuse it."""
    spec = draw(_section(Experiment, 3))
    spec["hebbdsl"] = Word("1", bare=True)
    spec.pop("extends", None)
    names = list(spec.get("variants", {})) or ["main"]
    spec.pop("baseline", None)
    if draw(st.booleans()):
        spec["baseline"] = Word(draw(st.sampled_from(names)))
    claims = draw(
        st.lists(st.sampled_from([_claim(a, b) for a in names for b in names]), max_size=3)
    )
    spec.pop("claims", None)
    if claims:
        spec["claims"] = [Word(claim) for claim in claims]
    order = draw(st.permutations(list(spec)))
    return {name: spec[name] for name in order}


def _claim(one: str, other: str) -> str:
    return f"steps_to_finish({one}) < 0.5 * steps_to_finish({other})"


def _section(cls: type, depth: int) -> st.SearchStrategy[dict[str, Value]]:
    required = {f.name: typed(f.type, depth) for f in fields_of(cls).values() if f.required}
    optional = {f.name: typed(f.type, depth) for f in fields_of(cls).values() if not f.required}
    return st.fixed_dictionaries(required, optional=optional)


def typed(type_: Type, depth: int) -> st.SearchStrategy[Value]:
    """Values of a type of the language; `depth` is how many parts may stand in each other."""
    match type_:
        case Boolean():
            return st.sampled_from(["true", "false"]).map(lambda text: Word(text, bare=True))
        case Choice(choices):
            return st.sampled_from(choices).map(lambda c: Word(str(c), bare=isinstance(c, int)))
        case Text(pattern):
            return NAMES.map(Word) if pattern is not None else ODD_TEXTS.map(Word)
        case NumberOf():
            return _numbers(type_).map(lambda text: Word(text, bare=True))
        case WholeNumbers():
            return st.sampled_from(["0..9", "3", "1_0..1_2"]).map(lambda t: Word(t, bare=True))
        case ListOf(item, length):
            most = 3 if length.maximum is None else min(3, length.maximum)
            return st.lists(
                typed(item, depth), min_size=length.minimum, max_size=max(most, length.minimum)
            )
        case PartOf():
            return st.sampled_from(sorted(type_.words)).flatmap(
                lambda word: _part(word, type_.words[word], depth)
            )
        case SectionOf(cls):
            return _section(cls, depth)
        case ExpressionOf():
            return CONDITIONS.map(Word)
        case NamedChanges():
            return st.dictionaries(NAMES, _changes(), max_size=3)
        case OneOf(options, optional):
            found = [typed(option, depth) for option in options]
            null = [st.just(Word("null", bare=True))] if optional else []
            return st.one_of(*null, *found)
    raise TypeError(f"no values of {type_}")


def _part(word: str, cls: type, depth: int) -> st.SearchStrategy[Value]:
    fields = fields_of(cls)
    nested = any(_holds_parts(field.type) for field in fields.values() if field.required)
    if depth <= 0 and nested:
        return st.just({word: {}})
    inside = _section(cls, depth - 1).map(lambda found: {word: found})
    if any(field.required for field in fields.values()):
        return inside
    return st.one_of(st.just(Word(word)), inside)


def _holds_parts(type_: Type) -> bool:
    match type_:
        case PartOf():
            return True
        case ListOf(item):
            return _holds_parts(item)
        case OneOf(options):
            return any(map(_holds_parts, options))
    return False


def _changes() -> st.SearchStrategy[dict[str, Value]]:
    setup = {
        name: field.type
        for name, field in fields_of(Experiment).items()
        if _holds_parts(field.type)
    }
    training = next(f.type for n, f in fields_of(Experiment).items() if n == "training")
    assert isinstance(training, SectionOf)
    paths = {f"training.{name}": field.type for name, field in fields_of(training.cls).items()}
    paths |= setup
    return st.fixed_dictionaries({}, optional={path: typed(t, 1) for path, t in paths.items()}).map(
        lambda found: dict(list(found.items())[:2])
    )


def _numbers(type_: NumberOf) -> st.SearchStrategy[str]:
    bounds = type_.bounds
    low = bounds.minimum if bounds.minimum is not None else -1000
    high = bounds.maximum if bounds.maximum is not None else max(1000, low)
    if type_.whole:
        return st.integers(int(low), int(min(high, low + 10**5))).flatmap(
            lambda n: st.sampled_from([str(n), f"{n:_}"])
        )
    return st.sampled_from(["1e-3", "0.25", "0.5", "5e-1", "1", "0.75"])


# --- spelling ------------------------------------------------------------------------------------


@st.composite
def written(draw: st.DrawFn, value: dict[str, Value], surface: str) -> Written:
    """`value` as a source of the surface, in spellings and with comments as they come."""
    speller = (_Yaml if surface == "yaml" else _Text)(draw, draw(st.sampled_from([0, 1, 3])))
    speller.root(value)
    text = speller.out
    # The last line of a block of text has its line end, or says something else.
    if draw(st.booleans()) and not (surface == "yaml" and "|" in text):
        text = text.removesuffix("\n")
    return Written(text, speller.owners)


_RIGHT = 70
"""Comments beside something begin here, so that none looks aligned by chance."""

_SAFE = re.compile(r"[A-Za-z0-9_.+-](?:[A-Za-z0-9_.@+<>=*()/ -]*[A-Za-z0-9_.)])?")


@dataclass
class _Speller:
    """Writes a value piece by piece; `rate`: how many of six places get a comment."""

    draw: st.DrawFn
    rate: int
    out: str = ""
    owners: list[tuple[str, Path]] = field(default_factory=list)

    def maybe(self, of: int = 2) -> bool:
        return self.draw(st.integers(0, of - 1)) == of - 1

    def pick(self, *choices: str) -> str:
        return self.draw(st.sampled_from(choices))

    def commented(self) -> bool:
        return self.draw(st.integers(0, 5)) >= 6 - self.rate

    @property
    def column(self) -> int:
        return len(self.out) - self.out.rfind("\n") - 1

    def _remark(self, owner: Path) -> str:
        tail = self.pick("", " é: {", " #x", ' ] "')
        name = f"#{self.pick('', ' ')}c{len(self.owners)}{tail}"
        self.owners.append((name, owner))
        return name

    def beside(self, owner: Path) -> None:
        """A comment behind what is written, and perhaps more, aligned below; ends the line."""
        self.out += " " * max(1, _RIGHT - self.column)
        column = self.column
        self.out += self._remark(owner) + "\n"
        while self.maybe(6):
            self.out += " " * column + self._remark(owner) + self.pick("", " ") + "\n"

    def line_end(self, owner: Path) -> None:
        """The end of a line, perhaps with a comment."""
        if self.commented():
            self.beside(owner)
        else:
            self.out += self.pick("", " ") + "\n"

    def alone(self, owner: Path, indent: Callable[[], int]) -> None:
        """Comments on lines of their own, and blank lines; none where a line has begun."""
        if self.out and not self.out.endswith("\n"):
            return
        while self.maybe(5):
            self.out += "\n"  # with blanks on it, it could belong to a text above
        while self.commented() and self.maybe():
            self.out += " " * indent() + self._remark(owner) + "\n"
            if self.maybe(4):
                self.out += "\n"

    def between(self, before: Path, after: Path, indent: int) -> None:
        """A gap inside brackets where a line may end: the comment behind is `before`'s."""
        kind = self.draw(st.integers(0, 3))
        if kind == 0 or (self.rate and kind == 1):
            self.line_end(before)
            self.alone(after, lambda: indent)
            self.out += " " * indent
        elif kind == 2:
            self.out += " "


_ESCAPED = re.compile('[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff"\\\\]')


def _double(text: str) -> str:
    body = _ESCAPED.sub(lambda c: json.dumps(c.group())[1:-1], text)
    return '"' + body.replace("\x7f", "\\u007f") + '"'


def _printable(text: str) -> bool:
    return not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", text)


def _on_a_line(text: str) -> bool:
    return "\n" not in text and _printable(text)


def _plain(word: Word) -> bool:
    """Certainly the same without quotes, anywhere in YAML."""
    text = word.text
    if word.bare:
        return True
    return (
        _SAFE.fullmatch(text) is not None
        and not re.match(r"[+.\d-]", text)
        and text not in ("true", "false", "null")
        and text.count("(") <= text.count(")")  # in brackets, it would be cut at a comma
    )


class _Yaml(_Speller):
    def root(self, value: dict[str, Value]) -> None:
        first = (next(iter(value)),)
        self.alone(first, lambda: self.draw(st.integers(0, 3)))
        if self.maybe(8):
            self.out += "---"
            self.line_end(first)
        if self.maybe(10):
            self.alone(first, lambda: 0)
            self.flow(value, (), 1, opening=first)
            self.line_end(())
            deep = False
        else:
            deep = self.mapping(value, (), 0, inline=False)
        self.alone((), lambda: 0 if deep else self.draw(st.integers(0, 3)))

    def mapping(self, value: dict[str, Value], path: Path, indent: int, inline: bool) -> bool:
        """Whether its last line belongs to something deeper."""
        deep = False
        for i, (key, inner) in enumerate(value.items()):
            owner = (*path, key)
            self._before(owner, indent, deep, inline and i == 0)
            spelt = self.word(Word(key))
            if self.maybe(15):
                self.out += "? " + spelt
                self.line_end(owner)
                self.alone(owner, lambda: indent + 1)
                self.out += " " * indent + ":"
            else:
                self.out += spelt + self.pick("", "", " ") + ":"
            deep = self.value(inner, owner, indent, is_item=False)
        return deep

    def sequence(self, value: list[Value], path: Path, indent: int, inline: bool) -> bool:
        deep = False
        for i, inner in enumerate(value):
            self._before((*path, i), indent, deep, inline and i == 0)
            self.out += "-"
            deep = self.value(inner, (*path, i), indent, is_item=True)
        return deep

    def _before(self, owner: Path, indent: int, deep: bool, inline: bool) -> None:
        if not inline:
            self.alone(owner, lambda: self.draw(st.integers(0, indent if deep else indent + 3)))
            self.out += " " * indent

    def value(self, value: Value, path: Path, indent: int, is_item: bool) -> bool:
        step = self.draw(st.integers(1, 4))
        if isinstance(value, Word):
            return self.scalar(value, path, indent + step)
        if not value or self.maybe():
            self._on_next_line(path, indent + step)
            self.flow(value, path, indent + step)
            self.line_end(path)
            return False
        inner = indent + step
        if is_item and self.maybe():
            self.out += " " * step
            inner = self.column
            inline = True
        else:
            if isinstance(value, list) and not is_item and self.maybe(3):
                inner = indent
            self.line_end(path)
            inline = False
        write = self.mapping if isinstance(value, dict) else self.sequence
        deep = write(value, path, inner, inline)
        if inner > indent:
            self.alone(path, lambda: inner + (0 if deep else self.draw(st.integers(0, 2))))
        return True

    def _on_next_line(self, path: Path, indent: int) -> None:
        if self.maybe(5):
            self.line_end(path)
            self.alone(path, lambda: self.draw(st.integers(0, indent)))
            self.out += " " * indent
        else:
            self.out += " "

    def scalar(self, word: Word, path: Path, indent: int) -> bool:
        text = word.text
        body = text.removesuffix("\n")
        if self._can_be_literal(text) and self.maybe():
            self.out += " |" + ("" if body != text else "-")
            self._mark_end(path)
            for line in body.split("\n"):
                self.out += " " * indent + line + "\n" if line else "\n"
            return True
        words = text.split(" ")
        if len(words) > 2 and all(words) and not word.bare and _on_a_line(text) and self.maybe(3):
            self.out += " >-"
            self._mark_end(path)
            cut = self.draw(st.integers(1, len(words) - 1))
            for part in (words[:cut], words[cut:]):
                self.out += " " * indent + " ".join(part) + "\n"
            return True
        self._on_next_line(path, indent)
        spelt = self.word(word)
        if spelt == text and " and " in text and self.maybe():
            spelt = text.replace(" and ", "\n" + " " * indent + "and ", 1)
        self.out += spelt
        self.line_end(path)
        return False

    def _can_be_literal(self, text: str) -> bool:
        body = text.removesuffix("\n")
        return (
            "\n" in text
            and bool(body.strip())
            and _printable(text)
            and body[0] not in " \n"
            and body[-1] != "\n"
        )

    def _mark_end(self, path: Path) -> None:
        if self.commented():
            self.out += " " + self._remark(path)
        self.out += "\n"

    def word(self, word: Word) -> str:
        styles = [] if word.bare else [_double(word.text)]
        if not word.bare and _on_a_line(word.text):
            styles.append("'" + word.text.replace("'", "''") + "'")
        if _plain(word):
            styles.append(word.text)
        return self.pick(*styles)

    def flow(self, value: Value, path: Path, indent: int, opening: Path | None = None) -> None:
        """`opening`: whose the comments behind the bracket are, if not those of `path`."""
        if isinstance(value, Word):
            self.out += self.word(value)
            return
        is_list = isinstance(value, list)
        keys: list[str | int] = list(range(len(value))) if is_list else list(value)
        self.out += "[" if is_list else "{"
        owners = [(*path, key) for key in keys]
        self.between(path if opening is None else opening, owners[0] if owners else path, indent)
        for i, owner in enumerate(owners):
            inner = value[keys[i]]
            if not is_list:
                self.out += self.word(Word(str(keys[i]))) + ": "
                self.between(owner, owner, indent + 1)
            if is_list and isinstance(inner, dict) and len(inner) == 1 and self.maybe(4):
                ((key, only),) = inner.items()
                self.out += self.word(Word(key)) + ": "
                self.flow(only, (*owner, key), indent + 1)
            else:
                self.flow(inner, owner, indent + 2)
            last = i + 1 == len(owners)
            if not last or self.maybe():
                self.between(owner, owner, indent)
                self.out += ","
            self.between(owner, path if last else owners[i + 1], indent)
        self.out += "]" if is_list else "}"


class _Text(_Speller):
    def root(self, value: dict[str, Value]) -> None:
        self.entries(value, ())
        self.alone((), lambda: self.draw(st.integers(0, 3)))

    def entries(self, value: dict[str, Value], path: Path) -> None:
        """Each ends its line, or in a comma."""
        for key, inner in value.items():
            owner = (*path, key)
            self.alone(owner, lambda: self.draw(st.integers(0, 5)))
            self.out += self.pick("", "  ")
            self._entry(key, inner, owner, at_root=not path)
            if self.maybe(5):
                self.out += ","
                if self.maybe():
                    continue
            self.line_end(owner)
        if self.out.endswith(","):
            self.out += "\n"

    def _entry(self, key: str, value: Value, owner: Path, at_root: bool) -> None:
        is_word = isinstance(value, Word)
        if at_root and is_word and key in ("hebbdsl", "experiment") and self.maybe():
            self.out += f"{key} {self.word(value)}"
            return
        if at_root and is_word and key == "about" and not value.bare and self.maybe():
            self.out += _double(value.text)
            return
        self.out += self.key(key)
        if isinstance(value, dict) and self.maybe() and not self._called(value):
            self.out += self.pick("", " ")
            self.braces(value, owner)
            return
        self.out += self.pick("=", " = ")
        self.value(value, owner, 0, free=False)

    def _called(self, value: dict[str, Value]) -> bool:
        return len(value) == 1 and all(
            isinstance(v, dict) and _is_name(k) for k, v in value.items()
        )

    def key(self, key: str) -> str:
        path = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+", key)
        styles = [_double(key)] + ([key] if path or _is_name(key) else [])
        return self.pick(*styles)

    def value(self, value: Value, path: Path, indent: int, free: bool) -> None:
        """`free`: newlines mean nothing here."""
        if isinstance(value, Word):
            spelt = self.word(value)
            if free and spelt == value.text and " and " in spelt and self.maybe():
                before, _, after = spelt.partition(" and ")
                self.out += before
                self.between(path, path, indent)
                spelt = ("and " if self.out[-1].isspace() else " and ") + after
            self.out += spelt
        elif isinstance(value, list):
            self.brackets("[", list(range(len(value))), value, path, indent)
        elif self._called(value) and self.maybe():
            ((word, fields),) = value.items()
            self.out += word
            self.brackets("(", list(fields), fields, (*path, word), indent)
        else:
            self.braces(value, path)

    def word(self, word: Word) -> str:
        if word.bare:
            return word.text
        styles = [_double(word.text)]
        if _is_name(word.text) and word.text not in ("true", "false", "null"):
            styles.append(word.text)
        if re.match(r"\(?test_", word.text):
            styles.append(word.text)
        return self.pick(*styles)

    def braces(self, value: dict[str, Value], path: Path) -> None:
        self.out += "{"
        if self.maybe():
            self.line_end(path)
        self.entries(value, path)
        if value or self.out[-1] == "\n":
            self.alone(path, lambda: self.draw(st.integers(0, 5)))
        self.out += "}"

    def brackets(
        self, opening: str, keys: list[Any], value: Value, path: Path, indent: int
    ) -> None:
        self.out += opening
        owners = [(*path, key) for key in keys]
        self.between(path, owners[0] if owners else path, indent)
        for i, owner in enumerate(owners):
            if opening == "(":
                self.out += self.key(keys[i])
                self.between(owner, owner, indent)
                self.out += self.pick("=", " = ")
                self.between(owner, owner, indent)
            self.value(value[keys[i]], owner, indent + 2, free=True)
            last = i + 1 == len(owners)
            if not last or self.maybe():
                self.between(owner, owner, indent)
                self.out += ","
            self.between(owner, path if last else owners[i + 1], indent)
        self.out += ")" if opening == "(" else "]"


def _is_name(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) is not None and text not in ("and", "or")
