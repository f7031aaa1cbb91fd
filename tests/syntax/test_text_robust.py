"""Whatever stands in a `.hebb` file is a tree or problems, soon and within bounds."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.diagnostics.render import render_text
from hebbdsl.expression.grammar import token_pattern
from hebbdsl.source import Source, Span
from hebbdsl.spec.checker import examine
from hebbdsl.syntax.limits import DEEPEST, MOST_ENTRIES, MOST_NODES
from hebbdsl.syntax.reading import LARGEST
from hebbdsl.syntax.text_brackets import balanced
from hebbdsl.syntax.text_surface import parse_text
from hebbdsl.syntax.text_tokens import CLOSING, MOST_TOKENS, OPENING, tokens_of
from hebbdsl.syntax.tree import Broken, Mapping, Node, Scalar, Sequence
from tests.sampling import examples, sample

SPECS = sorted((Path(__file__).parent / "text_specs").glob("*.hebb"))


def nodes(node: Node) -> list[Node]:
    match node:
        case Mapping(entries):
            return [node, *(n for e in entries for n in (e.key, *nodes(e.value)))]
        case Sequence(items):
            return [node, *(n for item in items for n in nodes(item))]
    return [node]


def judged(text: str) -> tuple[Problem, ...]:
    """The problems of stages 2 and 3, each with a place in the text, and a sound tree."""
    source = Source("t.hebb", text)
    try:
        tree = parse_text(source)
    except Rejected as rejected:
        problems = rejected.problems
    else:
        found = nodes(tree.root)
        assert all(0 <= node.span.start <= node.span.end <= len(text) for node in found)
        assert tree.problems or not any(isinstance(node, Broken) for node in found)
        assert tree.problems or not any(isinstance(n, Mapping) and n.lost for n in found)
        for node in found:
            if isinstance(node, Scalar) and node.offsets is not None:
                assert len(node.offsets) == len(node.text) + 1
        problems = tree.problems
        examine(tree)
    for problem in problems:
        assert isinstance(problem.place, Span)
        assert 0 <= problem.place.start <= problem.place.end <= len(text)
        for related in problem.related:
            assert isinstance(related.place, Span)
            assert 0 <= related.place.start <= related.place.end <= len(text)
        render_text([problem])
    return problems


PIECES = st.sampled_from(
    [
        *("a", "b", "output", "hebbdsl", "experiment", "extends", "and", "or", "a.b", "f@1"),
        *("1", "0..9", ".5", "1e-3", '"x"', "'x'", '"', "'", "<", ">=", "==", "+", "-", "*", "/"),
        *("=", "(", ")", "[", "]", "{", "}", ",", "\n", "\n  ", "# c", ":", ";", "@", "\\", "é"),
        *("a = ", "f(", "a {", "a = [", "a = f(b=1)", "hebbdsl 1", "a:\n", "- ", "\r\n", "\t"),
    ]
)


@settings(max_examples=examples(1_500))
@given(st.lists(PIECES, max_size=25), st.sampled_from(["", " "]))
def test_any_tokens(pieces: list[str], between: str) -> None:
    judged(between.join(pieces))


CUTS = st.lists(
    st.tuples(st.integers(0, 2_000), st.integers(0, 6), st.one_of(st.just(""), PIECES)),
    min_size=1,
    max_size=4,
)


@settings(max_examples=examples(300))
@given(st.sampled_from(SPECS), CUTS)
def test_any_damage(path: Path, cuts: list[tuple[int, int, str]]) -> None:
    text = path.read_text(encoding="utf-8")
    for at, removed, inserted in cuts:
        text = text[:at] + inserted + text[at + removed :]
    judged(text)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_one_token_too_few_is_one_slip_or_few(path: Path) -> None:
    """Leaving out any one token gives no cascade of syntax problems."""
    text = path.read_text(encoding="utf-8")
    tokens, closed = tokens_of(Source("t.hebb", text))
    assert closed
    for token in sample(tokens, 60, path.stem):
        start, end = token.start, token.end
        try:
            problems = parse_text(Source("t.hebb", text[:start] + " " + text[end:])).problems
        except Rejected as rejected:
            problems = rejected.problems
        assert len(problems) <= 2, text[:end][-60:]


SOUP = st.lists(
    st.sampled_from(
        [*"()[]{}=,<+1@'\"", "\n", "\n  ", "\n    ", "a", "b.c", "f(x=1)", '"x"', "or"]
    ),
    max_size=22,
).map("".join)


@settings(max_examples=examples(500))
@given(SOUP)
@example("t=e(s[=<\n]")  # one bracket put in, and others ended around it
@example("section{=mixture(}],")
def test_mended_brackets_match(text: str) -> None:
    """What follows relies on it: entries are given up bracket by bracket."""
    source = Source("t.hebb", text)
    waiting: list[str] = []
    for token in balanced(source, tokens_of(source)[0])[0]:
        if token.type in OPENING:
            waiting.append(OPENING[token.type])
        elif token.type in CLOSING:
            assert waiting
            assert token.type == waiting.pop()
    assert not waiting
    judged(text)


def test_depth_is_capped_while_reading() -> None:
    """As deep as in YAML: the root is a level, and a word's fields are two."""
    at_cap = "a = " + "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)
    assert judged(at_cap) == ()
    assert [p.code for p in judged("a = " + "[" * DEEPEST + "]" * DEEPEST)] == ["HEB127"]
    words = (DEEPEST - 2) // 2
    assert judged("a = " + "f(b=" * words + "{}" + ")" * words) == ()
    assert [p.code for p in judged("a = " + "f(b=" * words + "[{}]" + ")" * words)] == ["HEB127"]


def test_nodes_are_capped_while_reading() -> None:
    most = "a = [" + "1," * (MOST_NODES - 3) + "]"
    assert judged(most) == ()
    assert [p.code for p in judged(most.replace("[", "[1,"))] == ["HEB128"]


@pytest.mark.parametrize("separator", ["\n", ", ", ",\n", "\n\n# why\n"])
def test_entries_are_capped_while_reading(separator: str) -> None:
    """As in YAML, however they are separated. 2,000 of the root are problems by themselves."""
    entries = [f"k{n} = 1" for n in range(MOST_ENTRIES + 1)]
    tree = parse_text(Source("t.hebb", separator.join(entries[:-1])))
    assert len(tree.root.entries) == MOST_ENTRIES
    (problem,) = judged(separator.join([*entries, "z = 1"]))
    assert problem.code == "HEB137"
    inside = "a {\n" + separator.join([*entries, "z = 1"]) + "\n}"
    assert [p.code for p in judged(inside)] == ["HEB137"]


def test_tokens_are_capped_while_reading() -> None:
    text = "a = 1" + "+1" * MOST_TOKENS
    assert [p.code for p in judged(text)] == ["HEB157"]


def test_size_is_capped_while_reading() -> None:
    with pytest.raises(Rejected) as caught:
        parse_text(Source("t.hebb", "#" * (LARGEST + 1)))
    assert [problem.code for problem in caught.value.problems] == ["HEB106"]


def test_parentheses_of_expressions_are_no_nodes() -> None:
    assert judged("a = [" + "f(x)," * 4_000 + "]") == ()


def test_a_text_with_very_many_escapes_is_pointed_at_as_a_whole() -> None:
    node = parse_text(Source("t.hebb", 'a = "' + "\\n" * 5_000 + '"')).root.entries[0].value
    assert isinstance(node, Scalar)
    assert len(node.text) == 5_000
    assert node.part(0, 2) == node.span


def test_slips_are_capped() -> None:
    codes = [p.code for p in judged("a b c d\n" * 1_000)]
    assert codes[-1] == "HEB158"
    assert len(codes) < 60


BOMBS = {
    "round": "(" * 900_000,
    "square": "a = " + "[" * 900_000,
    "curly": "a {" * 300_000,
    "closing": ")" * 900_000,
    "mixed": "([{" * 300_000,
    "keys": "".join(f"k{n} = 1\n" for n in range(90_000)),
    "names": "a " * 450_000,
    "items": "a = [" + "1," * 450_000 + "]",
    "lines": "\n" * 900_000,
    "comments": "#\n" * 450_000,
    "blanks": " " * 900_000 + "a",
    "quote": 'a = "' + "x" * 900_000,
    "quotes": '"' * 900_000,
    "single quotes": "'" * 900_000,
    "escapes": 'a = "' + "\\n" * 450_000 + '"',
    "bad escapes": 'a = "' + "\\q" * 450_000 + '"',
    "long text": 'a = "' + "x" * 900_000 + '"',
    "long name": "a" * 900_000 + " = 1",
    "long path": "a" + ".b" * 400_000 + " = 1",
    "numeral": "a = " + "9" * 900_000,
    "exponents": "a = 1" + "e+1" * 300_000,
    "commas": "," * 900_000,
    "equals": "=" * 900_000,
    "colons": "a:" * 450_000,
    "yaml": "a: 1\n" * 180_000,
    "sum": "a = " + "1 + " * 225_000,
    "minus": "a = " + "-" * 900_000,
    "broken lines": "a b c\n" * 150_000,
    "open quotes": 'a = "x\n' * 120_000,
    "dashes": "- " * 450_000,
    "strange": "§" * 900_000,
    "closers behind a quote": 'a = "' + ")" * 900_000,
    "blanks behind a quote": 'a = "' + ") " * 450_000 + "x",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_take_little(name: str) -> None:
    token_pattern()
    source = Source("t.hebb", BOMBS[name])
    tracemalloc.start()
    try:
        with suppress(Rejected):
            parse_text(source)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 60_000_000


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_judged(name: str) -> None:
    judged(BOMBS[name])
