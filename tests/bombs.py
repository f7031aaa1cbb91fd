"""Specs made to exhaust whoever reads them: small causes, large effects. Each with its answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hebbdsl.diagnostics.render import render_json, render_lines, render_text
from hebbdsl.pipeline import inspect
from hebbdsl.source import Source
from hebbdsl.spec.printing import print_spec
from hebbdsl.syntax.yaml import parse_yaml
from tests.memory import peak_bytes
from tests.specs import GOOD, with_sections

TEXT = print_spec(parse_yaml(Source("good.yaml", GOOD)), "hebb")


@dataclass(frozen=True)
class Bomb:
    """`code` is that of the first error; None: the spec is legal, however odd."""

    name: str
    ending: str
    content: bytes
    code: str | None


def bombs() -> Iterator[Bomb]:
    """All of them, made anew."""
    for name, content, code in _yaml():
        yield Bomb(name, ".yaml", _bytes(content), code)
    for name, content, code in _text():
        yield Bomb(name, ".hebb", _bytes(content), code)


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")


Rows = Iterator[tuple[str, str | bytes, str | None]]


def _claims(claim: str, count: int) -> str:
    return GOOD + "claims:\n" + "".join(f"  - {claim} > {n}\n" for n in range(count))


def _variants(changes: str, count: int) -> str:
    return GOOD + "variants:\n" + "".join(f"  v{n}: {changes}\n" for n in range(count))


def _expression(text: str) -> str:
    return GOOD.replace("test_accuracy >= 0.5", text)


def _yaml() -> Rows:
    yield "aliases", "a: &a [x, x]\n" + "b: [*a, *a, *a]\n" * 60_000, "HEB128"
    yield "brackets", "output: " + "[" * 900_000, "HEB127"
    yield "closed brackets", "output: " + "[" * 400_000 + "]" * 400_000, "HEB127"
    yield "braces", "output: " + "{a: " * 200_000, "HEB127"
    yield "blocks", "".join(" " * n + "a:\n" for n in range(1_300)), "HEB127"
    yield "a line of 10 MB", GOOD + "about: " + "x" * 10_000_000, "HEB106"
    yield "a line of 1 MB", GOOD + "about: " + "x" * 990_000, None
    yield "a million keys", "".join(f"k{n}: 1\n" for n in range(1_000_000)), "HEB106"
    yield "a hundred thousand keys", "".join(f"k{n}: 1\n" for n in range(90_000)), "HEB137"
    yield "a million digits", re.sub("steps: .*", "steps: " + "1" * 990_000, GOOD), "HEB309"
    yield "NUL", GOOD.replace("mlp", "m\0lp"), "HEB104"
    yield "invalid UTF-8", GOOD.encode() + b"about: \xff\xfe", "HEB105"
    yield "UTF-16", GOOD.encode("utf-16"), "HEB105"
    yield "byte order mark", b"\xef\xbb\xbf" + GOOD.encode(), None
    yield "two byte order marks", b"\xef\xbb\xbf" * 2 + GOOD.encode(), "HEB104"
    yield "CRLF", GOOD.replace("\n", "\r\n"), None
    yield "CR", GOOD.replace("\n", "\r"), None
    yield "surrogate", GOOD + "about: \ud800", "HEB105"
    yield "escaped surrogate", GOOD + 'about: "\\ud800"', "HEB110"
    yield "seeds as arithmetic", GOOD + "seeds: 0..10**12", "HEB301"
    yield "a trillion seeds", GOOD + "seeds: 0..1000000000000", "HEB302"
    yield "all seeds there are", GOOD + "seeds: 0..4294967295", "HEB314"
    yield "seeds one by one", GOOD + f"seeds: {list(range(9_900))}", None
    yield "features", with_sections("model: {mlp: {features: 1000000000}}\n"), "HEB302"
    yield (
        "channels",
        with_sections(f"model: {{convnet: {{channels: {[2**53] * 9_000}}}}}\n"),
        "HEB304",
    )
    yield "negative", with_sections("model: {mlp: {features: -1000000000}}\n"), "HEB302"
    yield "NaN", with_sections("output: {hebbian: {gamma: .nan}}\n"), "HEB308"
    yield "infinity", with_sections("output: {hebbian: {gamma: 1e999}}\n"), "HEB308"
    yield "a hundred thousand variants", _variants("{}", 100_000), "HEB106"
    yield "two thousand variants", _variants("{}", 1_999), "HEB304"
    yield "five thousand variants", _variants("{}", 4_900), "HEB137"
    yield "faulty variants", _variants("{output.gama: 1}", 1_999), "HEB304"
    yield (
        "changes",
        GOOD + f"variants: {{a: {{{', '.join(f'output.x{n}: 1' for n in range(1_999))}}}}}",
        "HEB210",
    )
    yield "ten thousand claims", _claims("steps_to_finish(main)", 9_900), "HEB304"
    yield "claims of anyone", _claims("steps_to_finsh(nobody)", 900), "HEB220"
    yield "long claims", _claims("+".join(["steps_to_finish(main)"] * 19), 900), "HEB138"
    yield "dense claims", GOOD + "claims:\n" + f"  - {'1+' * 490}1\n" * 1_000, "HEB133"
    yield "an expression of 1 MB", _expression("test_accuracy >= 0.5" + " + 1" * 240_000), "HEB138"
    yield "parentheses", _expression('"' + "(" * 400_000 + "1" + ")" * 400_000 + '"'), "HEB138"
    yield "less deep", _expression('"' + "(" * 480 + "1" + ")" * 480 + '"'), "HEB135"
    yield "a key of 1 MB", GOOD + "k" * 990_000 + ": 1", "HEB110"
    yield "long keys", GOOD + "".join("k" * 900 + f"{n}: 1\n" for n in range(1_000)), "HEB201"
    yield "unknown fields", GOOD + "".join(f"k{n}: 1\n" for n in range(1_990)), "HEB201"
    yield (
        "ten thousand unknown fields",
        GOOD + "".join(f"k{n}: 1\n" for n in range(10_000)),
        "HEB137",
    )
    yield "long word", GOOD.replace("hebbian", "h" * 900_000), "HEB202"
    yield "long name", GOOD.replace("minimal", "m" * 900_000), "HEB305"
    yield "a text of 1 MB", GOOD + 'about: "' + "x" * 990_000 + '"', None
    yield "escapes", GOOD + 'about: "' + "\\x41" * 240_000 + '"', None
    yield "comments", GOOD + "# x\n" * 240_000, None
    yield "blank lines", "\n" * 900_000 + GOOD, None
    yield "far indentation", "a: 1\n" + "\n" * 900_000 + "  b: 2\n", "HEB110"
    yield "keys twice", GOOD + "experiment: a\n" * 4_900, "HEB125"
    yield "tags", GOOD + "about: " + "!a " * 300_000, "HEB122"
    yield "anchors", GOOD + "claims: [" + "&a x, " * 900 + "]", "HEB120"
    yield "many anchors", GOOD + "claims: [" + "&a x, " * 4_900 + "]", "HEB304"
    yield "documents", "---\n" * 200_000, "HEB124"
    yield "questions", "? " * 400_000, "HEB127"
    yield "no colons", "a\n" * 490_000, "HEB129"
    yield "an extension of itself", GOOD + "extends: bomb.yaml\n", "HEB232"
    yield "an extension of anything", GOOD + "extends: /dev/zero\n", "HEB231"


def _text() -> Rows:
    yield "brackets", "output = " + "[" * 900_000, "HEB127"
    yield "closed brackets", "output = " + "[" * 400_000 + "]" * 400_000, "HEB127"
    yield "braces", "output " + "{a " * 300_000, "HEB127"
    yield "parts", "output = " + "a(b=" * 200_000, "HEB127"
    yield (
        "parentheses",
        TEXT.replace("test_accuracy", "(" * 400_000 + "1" + ")" * 400_000),
        "HEB127",
    )
    yield "closing", TEXT + "]" * 900_000, "HEB157"
    yield "a line of 10 MB", TEXT + "x" * 10_000_000, "HEB106"
    yield "a million keys", "".join(f"k{n} = 1\n" for n in range(1_000_000)), "HEB106"
    yield "a hundred thousand keys", "".join(f"k{n} = 1\n" for n in range(80_000)), "HEB137"
    yield "a million digits", re.sub("steps *= .*", "steps = " + "1" * 990_000, TEXT), "HEB309"
    yield "NUL", TEXT.replace("mlp", "m\0lp"), "HEB104"
    yield "invalid UTF-8", TEXT.encode() + b"\xff", "HEB105"
    yield "byte order mark", b"\xef\xbb\xbf" + TEXT.encode(), None
    yield "CRLF", TEXT.replace("\n", "\r\n"), None
    yield "surrogate", TEXT + 'about = "\ud800"', "HEB105"
    yield "escaped surrogate", TEXT + 'about = "\\ud800"', "HEB146"
    yield "seeds as arithmetic", TEXT + "seeds = 0..10**12\n", "HEB140"
    yield "a trillion seeds", TEXT + "seeds = 0..1000000000000\n", "HEB302"
    yield "features", TEXT.replace("mlp", "mlp(features=1000000000)"), "HEB302"
    yield "negative", TEXT.replace("mlp", "mlp(features=-1)"), "HEB302"
    yield "NaN", TEXT.replace("hebbian", "hebbian(gamma=nan)"), "HEB308"
    yield (
        "variants",
        TEXT + "variants {\n" + "".join(f"v{n} {{}}\n" for n in range(1_990)) + "}\n",
        "HEB304",
    )
    yield "claims", TEXT + "claims = [" + "steps_to_finish(main) > 1,\n" * 6_000 + "]", "HEB157"
    yield "an expression of 1 MB", TEXT.replace("0.5", "0.5" + " + 1" * 240_000), "HEB157"
    yield "a key of 1 MB", TEXT + "k" * 990_000 + " = 1", "HEB201"
    yield "unknown fields", TEXT + "".join(f"k{n} = 1\n" for n in range(1_990)), "HEB201"
    yield "a text of 1 MB", TEXT + '"' + "x" * 990_000 + '"', None
    yield "escapes", TEXT + 'about = "' + "\\u0041" * 160_000 + '"', None
    yield "open quotes", TEXT + '"\n' * 400_000, "HEB137"
    yield "slips", TEXT + "a = = 1\n" * 100_000, "HEB137"
    yield "signs", TEXT + "= , ; " * 150_000, "HEB137"
    yield "dots", TEXT + "a" + ".b" * 450_000 + " = 1", "HEB201"
    yield "comments", TEXT + "# x\n" * 240_000, None
    yield "blank lines", "\n" * 900_000 + TEXT, None


@dataclass(frozen=True)
class Answer:
    """What a bomb's reader said, and how much of it."""

    code: str | None
    problems: int
    characters: int


def answers(folder: Path) -> tuple[dict[tuple[str, str], Answer], int]:
    """Read all of them one after the other; and the most memory that this process ever held."""
    found: dict[tuple[str, str], Answer] = {}
    for bomb in bombs():
        path = folder / f"bomb{bomb.ending}"
        path.write_bytes(bomb.content)
        problems = inspect(path)
        said = (render_text(problems), render_lines(problems), json.dumps(render_json(problems)))
        code = next((problem.code for problem in problems.errors), None)
        found[bomb.ending, bomb.name] = Answer(code, len(problems), max(map(len, said)))
    return found, peak_bytes()
