"""Trees from the text surface: the same as YAML's, with their own characters."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.expression.errors import ExpressionError
from hebbdsl.expression.parsing import parse_expression
from hebbdsl.source import Source
from hebbdsl.spec.checker import examine
from hebbdsl.spec.reader import as_written
from hebbdsl.syntax.text_surface import parse_text
from hebbdsl.syntax.tree import Mapping, Node, Scalar, Sequence
from hebbdsl.syntax.yaml import parse_yaml

HERE = Path(__file__).parent
SPECS = HERE.parents[1] / "specs"


def tree(text: str) -> Mapping:
    parsed = parse_text(Source("t.hebb", text))
    assert parsed.problems == ()
    return parsed.root


def value(text: str) -> Node:
    return tree(f"k = {text}\n").entries[0].value


def scalar(text: str) -> Scalar:
    node = value(text)
    assert isinstance(node, Scalar)
    return node


def spans(node: Node) -> list[str]:
    match node:
        case Mapping(entries):
            inner = [text for e in entries for text in (e.key.span.text, *spans(e.value))]
        case Sequence(items):
            inner = [text for item in items for text in spans(item)]
        case _:
            inner = []
    return [node.span.text, *inner]


@pytest.mark.parametrize("path", sorted((HERE / "text_specs").glob("*.hebb")), ids=lambda p: p.stem)
def test_the_shipped_specs_mean_the_same_in_both_surfaces(path: Path) -> None:
    text = parse_text(Source(str(SPECS / path.name), path.read_text(encoding="utf-8")))
    shipped = SPECS / f"{path.stem}.yaml"
    yaml = parse_yaml(Source(shipped.name, shipped.read_text(encoding="utf-8")))
    assert as_written(text.root) == as_written(yaml.root)
    assert list(examine(text).problems) == []


def test_each_shipped_spec_has_its_text() -> None:
    written = {path.stem for path in (HERE / "text_specs").glob("*.hebb")}
    assert written == {path.stem for path in SPECS.glob("*.yaml")}


SAME = [
    ("a = 1", "a: 1"),
    ("a = f(b=1, c=g)", "a: {f: {b: 1, c: g}}"),
    ("a = f()", "a: {f: {}}"),
    ("a { b = 1\n c = 2 }", "a: {b: 1, c: 2}"),
    ("a = { b = 1, c = 2, }", "a: {b: 1, c: 2}"),
    ("a {}", "a: {}"),
    ("a = []", "a: []"),
    ("a = [1, [2], f, f(), f(x=1), {x = 1}, ]", "a: [1, [2], f, {f: {}}, {f: {x: 1}}, {x: 1}]"),
    ("a = null, b = true\nc = false", "a: null\nb: true\nc: false"),
    ("a.b.0 = 1", "a.b.0: 1"),
    ('"odd key" = 1\n"" {}', '"odd key": 1\n"": {}'),
    ("a = 0..9\nb = -1..1_000", "a: 0..9\nb: -1..1_000"),
    ("a = f(x) > 1", "a: f(x) > 1"),
    ("a = [f(x) > 1, g@10(y) <= 0.5 * g@10(x)]", 'a: ["f(x) > 1", "g@10(y) <= 0.5 * g@10(x)"]'),
    ("a = (\n  b > 1  # why\n  and c < 2\n)", 'a: "( b > 1 and c < 2 )"'),
    (
        'hebbdsl 1\nexperiment x\nextends "y"\n"why"',
        "hebbdsl: 1\nexperiment: x\nextends: y\nabout: why",
    ),
    ("hebbdsl = 1\nexperiment = x", "hebbdsl: 1\nexperiment: x"),
    ("a { experiment = 1, extends {} }", "a: {experiment: 1, extends: {}}"),
    ('a = "x # y \\" \\u00e9 \\n"', 'a: "x # y \\" \\u00e9 \\n"'),
    ("\ta\t=\t1\r\n\r\nb = 2\r# end\rc = 3", "a: 1\nb: 2\nc: 3"),
    ("a = wy  # c", "a: wy"),
    ("a = 1 # b = 2 # c\n# d", "a: 1"),
    ("a = 1e-3\nb = -2.5e+3", "a: 1e-3\nb: -2.5e+3"),
    ("a = [\n1,\n\n2 # two\n,3\n]", "a: [1, 2, 3]"),
    ("a = f(\n b = {\n c = 1\n d = 2\n }\n)", "a: {f: {b: {c: 1, d: 2}}}"),
]


@pytest.mark.parametrize(("text", "yaml"), SAME, ids=lambda text: repr(text)[:40])
def test_both_surfaces_give_the_same_tree(text: str, yaml: str) -> None:
    assert as_written(tree(text)) == as_written(parse_yaml(Source("t.yaml", yaml)).root)


def test_every_node_has_its_characters() -> None:
    text = 'a = f(b=[1, "x"]) # why\nt {\n  c = d > 1\n}\n'
    assert spans(tree(text)) == [
        text[: text.rindex("}") + 1],
        *("a", 'f(b=[1, "x"])', "f", '(b=[1, "x"])', "b", '[1, "x"]', "1", '"x"'),
        *("t", "{\n  c = d > 1\n}", "c", "d > 1"),
    ]


def test_a_lone_text_is_what_the_spec_is_about() -> None:
    (entry,) = tree('"why?"').entries
    assert entry.key.text == "about"
    assert entry.key.span.text == entry.value.span.text == '"why?"'


def test_quoting_is_noted() -> None:
    assert [scalar(text).quoted for text in ("1", '"1"', "a > 1", "null")] == [
        False,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "one > two and bad",
        "(one  # why\n  > two\n\n and bad)",
        "(one\r\n# one\r\n# two\r\n > bad)",
        '"one \\"two\\" bad"',
        '"tab\\tone\\u0041 \\u00e9 \\\\ bad"',
        '"\\ud83d\\ude00 bad"',
        '"αβ 二十 bad"',
    ],
)
def test_the_last_word_is_found(text: str) -> None:
    node = scalar(text)
    start = node.text.index("bad")
    assert node.part(start, start + 3).text == "bad"
    assert node.part(start, start + 1).text == "b"
    assert node.part(start, start + 3).start == node.span.source.text.index("bad")


GAPS = st.sampled_from([" ", "  ", "\n", " # why\n", "\r\n\t", "\n# a\n\n# b\n"])
TERMS = st.lists(st.tuples(st.text("abc", min_size=1, max_size=5), GAPS), min_size=1, max_size=6)


@given(TERMS)
def test_offsets_are_exact_over_lines_and_comments(terms: list[tuple[str, str]]) -> None:
    words = [f"w{word}" for word, _ in terms]
    written = "".join(f"{word}{gap}+{gap}" for word, (_, gap) in zip(words, terms, strict=True))
    node = scalar(f"({written}1)")
    assert "\n" not in node.text
    assert "#" not in node.text
    position = 0
    for word in words:
        position = node.text.index(word, position)
        assert node.part(position, position + len(word)).text == word
        position += len(word)
    parse_expression(node.text)


@given(st.text("ab1.() <>=+-*/@_orand", max_size=30))
def test_an_expression_is_one_in_both_surfaces(text: str) -> None:
    """What stands alone as an expression is one scalar of the text surface, as it was written."""
    try:
        parse_expression(text)
    except ExpressionError as error:
        syntax = {"HEB130"} & {fault.problem.code for fault in error.faults}
        if syntax:
            return
    assert scalar(text).text == text.strip()


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_any_text_can_be_quoted(text: str) -> None:
    import json

    node = scalar(json.dumps(text, ensure_ascii=False))
    assert node.text == text
    assert node.quoted
    assert scalar(json.dumps(text)).text == text
