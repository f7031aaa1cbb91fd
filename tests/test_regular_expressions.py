"""Every regular expression of the source takes time in proportion to what it reads."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import hebbdsl
from tests import sampling
from tests.backtracking import Engine, attacks, steps

ROOT = Path(hebbdsl.__file__).parent
LENGTH = 100
"""Signs of the shorter text: more than any repeat of the source that has an end."""

ATTACKS = 60
"""Texts that each is tried on, of up to some thousand; `.ci/long` tries all."""
WORST = 100_000
MOST = 200 * LENGTH
"""Steps for a text of that many signs beyond which it is not in proportion, whatever twice as many
would take."""

_FUNCTIONS = {"compile", "sub", "subn", "match", "fullmatch", "search", "split", "findall"}
_FUNCTIONS |= {"finditer"}
_FROM_THE_START = {"match", "fullmatch"}


@dataclass(frozen=True)
class Used:
    """A regular expression, where it stands, and whether it is only ever tried where it is told."""

    where: str
    pattern: re.Pattern[str]
    anchored: bool


def _text(pattern: re.Pattern[str] | re.Pattern[bytes]) -> re.Pattern[str]:
    if isinstance(pattern.pattern, str):
        return pattern  # type: ignore[return-value]
    return re.compile(pattern.pattern.decode("latin-1"), pattern.flags | re.ASCII)


@cache
def _modules() -> tuple[tuple[str, tuple[ast.AST, ...]], ...]:
    """Each with all nodes of its tree."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT.parent).with_suffix("").parts)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found.append((name.removesuffix(".__init__"), tuple(ast.walk(tree))))
    return tuple(found)


def _is_call(node: ast.AST, package: str = "re") -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == package
        and node.attr in _FUNCTIONS
    )


@cache
def _uses() -> dict[str, tuple[dict[str, set[str]], set[str], set[str]]]:
    """Of each module the methods that it calls on each name, the names that it hands on, and those
    that it takes from others."""
    found = {}
    for module, nodes in _modules():
        called, handed, taken, owners = dict[str, set[str]](), set[str](), set[str](), set[int]()
        for node in nodes:
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                called.setdefault(node.value.id, set()).add(node.attr)
                owners.add(id(node.value))
            elif isinstance(node, ast.ImportFrom):
                taken |= {f"{node.module}.{alias.name}" for alias in node.names}
        for node in nodes:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                handed |= {node.id} if id(node) not in owners else set()
        found[module] = called, handed, taken
    return found


def _is_anchored(module: str, name: str) -> bool:
    """Whether a pattern that stands there is only ever tried where it is told."""
    methods, handed = set[str](), False
    for other, (called, handed_on, taken) in _uses().items():
        if other == module or f"{module}.{name}" in taken:
            methods |= called.get(name, set()) - {"pattern"}
            handed = handed or name in handed_on
    return bool(methods) and methods <= _FROM_THE_START and not handed


def _at_import() -> Iterator[Used]:
    """Those that modules hold, whatever they are made of."""
    for name, nodes in _modules():
        if not any(_is_call(node) for node in nodes):
            continue
        for key, value in vars(importlib.import_module(name)).items():
            held = value if isinstance(value, (tuple, list)) else [value]
            for pattern in (one for one in held if isinstance(one, re.Pattern)):
                yield Used(f"{name}.{key}", _text(pattern), _is_anchored(name, key))


def _in_functions() -> Iterator[Used]:
    """Those that functions write out, and, of those that they make, the ones named below."""
    for name, nodes in _modules():
        for function in nodes:
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for node in ast.walk(function):
                if not (isinstance(node, ast.Call) and _is_call(node.func)):
                    continue
                assert isinstance(node.func, ast.Attribute)
                where, (first, *_) = f"{name}.{function.name}", node.args
                anchored = node.func.attr in _FROM_THE_START
                if isinstance(first, ast.Constant):
                    flags = re.MULTILINE if "MULTILINE" in ast.unparse(node) else 0
                    yield Used(where, re.compile(first.value, flags), anchored)
                else:
                    assert where in MADE, f"{where} makes a pattern that no test knows"
                    for pattern in MADE[where]():
                        yield Used(where, pattern, anchored)


def _token_patterns() -> list[re.Pattern[str]]:
    """All terminals of the grammar, as one."""
    from hebbdsl.expression.grammar import expression_token_pattern, token_pattern

    return [token_pattern(), expression_token_pattern()]


def _of_fields() -> list[re.Pattern[str]]:
    """What the types of fields say of texts."""
    return [
        re.compile(node.args[0].value)
        for _, nodes in _modules()
        for node in nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Pattern"
        and isinstance(node.args[0], ast.Constant)
    ]


MADE = {
    "hebbdsl.expression.grammar.token_pattern": _token_patterns,
    "hebbdsl.expression.grammar.expression_token_pattern": _token_patterns,
    "hebbdsl.spec.reader.name_is_fine": _of_fields,
    "hebbdsl.editor.definition.is_variant_name": _of_fields,
}


def _in_schemas() -> Iterator[Used]:
    """Those that stored files are checked against."""
    for name, nodes in _modules():
        for node in nodes:
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    named = isinstance(key, ast.Constant) and key.value == "pattern"
                    if named and isinstance(value, ast.Constant):
                        yield Used(f"{name}, schema", re.compile(value.value), False)


@cache
def used() -> tuple[Used, ...]:
    found = [*_at_import(), *_in_functions(), *_in_schemas()]
    return tuple({(one.pattern, one.anchored): one for one in found}.values())


@cache
def _worst(one: Used) -> tuple[str, tuple[str, str, str]]:
    """A text of which twice as much takes more than three times as many steps, if there is one; and
    the text that takes most."""
    worst, most = ("", "", ""), 0
    longer = attacks(one.pattern, 2 * LENGTH)
    both = list(zip(attacks(one.pattern, LENGTH), longer, strict=True))
    for short, long in sampling.sample(both, ATTACKS, one.pattern.pattern):
        took = steps(one.pattern, "".join(short), anchored=one.anchored, most=MOST)
        again = steps(one.pattern, "".join(long), anchored=one.anchored, most=3 * took + LENGTH)
        if took > most:
            worst, most = short, took
        if took >= MOST or again > 3 * took + LENGTH:
            return "".join(short), short
    return "", worst


def test_the_source_has_them() -> None:
    assert len(used()) > 60
    assert {one.where.split(".")[1].split(",")[0] for one in used()} >= {"syntax", "parts", "run"}


@pytest.mark.parametrize("one", used(), ids=lambda one: one.where)
def test_twice_the_text_takes_twice_the_steps(one: Used) -> None:
    assert _worst(one)[0] == ""


@pytest.mark.parametrize(
    "pattern",
    [r"[^\S\n]*\n\s*", r"^\s*\**\s*end", r"<\s*(/?)\s*DOC", r"(a|aa)+$", r"\w+=", r"(\w+,?)*;"],
)
def test_others_are_found_out(pattern: str) -> None:
    assert _worst(Used("here", re.compile(pattern), anchored=pattern.startswith("^")))[0]


@pytest.mark.parametrize("one", used(), ids=lambda one: one.where)
def test_the_engine_finds_what_re_finds(one: Used) -> None:
    for number, parts in enumerate(attacks(one.pattern, 12)):
        if number % 7 == 0:
            text = "".join(parts)
            found = one.pattern.match(text)
            assert Engine(one.pattern, text, 10**6).match(0) == (found and found.end()), text


def test_each_takes_its_worst_hundred_thousand_signs() -> None:
    """In a process of its own, which a pattern that is not linear would keep for hours."""
    worst = []
    for one in used():
        head, middle, end = _worst(one)[1]
        long = head + middle * (WORST // max(1, len(middle))) + end
        worst.append((one.pattern.pattern, one.pattern.flags, one.anchored, long))
    script = (
        "import json, re, sys\n"
        "for pattern, flags, anchored, text in json.load(sys.stdin):\n"
        "    found = re.compile(pattern, flags)\n"
        "    found.match(text) if anchored else sum(1 for _ in found.finditer(text))\n"
    )
    subprocess.run(
        [sys.executable, "-c", script], input=json.dumps(worst).encode(), timeout=900, check=True
    )
