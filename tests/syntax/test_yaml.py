"""Trees from YAML: spans, scalars, what is refused and what the slips are called."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import hebbdsl.syntax.yaml as surface
from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.source import Source, Span
from hebbdsl.syntax.limits import DEEPEST, MOST_ENTRIES, MOST_NODES
from hebbdsl.syntax.reading import LARGEST
from hebbdsl.syntax.tree import Mapping, Node, Scalar, Sequence
from hebbdsl.syntax.yaml import parse_value, parse_yaml
from hebbdsl.syntax.yaml_slips import explain_slip
from tests.effort import calls_of

SPEC = Path(__file__).parents[2] / "specs" / "omniglot_curriculum.yaml"


def tree(text: str) -> Mapping:
    return parse_yaml(Source("t.yaml", text)).root


def problems(text: str) -> tuple[Problem, ...]:
    try:
        return parse_yaml(Source("t.yaml", text)).problems
    except Rejected as rejected:
        return rejected.problems


def shape(node: Node) -> object:
    match node:
        case Mapping(entries):
            return {entry.key.text: shape(entry.value) for entry in entries}
        case Sequence(items):
            return [shape(item) for item in items]
    return node.text


def spans(node: Node) -> list[str]:
    match node:
        case Mapping(entries):
            inner = [text for e in entries for text in (e.key.span.text, *spans(e.value))]
        case Sequence(items):
            inner = [text for item in items for text in spans(item)]
        case Scalar():
            inner = []
    return [node.span.text, *inner]


def test_every_node_has_its_characters() -> None:
    text = "a: {b: [1, 'x y'], c: \"q\"}\nd:\n  - e\n  - f: g   # remark\n\nh: i\n"
    root = tree(text)
    assert shape(root) == {"a": {"b": ["1", "x y"], "c": "q"}, "d": ["e", {"f": "g"}], "h": "i"}
    mapping = "{b: [1, 'x y'], c: \"q\"}"
    assert spans(root) == [
        text[: text.rindex("i") + 1],
        *("a", mapping, "b", "[1, 'x y']", "1", "'x y'", "c", '"q"'),
        *("d", "- e\n  - f: g", "e", "f: g", "f", "g", "h", "i"),
    ]


def test_quoting_is_noted() -> None:
    root = tree("a: 1\nb: '1'\nc: \"1\"\nd: |\n  1\n")
    values = [entry.value for entry in root.entries]
    assert [value.quoted for value in values if isinstance(value, Scalar)] == [
        False,
        True,
        True,
        True,
    ]


def test_both_loaders_give_the_same_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    text = SPEC.read_text(encoding="utf-8")
    fast = tree(text)
    monkeypatch.setattr(surface, "_LOADER", yaml.Loader)
    slow = tree(text)
    assert shape(fast) == shape(slow)
    assert spans(fast) == spans(slow)


REFUSED = [
    ("a: &x 1", "HEB120", "&x"),
    ("a: *x", "HEB121", "*x"),
    ("a: !!int 1", "HEB122", "!!int"),
    ("%YAML 1.1\n---\na: 1", "HEB122", "%YAML 1.1"),
    ("a: {<<: {b: 1}}", "HEB123", "<<"),
    ("a: 1\n---\nb: 1", "HEB124", "---"),
    ("a: 1\na: 2", "HEB125", "a"),
    ("? [a, b]\n: 1", "HEB126", "[a, b]"),
    ("? {a: b}\n: 1", "HEB126", "{a: b}"),
    ("a: {? : 1}", "HEB126", ":"),
    ("- a", "HEB129", "-"),
    ("just words", "HEB129", "j"),
    ("a:\n\tb: 1", "HEB111", "\t"),
    ("a:\n  - b\n\t- c", "HEB111", "\t"),
    ("a\n  b: 1", "HEB112", "a"),
    ("x: 1\na\nb: 1", "HEB112", "a"),
    ("a:5\nb: 1", "HEB113", "a:5"),
    ("b: 1\na:5", "HEB113", "a:5"),
    ("a: {b:5}", "HEB113", "b:5"),
    ("a: [1, 2\nb: 3", "HEB114", "["),
    ("a: {b: 1", "HEB114", "{"),
    ("a: {b: [1, 2}", "HEB114", "["),
    ("a: 'x\nb: 1", "HEB115", "'"),
    ('a: [x, "y]', "HEB115", '"'),
    ("when: > 0.5", "HEB116", ">"),
    ("a: {when: >= 0.5}", "HEB116", ">"),
    ("a: |x", "HEB116", "|"),
    ("{when: f(x, y) > 1}", "HEB117", "f(x"),
    ("a: [f(x, y) > 1]", "HEB117", "f(x"),
    ("a: b: c", "HEB118", ":"),
    ("a:\n   b: 1\n  c: 2", "HEB119", "c"),
    ("a: 1\n  b: 2", "HEB119", "b"),
    ("  a: 1\nb: 2", "HEB119", "b"),
    ("a: @x", "HEB110", "@"),
    ("a: }", "HEB110", "}"),
    ("a: [1]]", "HEB110", "]"),
    ("a: 'x' y", "HEB110", "y"),
    ('a: "\\q"', "HEB110", "\\"),
    ("a: - b", "HEB110", "-"),
    ("a: [,]", "HEB110", ","),
    ("%", "HEB110", "%"),
]


@pytest.mark.parametrize(("text", "code", "where"), REFUSED, ids=lambda value: repr(value)[:30])
def test_what_is_refused(text: str, code: str, where: str) -> None:
    (problem,) = problems(text)
    assert problem.code == code
    assert isinstance(problem.place, Span)
    assert problem.place.text == where


@pytest.mark.parametrize(
    "text", [text for text, _, _ in REFUSED], ids=lambda value: repr(value)[:30]
)
def test_the_slower_loader_refuses_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its words for YAML's own errors differ, so those may come under the general code."""
    fast = [problem.code for problem in problems(text)]
    monkeypatch.setattr(surface, "_LOADER", yaml.Loader)
    assert [problem.code for problem in problems(text)] in (fast, ["HEB110"])


def test_duplicates_show_both_places_and_leave_a_tree() -> None:
    parsed = parse_yaml(Source("t.yaml", "a: 1\nb: 2\na: 3"))
    (problem,) = parsed.problems
    (related,) = problem.related
    assert isinstance(problem.place, Span)
    assert isinstance(related.place, Span)
    assert (problem.place.start, related.place.start) == (10, 0)
    assert shape(parsed.root) == {"a": "1", "b": "2"}


def test_depth_is_capped_while_reading() -> None:
    at_cap = "a: " + "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)
    assert problems(at_cap) == ()
    assert [p.code for p in problems("a: " + "[" * DEEPEST + "]" * DEEPEST)] == ["HEB127"]


def test_nodes_are_capped_while_reading() -> None:
    most = "a: [" + "1," * (MOST_NODES - 3) + "]"
    assert problems(most) == ()
    assert [p.code for p in problems(most.replace("[", "[1,"))] == ["HEB128"]


def test_entries_are_capped_while_reading() -> None:
    entries = [f"k{n}: 1" for n in range(MOST_ENTRIES + 1)]
    assert problems("\n".join(entries[:-1])) == ()
    assert [p.code for p in problems("\n".join(entries))] == ["HEB137"]
    assert [p.code for p in problems("a: {" + ", ".join(entries) + "}")] == ["HEB137"]


BOMBS = {
    "brackets": "[" * 900_000,
    "braces": "{a: " * 200_000,
    "dashes": "- " * 400_000,
    "questions": "? " * 400_000,
    "blocks": "".join(" " * n + "a:\n" for n in range(1_300)),
    "keys": "".join(f"k{n}: 1\n" for n in range(90_000)),
    "items": "a: [" + "1," * 450_000 + "]",
    "documents": "---\n" * 200_000,
    "aliases": "a: &a [x,x]\n" + "".join(f"b{n}: [*a,*a,*a]\n" for n in range(2_000)),
    "colons": ":" * 900_000,
    "percent": "%" * 900_000,
    "quote": "a: '" + "x" * 900_000,
    "long key": "a" * 900_000 + ": 1",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_for_little(name: str) -> None:
    """A few calls an entry up to the cap, and a few for a text however long it is."""
    assert problems(BOMBS[name])
    assert calls_of(lambda: problems(BOMBS[name])) < 30 * MOST_NODES


def test_value_of_an_option_keeps_its_offsets() -> None:
    source = Source("--set", "a.b={c: [1, 'two']}")
    node = parse_value(source, 4)
    assert shape(node) == {"c": ["1", "two"]}
    assert spans(node)[-1] == "'two'"


def test_empty_value_of_an_option() -> None:
    node = parse_value(Source("--set", "a="), 2)
    assert isinstance(node, Scalar)
    assert node.missing


def test_the_value_of_an_option_has_a_size_too() -> None:
    with pytest.raises(Rejected) as caught:
        parse_value(Source("--set", "a=" + "x" * LARGEST), 2)
    assert [problem.code for problem in caught.value.problems] == ["HEB106"]


def test_what_the_parser_cannot_read_has_a_place() -> None:
    """Reading a file refuses such characters before."""
    (problem,) = problems("a: 1\nb: \x01")
    assert problem.code == "HEB110"
    assert isinstance(problem.place, Span)
    assert problem.place.start == 8


def test_a_limit_of_the_reader_is_said_as_ours() -> None:
    """Newer libraries stop at a depth of their own, before the parser has given one event of it."""
    mark = yaml.Mark("", 3, 0, 3, None, None)
    error = yaml.scanner.ScannerError(
        "while increasing flow level", mark, "exceeded maximum nesting depth", mark
    )
    problem = explain_slip(error, Source("a.yaml", "a: [[["))
    assert problem.code == "HEB127"
    assert isinstance(problem.place, Span)
    assert problem.place.text == "["
