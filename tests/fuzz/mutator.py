"""Faulty specs from good ones: mutants that know the language, and mutants that know only bytes.

Each mutant is a function of (seed, number), so that any of them can be made again alone. Both
surfaces share one tokenizer, coarse enough to be true of either.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hebbdsl.parts.part import Part
from hebbdsl.spec.experiment import Experiment, Training
from hebbdsl.spec.types import fields_of
from hebbdsl.vocabulary import KINDS, every_part

_TOKEN = re.compile(
    r"""#[^\n]* | "(?:\\.|[^"\\\n])*" | '[^'\n]*' | [A-Za-z_][\w.@]* | [0-9][\w.]* | [<>=!]=?
        | [ \t]+ | \n | .""",
    re.VERBOSE | re.DOTALL,
)

LIMITS = [
    *(
        "0",
        "-0",
        "-1",
        "1",
        "2",
        "00",
        "012",
        "1_000",
        "1__0",
        "1e999",
        "1e-999",
        "-1e3",
        "1.0",
        ".5",
    ),
    *("5.", "0x10", "nan", "NaN", ".nan", "inf", "-inf", "-.inf", "1e3", "0.1.2", "1,5", "12:30"),
    *("2147483648", "9007199254740992", "9007199254740993", "18446744073709551616", "1e308"),
    *("9" * 63, "9" * 64, "9" * 65, "1" * 5_000, "0." + "0" * 70 + "1", "0..9", "0..1000000000000"),
    *(
        "9..0",
        "-5..5",
        "0...9",
        "0..",
        "..9",
        "true",
        "false",
        "null",
        "~",
        "yes",
        "no",
        "on",
        "[]",
    ),
    *("{}", "[[]]", "[0..3, 8]", "''", '""', "'0.5'", '"0.5"', "|", ">", "> 0.5", ">= 0.6"),
]
UNICODE = [
    *("\u00a0", "\u200b", "\u202e", "\u2028", "\u0085", "\ufeff", "\u0301", "é", "γ", "二", "😀"),
    *(
        "а",
        "ｇ",
        "１",
        "：",
        "“",
        "”",
        "–",
        "…",
        "\ud800",
        "\udfff",
        "\uffff",
        "\U0010ffff",
        "\x00",
    ),
    *("\x07", "\x1b[31m", "\x7f", "\r", "\r\n", "\t", "\v", "\f", "\\", "\\u0000", "\\ud800"),
]
MARKS = [
    *(
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "'",
        '"',
        ":",
        ": ",
        "=",
        ",",
        ",,",
        "- ",
        "? ",
        "&a ",
        "*a",
        "!t ",
    ),
    *(
        "!!int ",
        "<<: ",
        "| ",
        "> ",
        "%",
        "@",
        "`",
        "#",
        " #",
        "---\n",
        "...\n",
        "\n",
        "\n\n",
        "  ",
        ";",
    ),
    *("//", "..", ".", "==", "<", ">=", " and ", " or ", "not ", "*", "/", "-", "+", "$", "\\\n"),
]
LINES = [
    *(
        "extends: base.yaml",
        'extends "base.hebb"',
        "extends: [a, b]",
        "variants: {}",
        "variants {}",
    ),
    *("claims: []", "claims = []", "seeds: 0..9", "seeds = 0..9", "hebbdsl: 2", "hebbdsl 2"),
    *(
        "experiment other",
        "experiment: other",
        '"a lone string"',
        "about: x",
        "# allow HEB701: why",
    ),
    *(
        "# allow HEB999",
        "output.gamma: 0.1",
        "output.gamma = 0.1",
        "output..gamma: 1",
        "a.b.c.d = 1",
    ),
    *("output: {mixture: {experts: [softmax]}}", "output = mixture(experts=[softmax, cache()])"),
    *(
        "baseline: nobody",
        "baseline = nobody",
        "data:",
        "data =",
        "model {",
        "}",
        "training.steps=0",
    ),
]
DEPTHS = (3, 15, 31, 32, 33, 200, 3_000)


@dataclass(frozen=True)
class Seedling:
    """A good spec to start from. `ending` says its surface."""

    name: str
    ending: str
    text: str


@dataclass(frozen=True)
class Mutant:
    """A faulty spec, with the names of what was done to it."""

    number: int
    ending: str
    content: bytes
    done: tuple[str, ...]


def words_of_the_language() -> tuple[str, ...]:
    """Every word, field, kind and choice, in one fixed order."""
    found = {*every_part().values()}
    for cls in (Experiment, Training, *every_part()):
        found |= set(fields_of(cls))
    found |= {kind.kind for kind in KINDS if issubclass(kind, Part)}
    return tuple(sorted(found))


_WORDS = words_of_the_language()


def mutant(seedlings: Sequence[Seedling], seed: int, number: int) -> Mutant:
    """The mutant of that number: one to four changes of text, or of bytes, or of both."""
    chance = random.Random(seed << 40 | number)
    seedling = chance.choice(seedlings)
    done: list[str] = []
    text = seedling.text
    changes = chance.choice((1, 1, 1, 2, 2, 3, 4))
    by_bytes = chance.random()
    if by_bytes < 0.75:
        for _ in range(changes):
            name, change = chance.choices(_TEXTUAL, _WEIGHTS)[0]
            text = change(text, chance, seedlings)
            done.append(name)
    content = text.encode("utf-8", errors="surrogatepass")
    if by_bytes > 0.7:
        for _ in range(changes):
            name, alter = chance.choice(_BYTEWISE)
            content = alter(content, chance)
            done.append(name)
    return Mutant(number, seedling.ending, content, tuple(done))


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _place(tokens: Sequence[str], chance: random.Random, wanted: str = "") -> int:
    """The index of a token that is more than blank, of the kind that `wanted` matches."""
    fit = [
        i
        for i, token in enumerate(tokens)
        if not token.isspace() and (not wanted or re.match(wanted, token))
    ]
    return chance.choice(fit) if fit else -1


def _swap_tokens(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    tokens = _tokens(text)
    a, b = _place(tokens, chance), _place(tokens, chance)
    if min(a, b) >= 0:
        tokens[a], tokens[b] = tokens[b], tokens[a]
    return "".join(tokens)


def _swap_words(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    tokens = _tokens(text)
    a, b = _place(tokens, chance, r"[A-Za-z_]"), _place(tokens, chance, r"[A-Za-z_]")
    if min(a, b) >= 0:
        tokens[a], tokens[b] = tokens[b], tokens[a]
    return "".join(tokens)


def _other_word(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    tokens = _tokens(text)
    if (at := _place(tokens, chance, r"[A-Za-z_]")) >= 0:
        tokens[at] = chance.choice(_WORDS)
    return "".join(tokens)


def _typo(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    tokens = _tokens(text)
    if (at := _place(tokens, chance, r"[A-Za-z_]")) < 0:
        return text
    word = tokens[at]
    i = chance.randrange(len(word))
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz_0.@")
    tokens[at] = chance.choice(
        (
            word[:i] + word[i + 1 :],
            word[:i] + letter + word[i:],
            word[:i] + letter + word[i + 1 :],
            word[:i] + word[i : i + 2][::-1] + word[i + 2 :],
            word.upper(),
        )
    )
    return "".join(tokens)


def _number(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    tokens = _tokens(text)
    if (at := _place(tokens, chance, r"[0-9]")) >= 0:
        tokens[at] = chance.choice(LIMITS)
    return "".join(tokens)


def _value(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    tokens = _tokens(text)
    if (at := _place(tokens, chance)) >= 0:
        tokens[at] = chance.choice(LIMITS)
    return "".join(tokens)


def _delete_token(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    tokens = _tokens(text)
    if tokens:
        at = chance.randrange(len(tokens))
        del tokens[at : at + chance.choice((1, 1, 1, 2, 5))]
    return "".join(tokens)


def _double_token(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    tokens = _tokens(text)
    if tokens:
        at = chance.randrange(len(tokens))
        tokens[at:at] = tokens[at : at + chance.choice((1, 1, 2, 6))]
    return "".join(tokens)


def _mark(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    at = chance.randint(0, len(text))
    return text[:at] + chance.choice(MARKS) + text[at:]


def _mark_at_token(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    tokens = _tokens(text)
    tokens.insert(chance.randint(0, len(tokens)), chance.choice(MARKS))
    return "".join(tokens)


def _break_pair(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    """One bracket or quote goes, or becomes another."""
    places = [i for i, character in enumerate(text) if character in "{}[]()'\""]
    if not places:
        return text
    at = chance.choice(places)
    return text[:at] + chance.choice(["", "", *"{}[]()'\""]) + text[at + 1 :]


def _colon(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    """One separator goes, or becomes another."""
    places = [i for i, character in enumerate(text) if character in ":=,-\n"]
    if not places:
        return text
    at = chance.choice(places)
    return text[:at] + chance.choice(["", " ", ":", "=", ",", ";", "\n", ":="]) + text[at + 1 :]


def _unicode(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    at = chance.randint(0, len(text))
    return text[:at] + chance.choice(UNICODE) + text[at + chance.choice((0, 0, 1)) :]


def _line(text: str, chance: random.Random, seedlings: Sequence[Seedling]) -> str:
    """A line goes, comes twice, moves, or comes from another spec, in whatever surface."""
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    match chance.randrange(5):
        case 0:
            del lines[at : at + chance.choice((1, 1, 3))]
        case 1:
            lines.insert(chance.randint(0, len(lines)), lines[at])
        case 2:
            lines.insert(at, lines.pop(chance.randrange(len(lines))))
        case 3:
            other = chance.choice(seedlings).text.split("\n")
            lines.insert(at, chance.choice(other))
        case _:
            lines.insert(at, chance.choice(LINES))
    return "\n".join(lines)


def _indent(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    if chance.random() < 0.5:
        lines[at] = chance.choice((" ", "  ", "    ", "\t")) + lines[at]
    else:
        lines[at] = lines[at].lstrip() if chance.random() < 0.5 else lines[at][1:]
    return "\n".join(lines)


def _exchange(text: str, chance: random.Random, seedlings: Sequence[Seedling]) -> str:
    """Some lines of another spec in the place of as many here."""
    lines, other = text.split("\n"), chance.choice(seedlings).text.split("\n")
    at, there = chance.randrange(len(lines)), chance.randrange(len(other))
    count = chance.randint(1, 6)
    lines[at : at + count] = other[there : there + count]
    return "\n".join(lines)


def _splice(text: str, chance: random.Random, seedlings: Sequence[Seedling]) -> str:
    """The beginning of this spec and the end of another."""
    other = chance.choice(seedlings).text
    return text[: chance.randint(0, len(text))] + other[chance.randint(0, len(other)) :]


def _nest(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    tokens = _tokens(text)
    at, depth = _place(tokens, chance), chance.choice(DEPTHS)
    if at < 0:
        return text
    before, after = chance.choice(
        (("[", "]"), ("{a: ", "}"), ("(", ")"), ("f(", ")"), ("a(b=", ")"), ("-", ""), ("- ", ""))
    )
    closed = chance.choice((0, depth, depth, depth - 1, depth + 1))
    tokens[at] = before * depth + tokens[at] + after * closed
    return "".join(tokens)


def _repeat(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    """A token or a line very often."""
    pieces = _tokens(text) if chance.random() < 0.5 else text.splitlines(keepends=True)
    if not pieces:
        return text
    at = chance.randrange(len(pieces))
    pieces[at] = pieces[at] * chance.choice((10, 100, 1_000))
    return "".join(pieces)


def _expression(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    """An expression grown around a token."""
    tokens = _tokens(text)
    if (at := _place(tokens, chance, r"[A-Za-z_0-9<>=]")) < 0:
        return text
    terms = ["test_accuracy", "steps_to_finish(hebbian)", "newest_accuracy@10(softmax)", "0.5", "x"]
    signs = [
        " < ",
        " >= ",
        " = ",
        " + ",
        " - ",
        " * ",
        " / ",
        " and ",
        " or ",
        " ",
        "(",
        ")",
        "@",
        ",",
    ]
    tail = "".join(
        chance.choice(signs) + chance.choice(terms) for _ in range(chance.choice((1, 2, 5, 200)))
    )
    tokens[at] += tail
    return "".join(tokens)


def _comment(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    tokens = _tokens(text)
    remark = chance.choice((" # remark\n", "#", " # allow HEB704: x\n", "# é\n", '# "\n', "\n#\n"))
    tokens.insert(chance.randint(0, len(tokens)), remark)
    return "".join(tokens)


def _line_ends(text: str, chance: random.Random, _: Sequence[Seedling]) -> str:
    end = chance.choice(("\r\n", "\r", "\u2028", "\u0085", "\n\n"))
    if chance.random() < 0.5:
        return text.replace("\n", end)
    lines = text.split("\n")
    return "".join(line + chance.choice(("\n", end)) for line in lines)


def _flip(content: bytes, chance: random.Random) -> bytes:
    if not content:
        return content
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


def _truncate(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randint(0, len(content))]


def _behead(content: bytes, chance: random.Random) -> bytes:
    return content[chance.randint(0, len(content)) :]


def _insert(content: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(content))
    return content[:at] + chance.randbytes(chance.choice((1, 1, 2, 8, 100))) + content[at:]


def _cut(content: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(content))
    return content[:at] + content[at + chance.choice((1, 2, 8, 100)) :]


def _copy(content: bytes, chance: random.Random) -> bytes:
    """A stretch of bytes, put somewhere else as well."""
    at, to = chance.randint(0, len(content)), chance.randint(0, len(content))
    return content[:to] + content[at : at + chance.choice((1, 4, 30, 300))] + content[to:]


def _invalid(content: bytes, chance: random.Random) -> bytes:
    """Bytes that UTF-8 has no room for: lone, overlong, a surrogate, cut short."""
    at = chance.randint(0, len(content))
    wrong = (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xe2\x82", b"\xf4\x90\x80\x80", b"\xfe\xff")
    return content[:at] + chance.choice(wrong) + content[at:]


def _ascii(content: bytes, chance: random.Random) -> bytes:
    """One byte becomes any other of ASCII."""
    if not content:
        return content
    at = chance.randrange(len(content))
    return content[:at] + bytes([chance.randrange(128)]) + content[at + 1 :]


Change = Callable[[str, random.Random, Sequence[Seedling]], str]

_CHANGES: tuple[tuple[str, Change, int], ...] = (
    ("swap tokens", _swap_tokens, 3),
    ("swap words", _swap_words, 4),
    ("other word", _other_word, 4),
    ("typo", _typo, 5),
    ("number", _number, 5),
    ("value", _value, 4),
    ("delete token", _delete_token, 4),
    ("double token", _double_token, 3),
    ("mark", _mark, 4),
    ("mark at token", _mark_at_token, 4),
    ("break pair", _break_pair, 4),
    ("colon", _colon, 4),
    ("unicode", _unicode, 4),
    ("line", _line, 5),
    ("indent", _indent, 3),
    ("exchange", _exchange, 3),
    ("splice", _splice, 1),
    ("nest", _nest, 2),
    ("repeat", _repeat, 1),
    ("expression", _expression, 3),
    ("comment", _comment, 2),
    ("line ends", _line_ends, 1),
)
_TEXTUAL = tuple((name, change) for name, change, _ in _CHANGES)
_WEIGHTS = tuple(weight for _, _, weight in _CHANGES)

_BYTEWISE: tuple[tuple[str, Callable[[bytes, random.Random], bytes]], ...] = (
    ("flip", _flip),
    ("truncate", _truncate),
    ("behead", _behead),
    ("insert", _insert),
    ("cut", _cut),
    ("copy", _copy),
    ("invalid", _invalid),
    ("ascii", _ascii),
)
